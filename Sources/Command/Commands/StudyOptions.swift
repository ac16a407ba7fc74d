import ArgumentParser
import Foundation
import SynEmbedding
import SynFiles
import SynReports
import SynRuns
import SynTextStudies

/// What all text studies are told.
struct StudyOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "One encoder or more: Hugging Face folders or org/name in the cache, perhaps with a name in front.",
            valueName: "[name=]encoder"))
    var encoder: [String]

    @Option(help: "The folder with the published files.")
    var data = "data"

    @Option(
        help: """
            A folder for the report (text.html, text.md, text.json, tables as CSV) and for features that later \
            commands use again.
            """
    )
    var out: String?

    @Flag(help: "Cut texts longer than an encoder's context instead of leaving them out.")
    var truncate = false

    @Flag(help: "Read files and encoders as the papers' released code does.")
    var likePaper = false

    @OptionGroup var computing: PrecisionOption

    @OptionGroup var named: ActivationOption

    @OptionGroup var limit: LimitOption

    @Option(
        help: ArgumentHelp(
            """
            Test for equivalence too: the difference of two encoders' correlations that would not matter, such as \
            0.05, chosen before the scores are seen.
            """, valueName: "difference"))
    var equivalence: Double?

    @Option(help: "The seed of everything drawn at random.")
    var seed: UInt64 = 0

    func validate() throws {
        if let equivalence, !(equivalence > 0 && equivalence < 2) {
            throw ValidationError("--equivalence is \(equivalence); give a number above 0 and below 2")
        }
        if encoder.isEmpty { throw ValidationError("--encoder is missing; name at least one encoder") }
    }

    var folder: StudyFolder { StudyFolder(data) }

    /// Opens the encoders before any long work, and looks whether the output can be written.
    func models(_ shared: SharedOptions) throws -> [TextEmbedder] {
        if let out { try AtomicFile.makeFolder(URL(filePath: out)) }
        if let sentence = computing.precision.remark { shared.remark(sentence) }
        let models = try TextEmbedder.all(
            encoder, locator: shared.locator, precision: computing.precision.resolved, activation: named.activation)
        for model in models {
            if let sentence = model.reader.remark {
                shared.remark("\(model.name): \(sentence); words alone are read without it")
            }
        }
        return models
    }

    /// This rank's part of a study where mpirun or srun has started several: each takes encoders from one list, the
    /// largest first, and leaves their features in the folder, which the first rank reads afterwards. One process alone
    /// has nothing to do here.
    ///
    /// - Parameter measure: reads everything that a study wants of one encoder.
    func share(
        _ models: [TextEmbedder], among ranks: Ranks, _ watch: SignalWatch, _ bars: ProgressLines,
        _ shared: SharedOptions, measure: (TextEmbedder, TextFeatureSource) throws -> Void
    ) throws {
        guard !ranks.isAlone, let out else { return }
        let pieces = models.map { WorkList.Piece($0.name, cost: $0.work) }
        let folder = URL(filePath: out).appending(path: "features")
        // The first rank makes the folder before anybody gets a piece.
        let cache = ranks.isFirst ? try FeatureCache(folder: folder, sharedBy: ranks) { shared.remark($0) } : nil
        let work = SharedWork(WorkList(pieces), ranks, watch.interruption)
        try work.run { place in
            let cache = try cache ?? FeatureCache(folder: folder, sharedBy: ranks) { shared.remark($0) }
            let source = TextFeatureSource(
                keepingIn: cache, longTexts: truncate ? .truncate : .skip, interruption: watch.interruption
            ) { step in
                work.listen()
                guard let all = work.progress else { return }
                bars.show(
                    WorkProgress(
                        task: step.task, done: step.done, total: step.total, note: step.note,
                        place: "\(all.done) of \(all.total) encoders done by \(ranks.count) ranks"))
            }
            try measure(models[place], source)
        }
    }

    func source(_ watch: SignalWatch, _ bars: ProgressLines, _ shared: SharedOptions) throws -> TextFeatureSource {
        let cache = try out.map {
            try FeatureCache(folder: URL(filePath: $0).appending(path: "features")) { shared.remark($0) }
        }
        return TextFeatureSource(
            keepingIn: cache, longTexts: truncate ? .truncate : .skip, interruption: watch.interruption,
            progress: bars.show)
    }

    /// Prints the result and writes its folder.
    func finish(_ found: TextStudyReport, layers: Bool, caveats: Bool = false, _ shared: SharedOptions) throws {
        let report = equivalence.map { found.testingEquivalence(within: $0) } ?? found
        if let out { try report.write(to: URL(filePath: out)) }
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal(layers: layers, caveats: caveats))
        if let out { shared.remark("the whole report: \(out)/text.html") }
    }
}

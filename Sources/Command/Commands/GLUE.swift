import ArgumentParser
import Foundation
import SynFineTuning
import SynReports
import SynRuns

struct GLUE: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "glue",
        abstract: "Fine-tunes whole encoders on GLUE's tasks and scores them on the development sets.",
        discussion: """
            Settings are those of Chen et al. (2023), section 3; --settings and --set change them. Stop it at any \
            time: finished trials are kept, and the same command goes on where it stood.

            --frozen trains no encoder: a linear probe on the vectors of every layer, one pass over the texts, says \
            where in the encoder the answer stands. --predict also answers the test sets and leaves submission.zip \
            beside each encoder's trials.

            Examples:
              synesthesia glue --task rte mrpc --encoder bert-base-cased
              synesthesia glue --task drawn --encoder Weights/bert-mini Weights/clip-mini
              synesthesia glue --task cola --encoder bert-base-cased --frozen
            """)

    @Flag(help: "A linear probe on frozen vectors of every layer instead of fine-tuning.")
    var frozen = false

    @Flag(help: "Answer the test sets too, in the form of GLUE's server.")
    var predict = false

    @OptionGroup var glue: GLUEOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if frozen, predict { throw ValidationError("--frozen and --predict contradict each other; give one") }
    }

    func run() throws { try Company.together(run) }

    private func run(on ranks: Ranks) throws {
        let study = try glue.study(predicts: predict, shared, ranks)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        try glue.share(study, ranks, isTuned: !frozen, isFrozen: frozen, watch, bars, shared)
        guard ranks.isFirst else { return }
        let results =
            frozen
            ? [] : try study.run(interruption: watch.interruption, remark: { shared.remark($0) }, progress: bars.show)
        let probes = frozen ? try study.probes(interruption: watch.interruption, progress: bars.show) : []
        bars.finish()
        let report = GLUEReportBuilder(study, results).report(probes: probes, limit: glue.limit.limit)
        if predict { try writeSubmissions(study, results) }
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal(caveats: false))
    }

    private func writeSubmissions(_ study: GLUEStudy, _ results: [TrialResult]) throws {
        for encoder in study.encoders {
            let submission = study.submission(of: encoder, results)
            let folder = study.out.appending(path: encoder.name).appending(path: "submission")
            try submission.write(to: folder)
            let missing = submission.missing
            shared.remark(
                "\(folder.relativePath)/submission.zip: \(submission.tables.map(\.name).joined(separator: ", "))"
                    + (missing.isEmpty ? "" : "; the server also wants \(missing.joined(separator: ", "))"))
        }
    }
}

struct StudyGLUE: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "glue",
        abstract: "Fine-tuning, frozen probes, tests and learning curves on one page.",
        discussion: """
            Does what is not done yet of glue and glue --frozen, and writes glue.html, glue.md, glue.json and glue.csv.

            Examples:
              synesthesia study glue --task all --data data/glue \\
                  --encoder bert-base-cased openai/clip-vit-base-patch32
              synesthesia study glue --task drawn --out runs/glue-drawn --seeds 1 \\
                  --encoder Weights/bert-mini Weights/clip-mini
            """)

    @Flag(help: "Leave out the linear probes on frozen vectors.")
    var noFrozen = false

    @OptionGroup var glue: GLUEOptions
    @OptionGroup var shared: SharedOptions

    func run() throws { try Company.together(run) }

    private func run(on ranks: Ranks) throws {
        let start = ContinuousClock.now
        let study = try glue.study(predicts: false, shared, ranks)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        try glue.share(study, ranks, isTuned: true, isFrozen: !noFrozen, watch, bars, shared)
        guard ranks.isFirst else { return }
        let report = try study.wholeReport(
            limit: glue.limit.limit, isFrozen: !noFrozen, since: start, interruption: watch.interruption,
            remark: { shared.remark($0) }, progress: bars.show)
        bars.finish()
        try report.write(to: study.out)
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal(caveats: true))
        shared.remark("the whole report: \(study.out.relativePath)/glue.html")
    }
}

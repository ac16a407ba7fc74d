import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynRuns
import SynTensors

/// Everything the text encoders know by themselves, in one report: similarity, words, geometry.
///
/// A task whose file is not there is left out and named in the report; with none of the files there is nothing to do,
/// and that is an error.
package struct TextStudy {
    package struct Settings: Sendable {
        package var folder: StudyFolder
        package var part = CrisscrossedCaptions.Part.val
        /// How many words in sentences are drawn.
        package var sample = 10_000
        package var seed: UInt64 = 0
        /// The most pairs, words or texts of each task; nil for all.
        package var limit: Int?
        /// Reads files and encoders as the papers' released code does.
        package var likePaper = false

        package init(folder: StudyFolder) { self.folder = folder }
    }

    private let models: [TextEmbedder]
    private let settings: Settings
    private let source: TextFeatureSource

    package init(_ models: [TextEmbedder], _ settings: Settings, with source: TextFeatureSource) {
        (self.models, self.settings, self.source) = (models, settings, source)
    }

    package func run() throws -> TextStudyReport {
        var report = TextStudyReport(
            title: "What do text encoders know by themselves?", dataset: "published files",
            encoders: models.map(\.record),
            settings: [
                .init("data", settings.folder.url.relativePath), .init("captions", "CxC \(settings.part.rawValue)"),
                .init("sample of words", "\(settings.sample)"), .init("seed", "\(settings.seed)"),
                .init("like the papers' code", settings.likePaper ? "yes" : "no"),
                .init("texts longer than the context", source.longTexts == .skip ? "left out" : "cut"),
            ], provenance: .ofThisRun(models))
        var clock = StageClock()
        var portions: [Portion] = []
        /// Runs a part; a missing file leaves it out.
        func part(_ name: String, _ body: () throws -> Void) throws {
            do {
                try clock.time(name, body)
            } catch let complaint as UserError where complaint.kind == .missing {
                report.caveats.append("Left out, \(name): \(complaint.description).")
            }
        }
        func taken(_ texts: [String], _ what: String) -> [String] {
            guard let portion = Portion(limit: settings.limit, of: texts.count, what) else { return texts }
            portions.append(portion)
            return Array(texts.prefix(portion.taken))
        }
        for name in SimilarityTask.names {
            try part(name) {
                let (task, portion) = try SimilarityTask(
                    name, in: settings.folder, part: settings.part, likePaper: settings.likePaper
                ).first(settings.limit)
                if let portion { portions.append(portion) }
                let found = try SimilarityStudy(task, seed: settings.seed).run(plans(task), layers: true, with: source)
                report.scores += found.scores
                report.comparisons += found.comparisons
            }
        }
        let tasks = WordTask.allCases.filter { task in
            if settings.folder.find(task.file) != nil { return true }
            if case .failure(let error) = Result(catching: { try settings.folder.require(task.file) }) {
                report.caveats.append("Left out, \(task.rawValue): \(UserError(error).description).")
            }
            return false
        }
        if !tasks.isEmpty {
            try part("words") {
                let study = try WordStudy(tasks, in: settings.folder, limit: settings.limit, seed: settings.seed)
                portions += study.portions
                let found = try study.run(models.map { ($0, Self.variants($0)) }, with: source)
                report.scores += found.scores
                report.comparisons += found.comparisons
            }
        }
        try part("geometry of words") {
            let texts = try GeometryStudy.texts("sts12-16", in: settings.folder)
            let words = ContextualWords(
                from: taken(texts, "texts of sts12-16"), count: settings.sample, seed: settings.seed)
            report.geometry += try GeometryStudy.words(words, models, with: source)
        }
        try part("geometry of sentences") {
            let texts = try GeometryStudy.texts("sts-b", in: settings.folder, likePaper: settings.likePaper)
            report.geometry += try GeometryStudy.sentences(
                taken(texts, "texts of sts-b"), models, asGiven: settings.likePaper, with: source)
        }
        guard !report.scores.isEmpty || !report.geometry.isEmpty else {
            throw UserError(
                .missing,
                "\(settings.folder.url.relativePath) holds none of the published files; the page of each: "
                    + StudyFile.allCases.map { "\($0.rawValue) \($0.page)" }.joined(separator: ", "))
        }
        try part("linear reading of the drawn world's captions") {
            report.linear = try PortraitTexts(portraits: settings.limit.map { max($0, 60) } ?? 200).linear(
                models, seed: settings.seed, with: source)
        }
        report.caveats += TextStudy.caveats(models, likePaper: settings.likePaper)
        report.provenance.stages = clock.stages
        return report.marked(portions)
    }

    /// Captions: the mean of all tokens for every encoder, as the paper says, and what CLIP puts out. STS-B: the end
    /// token, as Wolfe and Caliskan take it, and the mean.
    private func plans(_ task: SimilarityTask) -> [SimilarityStudy.Plan] {
        if settings.likePaper {
            return models.map { .init(likePaper: $0, task: task) }.filter { $0.isPossible }
        }
        let mean = models.map { SimilarityStudy.Plan($0, .mean) }
        if task.name == "sts-b" { return mean + models.map { .init($0, .eos) } }
        return mean + models.filter(\.hasProjection).map { .init($0, .probe) }
    }

    /// The variants that differ for an encoder: GPT-2's own frame is nothing, the others' is start and end token.
    static func variants(_ model: TextEmbedder) -> [WordVariant] {
        model.encoder.family == .causal ? [.word, .eos, .bosEos] : [.word, .eos, .plain]
    }

    /// What a reader must know.
    package static func caveats(_ models: [TextEmbedder], likePaper: Bool) -> [String] {
        var sentences: [String] = []
        if likePaper {
            sentences.append(
                "Read as the released code does: BERT's pooler and CLIP's projected end token for captions, the end "
                    + "token for STS-B, whose sentences lose their commas and some of whose lines are swallowed by "
                    + "quote "
                    + "marks; sentence geometry of the left sentences only. That code used cased BERT models.")
        }
        sentences.append(
            "The interval is for these pairs with this encoder. It does not cover other encoders of its kind, and "
                + "pairs that share a text are not independent, so it is somewhat too narrow.")
        return sentences
    }
}

extension SimilarityStudy.Plan {
    /// Whether the checkpoint has what the pooling reads: RoBERTa's published ones have no trained pooler.
    var isPossible: Bool { pooling != .pooler || model.hasPooler }
}

extension TextEmbedder {
    /// What a report says of it.
    package var record: TextEncoderRecord {
        TextEncoderRecord(
            name: name, modelType: modelType, layers: encoder.layerCount, width: encoder.hiddenSize, isCased: isCased)
    }

    var hasPooler: Bool { encoder.poolings.contains(.pooler) }
    var hasProjection: Bool { encoder.hasProjection }
}

extension Provenance {
    /// Of a run in this process on this machine.
    package static func ofThisRun(_ models: [TextEmbedder]) -> Provenance {
        let machine = Machine(version: "0.1.0", environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.recorded, threads: Threads.count,
            precision: models.contains { $0.precision == .bfloat16 } ? "bf16" : "f32",
            date: Date.now.formatted(.iso8601))
    }
}

/// Wall time by stage.
struct StageClock {
    private(set) var stages: [Provenance.Stage] = []

    mutating func time<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer {
            let time = (ContinuousClock.now - start).components
            stages.append(.init(name, seconds: Double(time.seconds) + Double(time.attoseconds) * 1e-18))
        }
        return try body()
    }
}

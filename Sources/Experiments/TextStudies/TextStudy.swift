import Foundation
import Models
import Reports
import Tensors

/// Everything the text encoders know by themselves, in one report: similarity, words, geometry.
///
/// A task whose file is not there is left out and named in the report; with none of the files there is nothing to do,
/// and that is an error.
public struct TextStudy {
    public struct Settings: Sendable {
        public var folder: StudyFolder
        public var part = CrisscrossedCaptions.Part.val
        /// How many words in sentences are drawn.
        public var sample = 10_000
        public var seed: UInt64 = 0
        /// Reads files and encoders as the papers' released code does.
        public var likePaper = false

        public init(folder: StudyFolder) { self.folder = folder }
    }

    private let models: [TextModel]
    private let settings: Settings
    private let source: TextFeatureSource

    public init(_ models: [TextModel], _ settings: Settings, with source: TextFeatureSource) {
        (self.models, self.settings, self.source) = (models, settings, source)
    }

    public func run() throws -> TextStudyReport {
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
        /// Runs a part; a missing file leaves it out.
        func part(_ name: String, _ body: () throws -> Void) throws {
            do {
                try clock.time(name, body)
            } catch let complaint as Complaint where complaint.kind == .missing {
                report.caveats.append("Left out, \(name): \(complaint.description).")
            }
        }
        for name in SimilarityTask.names {
            try part(name) {
                let task = try SimilarityTask(
                    name, in: settings.folder, part: settings.part, likePaper: settings.likePaper)
                let found = try SimilarityStudy(task, seed: settings.seed).run(plans(task), layers: true, with: source)
                report.scores += found.scores
                report.comparisons += found.comparisons
            }
        }
        let tasks = WordTask.allCases.filter { task in
            if settings.folder.find(task.file) != nil { return true }
            if case .failure(let error) = Result(catching: { try settings.folder.require(task.file) }) {
                report.caveats.append("Left out, \(task.rawValue): \(Complaint(error).description).")
            }
            return false
        }
        if !tasks.isEmpty {
            try part("words") {
                let found = try WordStudy(tasks, in: settings.folder, seed: settings.seed)
                    .run(models.map { ($0, Self.variants($0)) }, with: source)
                report.scores += found.scores
                report.comparisons += found.comparisons
            }
        }
        try part("geometry of words") {
            let words = ContextualWords(
                from: try GeometryStudy.texts("sts12-16", in: settings.folder), count: settings.sample,
                seed: settings.seed)
            report.geometry += try GeometryStudy.words(words, models, with: source)
        }
        try part("geometry of sentences") {
            let texts = try GeometryStudy.texts("sts-b", in: settings.folder, likePaper: settings.likePaper)
            report.geometry += try GeometryStudy.sentences(texts, models, asGiven: settings.likePaper, with: source)
        }
        guard !report.scores.isEmpty || !report.geometry.isEmpty else {
            throw Complaint(
                .missing,
                "\(settings.folder.url.relativePath) holds none of the published files; the page of each: "
                    + StudyFile.allCases.map { "\($0.rawValue) \($0.page)" }.joined(separator: ", "))
        }
        report.caveats += TextStudy.caveats(models, likePaper: settings.likePaper)
        report.provenance.stages = clock.stages
        return report
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
    static func variants(_ model: TextModel) -> [WordVariant] {
        model.modelType == "gpt2" ? [.word, .eos, .bosEos] : [.word, .eos, .plain]
    }

    /// What a reader must know.
    public static func caveats(_ models: [TextModel], likePaper: Bool) -> [String] {
        var sentences: [String] = []
        if likePaper {
            sentences.append(
                "Read as the released code does: BERT's pooler and CLIP's projected end token for captions, the end token "
                    + "for STS-B, whose sentences lose their commas and some of whose lines are swallowed by quote marks; "
                    + "sentence geometry of the left sentences only. That code used cased BERT models.")
        }
        sentences.append(
            "The interval is for these pairs with this encoder. It does not cover other encoders of its kind, and pairs that "
                + "share a text are not independent, so it is somewhat too narrow.")
        return sentences
    }
}

extension SimilarityStudy.Plan {
    /// Whether the checkpoint has what the pooling reads: RoBERTa's published ones have no trained pooler.
    var isPossible: Bool { pooling != .pooler || model.hasPooler }
}

extension TextModel {
    /// What a report says of it.
    public var record: TextEncoderRecord {
        TextEncoderRecord(
            name: name, modelType: modelType, layers: encoder.layerCount, width: encoder.hiddenSize, isCased: isCased)
    }

    var hasPooler: Bool {
        isContrastive || (((encoder as? SentenceTransformer)?.encoder ?? encoder) as? BERT)?.hasPooler == true
    }
    var hasProjection: Bool { (encoder as? CLIPText)?.hasProjection ?? false }
}

extension Provenance {
    /// Of a run in this process on this machine.
    public static func ofThisRun(_ models: [TextModel]) -> Provenance {
        let machine = Machine(version: "0.1.0", environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.processor, threads: Threads.count,
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

import ArgumentParser
import SynEmbedding
import SynModels
import SynReports
import SynRuns
import SynTextStudies

struct Geometry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how an encoder's vectors lie in every layer's space: self-similarity, shares, rank.",
        discussion: """
            Texts: a file with one text a line, a .tsv of sentence pairs, or sts12-16 or sts-b from the data folder. \
            Words are drawn once and are the same in every layer and for every encoder.

            Examples:
              synesthesia geometry --texts Samples/captions.txt --sample 50 \\
                  --encoder Weights/bert-mini Weights/clip-mini
              synesthesia geometry --texts sts-b --sentences --encoder gpt2
            """)

    @Option(help: "The texts: a file, sts12-16 or sts-b.")
    var texts: String

    @Option(help: "How many words in their sentences to draw.")
    var sample = 10_000

    @Flag(help: "Measure whole sentences by their end token instead of words.")
    var sentences = false

    @Option(help: "With --sentences: another vector than the end token's.")
    var pooling: Pooling?

    @OptionGroup var study: StudyOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.sample.check(sample, "--sample")
        if study.equivalence != nil {
            throw ValidationError("--equivalence compares correlations, and geometry measures none; leave it out")
        }
        if pooling != nil && !sentences { throw ValidationError("--pooling belongs to --sentences; give both") }
        if pooling == .pooler { throw ValidationError("--pooling pooler reads the top layer only; choose another") }
    }

    func run() throws {
        let (read, portion) = study.limit.applied(
            to: try GeometryStudy.texts(texts, in: study.folder, likePaper: study.likePaper), "texts of \(texts)")
        let models = try study.models(shared)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        let report = try TextStudyReport.geometry(
            read, of: texts, models, sample: sentences ? nil : sample, pooling: pooling ?? .eos,
            likePaper: study.likePaper,
            seed: study.seed, with: study.source(watch, bars, shared))
        bars.finish()
        try study.finish(report.marked([portion].compactMap(\.self)), layers: true, shared)
    }
}

import ArgumentParser
import SynEmbedding
import SynModels
import SynReports
import SynTextStudies

struct Similarity: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds the cosine of sentence vectors against what people, or pictures, say of the pair.",
        discussion: """
            Tasks: sts-l and sts-v (sts_val.csv of Crisscrossed Captions with COCO's captions_val2014.json, or \
            sts_val_joined.tsv), sts-b (sts-test.csv), or a table of one's own with columns sentence1, sentence2 and \
            score.

            Examples:
              synesthesia similarity --task sts-b --encoder bert-base-uncased
              synesthesia similarity --task pairs.csv --encoder Weights/bert-mini \\
                  clip=Weights/clip-mini --layers
              synesthesia fetch bert-base-cased openai/clip-vit-base-patch32
              synesthesia similarity --task sts-l sts-v --like-paper \\
                  --encoder bert-base-cased openai/clip-vit-base-patch32
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("sts-l, sts-v, sts-b or a file; more than one may be named.", valueName: "task"))
    var task: [String]

    @Option(help: "How token states become a vector. (default: mean; with --like-paper what the task's paper took)")
    var pooling: Pooling?

    @Option(help: "Which part of Crisscrossed Captions: val or test.")
    var part: CrisscrossedCaptions.Part = .val

    @Flag(help: "Measure every layer too.")
    var layers = false

    @OptionGroup var study: StudyOptions
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let chosen = try task.map {
            try SimilarityTask($0, in: study.folder, part: part, likePaper: study.likePaper).first(study.limit.limit)
        }
        let models = try study.models(shared)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        let report = try TextStudyReport.similarity(
            chosen.map(\.task), models, pooling: pooling, layers: layers, likePaper: study.likePaper, seed: study.seed,
            with: study.source(watch, bars, shared))
        bars.finish()
        try study.finish(report.marked(chosen.compactMap(\.portion)), layers: layers, shared)
    }
}

extension CrisscrossedCaptions.Part: ExpressibleByArgument {}

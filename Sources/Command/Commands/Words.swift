import ArgumentParser
import SynEmbedding
import SynReports
import SynTextStudies

struct Words: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds word vectors against what people say of words, layer by layer.",
        discussion: """
            Tasks: rg65, ws353, simlex999, simverb3500 (similarity of two words, Spearman), valnorm (pleasantness, \
            Pearson), or all. Variants: word, the last sub-token between the tokens the model's tokenizer puts; eos, \
            the end token; bos-eos, the last sub-token with start and end around it; plain, with nothing around it.

            Examples:
              synesthesia words --task rg65 ws353 --encoder bert-base-uncased
              synesthesia words --variant word eos --encoder Weights/bert-mini \\
                  Weights/clip-mini --data data --out runs/words
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("rg65, ws353, simlex999, simverb3500, valnorm, or all.", valueName: "task"))
    var task: [String] = ["all"]

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("word, eos, bos-eos, plain; more than one may be named.", valueName: "variant"))
    var variant: [WordVariant] = [.word]

    @Flag(help: "Print every layer, not only the best and the top one.")
    var layers = false

    @OptionGroup var study: StudyOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        for name in task where name != "all" && WordTask(rawValue: name) == nil {
            throw ValidationError(
                "--task is \"\(name)\", but must be all or one of "
                    + "\(WordTask.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }

    func run() throws {
        let tasks = task.contains("all") ? WordTask.allCases : task.compactMap(WordTask.init(rawValue:))
        let words = try WordStudy(tasks, in: study.folder, limit: study.limit.limit, seed: study.seed)
        let models = try study.models(shared)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        let report = try TextStudyReport.words(
            words, models, variants: variant, seed: study.seed, with: study.source(watch, bars, shared))
        bars.finish()
        try study.finish(report.marked(words.portions), layers: layers, shared)
    }
}

extension WordVariant: ExpressibleByArgument {}

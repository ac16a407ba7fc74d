import ArgumentParser
import Foundation
import SynRuns
import SynTraining

extension MiniatureModel: ExpressibleByArgument {
    /// A model by its name.
    public init?(argument: String) {
        guard let model = (Self.all + Self.objectives).first(where: { $0.name == argument }) else { return nil }
        self = model
    }

    /// All names, for the help.
    public static var allValueStrings: [String] { all.map(\.name) }
    /// Its name, for the help.
    public var defaultValueDescription: String { name }
}

struct Pretrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains one of the miniature world's models from nothing, on portraits drawn as they are needed.",
        discussion: """
            Portraits are drawn by index and none is shown twice. The state is saved in --work every few seconds; the \
            same command goes on where the last one stopped. The VQGAN comes before the decoder that uses it.

            A model of two towers learns by CLIP's objective or another one: pretrain clip --objective cyclip is also \
            called clip-cyclip. --part makes large batches in little memory, with the same gradient.

            Examples:
              synesthesia pretrain bert-mini --out runs/my-bert
              synesthesia pretrain vqgan --steps 200
              synesthesia pretrain clip --objective siglip --batch 512 --part 64
            """)

    @Argument(help: "Which model.")
    var model: MiniatureModel

    @Option(help: "Where the finished model goes.")
    var out: String?

    @Option(help: "Where states, vocabularies and the finished VQGAN are kept.")
    var work = "runs/pretrain"

    @Option(parsing: .unconditional, help: "Steps of training, instead of the recipe's.")
    var steps: Int?

    @Option(parsing: .unconditional, help: "Portraits a step.")
    var batch: Int?

    @Option(parsing: .unconditional, help: "The largest learning rate.")
    var learningRate: Float?

    @Option(parsing: .unconditional, help: "The seed of weights, masks and choices.", transform: SeedArgument.read)
    var seed: UInt64?

    @Option(parsing: .unconditional, help: "Threads; as many as there are cores unless given.")
    var threads: Int?

    @OptionGroup var pairs: PairOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        let model = try pairs.model(model)
        if let steps { try NumberRange.steps.check(steps, "--steps") }
        if let batch {
            do {
                try MemoryNeed.pretraining(model, batch: batch).check()
            } catch {
                throw ValidationError("--batch is \(batch); \(UserError(error).description)")
            }
            try NumberRange.trainingBatch.check(batch, "--batch")
        }
        if let learningRate { try NumberRange.learningRate.check(Double(learningRate), "--learning-rate") }
        if let threads { try NumberRange.threads.check(threads, "--threads") }
    }

    /// The command that makes the same weights, without what does not change them.
    private var command: String {
        let given =
            [
                ("--steps", steps.map(String.init)), ("--batch", batch.map(String.init)),
                ("--learning-rate", learningRate.map { "\($0)" }), ("--seed", seed.map(String.init)),
            ] + pairs.given
        return
            (["synesthesia pretrain", model.name] + given.compactMap { name, value in value.map { "\(name) \($0)" } })
            .joined(separator: " ")
    }

    func run() throws {
        let model = try pairs.model(model)
        var recipe = model.recipe
        recipe.steps = steps ?? recipe.steps
        recipe.batch = batch ?? recipe.batch
        recipe.learningRate = learningRate ?? recipe.learningRate
        recipe.seed = seed ?? recipe.seed
        let work = URL(filePath: work)
        let result = out.map { URL(filePath: $0) } ?? model.result(in: work)
        let session = PretrainingSession(model, recipe, work: work, folder: model.folder(in: work), threads: threads)
        let watch = SignalWatch()
        var bar: ProgressLine?
        let record = try session.run(
            savingTo: result, command: command, interruption: watch.interruption, remark: { shared.remark($0) }
        ) { done, note in
            if bar == nil { bar = shared.progress(model.name, total: recipe.steps, done: done) }
            bar?.advance(to: done, note: note)
        }
        bar?.finish()
        try Output.write(json: record)
    }
}

import ArgumentParser
import SynEmbedding
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceCompose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compose",
        abstract: "Asks whether a model minds which word belongs to which thing: scenes of two objects.",
        discussion: """
            Two scenes and two captions at a time, which differ by exchanged colours or objects, a replaced colour, \
            form or relation, or by which object is said to be large. Told are the share of pictures nearer to their \
            own caption, Winoground's three scores, a judge who sees no picture, and what other orders of words change.

            --train trains new towers of the model's form on such scenes, without the held-out combinations, by CLIP's \
            loss and with exchanged captions as further wrong ones (NegCLIP), and asks both.

            Examples:
              synesthesia space compose --model openai/clip-vit-base-patch32
              synesthesia space compose --model Weights/clip-mini --train 400
            """)

    @Option(help: "A model with both towers: a CLIP's or SigLIP's folder, or org/name in the cache.")
    var model: String

    @Option(help: "Items of each kind.")
    var items = 200

    @Option(help: ArgumentHelp("Steps of 64 scenes that new towers are trained for, both ways.", valueName: "steps"))
    var train: Int?

    @Option(help: "The seed of the orders of words and of new towers.")
    var seed: UInt64 = 0

    @OptionGroup var named: ActivationOption
    @OptionGroup var work: WorkFolderOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let train { try NumberRange.steps.check(train, "--train") }
        if !(2...100_000).contains(items) { throw ValidationError("--items is \(items); it must be from 2 to 100000") }
    }

    func run() throws {
        let towers = try TwoTowers(folder: shared.locator.folder(of: model), activation: named.activation)
        if let train {
            let watch = SignalWatch()
            let training = try CompositionTraining(
                towers, steps: train, seed: seed, folder: work.folder("compose", seed: seed),
                interruption: watch.interruption, remark: { shared.remark($0) })
            var bar: ProgressLine?
            let records = try training.records(items: items) { done in
                if bar == nil { bar = shared.progress("steps", total: 2 * train, done: done) }
                bar?.advance(to: done)
            }
            bar?.finish()
            if shared.json { return try Output.write(json: records) }
            return try Output.write(records.map(\.terminal).joined(separator: "\n"))
        }
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("parts", total: 14)
        let record = try CompositionStudy(towers, items: items, seed: seed).record { done, _ in
            bar.advance(to: done)
            try watch.check()
        }
        bar.finish()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

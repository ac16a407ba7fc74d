import ArgumentParser
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceInterpolate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interpolate",
        abstract: "Walks from one text to another and tells what the nearest pictures show on the way.",
        discussion: """
            Straight and along the sphere. At each step: of the nearest pictures, how many the first text is true of, \
            the second, both, neither; beside it what all pictures show.

            Examples:
              synesthesia space interpolate --model Weights/clip-small
              synesthesia space interpolate --model Weights/clip-small --from "She is smiling." --to "She has bangs."
            """)

    @Option(help: "The first text.")
    var from: String?

    @Option(help: "The last text.")
    var to: String?

    @Option(help: "Steps, both ends included.")
    var steps = 11

    @Option(help: "How many of the nearest pictures are looked at.")
    var nearest = 10

    @OptionGroup var input: TowersInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if (from == nil) != (to == nil) { throw ValidationError("--from and --to belong together; give both") }
        if !(2...10_000).contains(steps) { throw ValidationError("--steps is \(steps); it must be from 2 to 10000") }
        try NumberRange.topK.check(nearest, "--nearest")
        if input.data != "portraits" && from == nil {
            throw ValidationError("what is told of \(input.data) is not known; give two texts with --from and --to")
        }
    }

    func run() throws {
        let known = try input.known(shared)
        let pairs = from.flatMap { from in to.map { [(from, $0)] } } ?? InterpolationStudy.portraitPairs
        for text in pairs.flatMap({ [$0.0, $0.1] }) { _ = try known.truth(of: text) }   // before the long work
        let pictures = try input.encoded(known, try input.towers(shared), shared)
        let records = try pairs.map {
            try InterpolationStudy.record(pictures, from: $0.0, to: $0.1, steps: steps, nearest: nearest)
        }
        if shared.json { return try records.count == 1 ? Output.write(json: records[0]) : Output.write(json: records) }
        try Output.write(records.map(\.terminal).joined(separator: "\n"))
    }
}

import ArgumentParser
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceArithmetic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arithmetic",
        abstract: "Adds a text to a picture and takes another away: does the attribute change, and the rest stay?",
        discussion: """
            Held against the same face drawn with the attribute, and against searches with the picture alone, with a \
            random direction of the same length, and with the text alone; as trained, closed, centred. Then how much \
            of the vectors is a sum over attributes, also for combinations that were not fitted.

            Examples:
              synesthesia space arithmetic --model Weights/clip-small
              synesthesia space arithmetic --model Weights/clip-small --attribute Eyeglasses \\
                  --plus "She has eyeglasses." --minus "She has black hair."
            """)

    @Option(
        help: ArgumentHelp("An attribute by its name in CelebA's files. (default: five of them)", valueName: "name"))
    var attribute: String?

    @Option(help: "With --attribute: the text that is added.")
    var plus: String?

    @Option(help: "With --attribute: the text that is taken away.")
    var minus: String?

    @Option(help: "How many of the nearest portraits are looked at.")
    var nearest = 10

    @OptionGroup var input: TowersInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        let given = [attribute, plus, minus].compactMap(\.self).count
        if given != 0 && given != 3 {
            throw ValidationError("--attribute, --plus and --minus belong together; give all three")
        }
        if input.data != "portraits" {
            throw ValidationError(
                "whether everything else stayed can only be told of drawn portraits; leave --data out")
        }
        try NumberRange.topK.check(nearest, "--nearest")
    }

    func run() throws {
        var sums = Arithmetic.sums
        if let attribute, let plus, let minus { sums = [try .init(named: attribute, plus: plus, minus: minus)] }
        let pictures = try input.encoded(try input.known(shared), try input.towers(shared), shared)
        let study = try ArithmeticStudy(pictures, seed: input.seed)
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("attributes", total: sums.count)
        let record = try study.record(sums, nearest: nearest) { done in
            bar.advance(to: done)
            try watch.check()
        }
        bar.finish()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

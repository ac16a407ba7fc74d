import ArgumentParser
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceTokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Single tokens against the pooled vector, long captions, and words printed on pictures.",
        discussion: """
            Of drawn portraits: which token's vector tells pictures with its attribute from those without; what a \
            probe reads from each place; what leaving out a word costs; whether a word sees those behind it; searches \
            with captions that name more and with other sentences beside them; and whether a printed name draws the \
            answer.

            Example:
              synesthesia space tokens --model Weights/clip-small --sample 500
            """)

    @OptionGroup var input: TowersInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if input.data != "portraits" {
            throw ValidationError("what tokens should know is known of drawn portraits only; leave --data out")
        }
        if input.sample < 30 {
            throw ValidationError("--sample is \(input.sample); a probe needs 30 portraits or more")
        }
    }

    func run() throws {
        let pictures = try input.encoded(try input.known(shared), try input.towers(shared), shared)
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("parts", total: 5)
        let record = try TokensStudy(pictures, seed: input.seed).record { done, _ in
            bar.advance(to: done)
            try watch.check()
        }
        bar.finish()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

import ArgumentParser
import Foundation
import SynRuns

/// The command: what a frozen text encoder knows about how things look.
///
/// Results go to standard output, everything else to standard error; see ``Exit`` for the codes.
@main
struct Synesthesia: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synesthesia",
        abstract: "Draws what text encoders know about faces, and measures it.",
        discussion: """
            Caption vectors of a frozen text encoder pass one trained linear layer and steer a frozen \
            image decoder; the faces that come out are scored against their captions.

            Exit codes: 0 done, 1 failed, 64 wrong usage or settings, 65 bad data, 66 missing input, \
            69 network needed but offline, 75 told to stop by SIGTERM or SIGUSR1 and 130 interrupted (the same command \
            goes on).

            Examples:
              synesthesia probe Samples/miniature-quick.yaml
              synesthesia generate --help
            """,
        version: Release.version,
        subcommands: [
            Probe.self, Plan.self, Train.self, Join.self, Generate.self, Score.self, Report.self, Significance.self,
            Power.self,
            Similarity.self, Words.self,
            Geometry.self, GLUE.self, Space.self, Study.self, Pretrain.self, Portraits.self, Tokenize.self, Encode.self,
            Quantize.self, Decode.self, LikelihoodCommand.self, Fetch.self, List.self, Inspect.self, Env.self,
        ])

    static func main() {
        // Ends at once: after too little memory for its threads, a library would wait for them when it is left.
        on_exit({ status, _ in _exit(status) }, nil)
        LibraryVariables.settle()
        // A closed pipe and a file beyond the shell's limit are errors of that write, not the end of a long run.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            try CommandLineCheck.arguments()
            try CommandNames.check(CommandLine.arguments.dropFirst())
            try Machine.checkLimit()
            var command = try parseAsRoot()
            try (command as? any ChoosesPrecision)?.settlePrecision()
            try CommandLineCheck.memory()
            try command.run()
        } catch {
            Exit.end(with: error)
        }
    }
}

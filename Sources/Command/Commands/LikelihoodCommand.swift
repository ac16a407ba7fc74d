import ArgumentParser
import Foundation
import SynProbe

struct LikelihoodCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "likelihood",
        abstract: "Tells how probable image tokens are under a decoder, with or without a caption's prefix.",
        discussion: """
            Prints JSON: mean nats per token of each sample and of all, and bits per token.

            Examples:
              synesthesia likelihood --decoder Weights/decoder --tokens tokens.safetensors
              synesthesia likelihood --decoder Weights/decoder \\
                  --tokens tokens.safetensors --captions Samples/captions.txt \\
                  --encoder Weights/clip-small \\
                  --adapter runs/miniature/clip-small/seed-1
            """)

    @Option(help: "The decoder: a folder with project.yaml and model.safetensors.")
    var decoder: String

    @Option(help: "A safetensors file with \"tokens\" [N, h·w].")
    var tokens: String

    @Option(help: "A safetensors file with \"prefix\" [N, n_embd] or [N, K, n_embd].")
    var prefix: String?

    @Option(help: "With --encoder and --captions: the adapter that makes the prefixes.")
    var adapter: String?

    @Option(help: "The encoder of the captions.")
    var encoder: String?

    @Option(help: "A file with one caption a line for each row of tokens, or - for standard input.")
    var captions: String?

    @OptionGroup var named: ActivationOption

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        let given = [adapter, encoder, captions].compactMap(\.self).count
        if given != 0 && given != 3 {
            throw ValidationError("--adapter, --encoder and --captions belong together; give all three")
        }
        if given == 3 && prefix != nil {
            throw ValidationError("--prefix and --adapter contradict each other; give one")
        }
    }

    func run() throws {
        var condition: (encoder: URL, adapter: URL, captions: [String])?
        if let adapter, let encoder, let captions {
            condition = (
                try shared.locator.folder(of: encoder), URL(filePath: adapter), try shared.captions(captions).captions
            )
        }
        let jobs = try DecoderJobs(folder: try shared.locator.folder(of: decoder))
        let found = try jobs.likelihood(
            tokens, limit: limit.limit, prefix: prefix, captions: condition, activation: named.activation
        ) { shared.remark($0) }
        shared.remark(found.portion)
        try Output.write(json: found)
    }
}

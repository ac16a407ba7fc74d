import ArgumentParser
import SynEmbedding
import SynModels
import SynRuns

struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns captions into vectors with a frozen encoder.",
        discussion: """
            Writes "embeddings" [N, d], with --layers also "hidden" [layers + 1, N, d], in Float32. The ending of \
            --out says how: .safetensors, .npz with both arrays, or .npy with the embeddings alone. FILE.index.json \
            beside it has the caption of every row, the encoder, the pooling and the sizes.

            Examples:
              synesthesia encode --encoder Weights/clip-small --out vectors.safetensors \\
                  --captions Samples/captions.txt
              synesthesia encode --encoder Weights/bert-mini --out layers.npz \\
                  --captions Samples/captions.txt --pooling cls --layers
            """)

    @Option(help: "The encoder: a Hugging Face folder, or org/name in the cache.")
    var encoder: String

    @Option(help: "A file with one caption a line, or - for standard input.")
    var captions: String

    @Option(help: "The file to write: .safetensors, .npy or .npz.")
    var out: String

    @Option(help: "How token states become a vector; probe is the paper's way for each style.")
    var pooling: Pooling = .probe

    @Flag(help: "Write the embedding output and every layer too, pooled alike.")
    var layers = false

    @OptionGroup var computing: PrecisionOption

    @OptionGroup var named: ActivationOption

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let file = try shared.captions(captions)
        let chosen = limit.applied(to: file.captions, "captions")
        let job = try EncodingJob(
            folder: try shared.locator.folder(of: encoder), pooling: pooling, precision: computing.precision,
            everyLayer: layers, output: out, activation: named.activation)
        for remark in job.remarks { shared.remark(remark) }
        var line = shared.progress("captions", total: chosen.items.count)
        let outcome = try job.write(chosen.items, portion: chosen.portion) { line.advance(to: $0) }
        line.finish()
        if outcome.truncated > 0 {
            shared.remark("\(outcome.truncated) of \(outcome.captions) captions were too long and lost their end")
        }
        shared.remark(chosen.portion)
        if shared.json { try Output.write(json: outcome) }
    }
}

extension Pooling: ExpressibleByArgument {}

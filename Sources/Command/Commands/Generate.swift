import ArgumentParser
import Foundation
import SynProbe
import SynRuns

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws a face for every caption.",
        discussion: """
            Pictures are named 000000.png, 000001.png, … (.jpg with --format jpeg) in the captions' order. The \
            same captions and seed give the same faces, whatever the batch. Pictures that are already there are \
            kept, so a stopped run goes on; to draw anew, name another folder.

            Examples:
              synesthesia generate --decoder Weights/decoder --encoder Weights/clip-small \\
                  --adapter runs/miniature/clip-small/seed-1 --guidance 3 \\
                  --captions Samples/captions.txt --out faces
              echo 'He has a goatee.' | synesthesia generate --captions - --out goatee \\
                  --decoder Weights/decoder --encoder Weights/clip-small \\
                  --adapter runs/miniature/clip-small/seed-1
            """)

    @Option(help: "The decoder: a folder with project.yaml and model.safetensors.")
    var decoder: String

    @Option(help: "The adapter: a folder with adapter.safetensors.")
    var adapter: String

    @Option(help: "The encoder that the adapter was trained for.")
    var encoder: String

    @Option(help: "A file with one caption a line, or - for standard input.")
    var captions: String

    @Option(help: "The folder to write pictures to.")
    var out: String

    @Option(parsing: .unconditional, help: "The seed of every draw. (default: 1)", transform: SeedArgument.read)
    var seed: UInt64 = 1

    @Option(parsing: .unconditional, help: "Draw among the so many most probable tokens.")
    var topK = 250

    @Option(parsing: .unconditional, help: "Draw among the most probable tokens that together reach this probability.")
    var topP = 1.0

    @Option(parsing: .unconditional, help: "Divide logits by this: below 1 safer, above 1 wilder.")
    var temperature = 1.0

    @Flag(help: "Always take the most probable token.")
    var greedy = false

    @Option(parsing: .unconditional, help: "How strongly the caption steers: 1 as published, more for more.")
    var guidance = 1.0

    @Option(parsing: .unconditional, help: "Pictures drawn together.")
    var batch = 32

    @Option(help: "The pictures' files: png, which also keeps caption and seed, or jpeg, which loses detail.")
    var format: SamplingSettings.Format = .png

    @OptionGroup var computing: PrecisionOption

    @Option(help: "Where the decoder is computed: cpu, or cuda for an NVIDIA GPU.")
    var device: DeviceSetting = .cpu

    @Option(
        help: """
            How the transformer's weights are kept: full, in the precision, or int8: whole numbers, for less memory \
            and time.
            """
    )
    var weights: SamplingSettings.Weights = .full

    @OptionGroup var named: ActivationOption

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.topK.check(topK, "--top-k")
        try NumberRange.topP.check(topP, "--top-p")
        try NumberRange.temperature.check(temperature, "--temperature")
        try NumberRange.guidance.check(guidance, "--guidance")
        try NumberRange.batch.check(batch, "--batch")
    }

    func run() throws {
        var sampling = SamplingSettings()
        (sampling.topK, sampling.topP, sampling.temperature) = (topK, topP, temperature)
        (sampling.greedy, sampling.guidance, sampling.batch, sampling.weights) = (greedy, guidance, batch, weights)
        sampling.format = format
        let file = try shared.captions(captions)
        let chosen = limit.applied(to: file.captions, "captions")
        let locator = shared.locator
        let job = try FaceJob(
            decoder: try locator.folder(of: decoder), adapter: URL(filePath: adapter),
            encoder: try locator.folder(of: encoder),
            precision: computing.precision, device: device, weights: weights, activation: named.activation)
        if let error = job.roundingError {
            shared.remark(
                String(
                    format: "weights rounded to whole numbers of eight bits: off by %.2f %% of their size", 100 * error)
            )
        }
        for remark in job.remarks + [job.remark(on: chosen.items)].compactMap(\.self) { shared.remark(remark) }
        let watch = SignalWatch()
        var line = shared.progress("faces", total: chosen.items.count)
        let files = try job.run(
            chosen.items, seed: seed, sampling: sampling, into: out, interruption: watch.interruption,
            remark: { shared.remark($0) }
        ) { line.advance(to: $0) }
        line.finish()
        shared.remark(chosen.portion)
        if shared.json { try Output.write(json: files) }
    }
}

extension SamplingSettings.Weights: ExpressibleByArgument {}
extension DeviceSetting: ExpressibleByArgument {}
extension SamplingSettings.Format: ExpressibleByArgument {}

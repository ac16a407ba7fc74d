import ArgumentParser
import SynInspection

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a checkpoint holds, without loading it.",
        discussion: """
            Understands safetensors (also in parts, adapters and features), PyTorch's .bin, .pth, .pt and \
            .ckpt, files from before PyTorch 1.6, TorchScript, and folders of Hugging Face and of decoders. \
            Nothing in a pickle is ever called; names that wanted to be are listed.

            Examples:
              synesthesia inspect Weights/clip-small
              synesthesia inspect pytorch_model.bin --json
            """)

    @Argument(help: "A checkpoint file, or a folder with one.")
    var path: String

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let inspection = try Inspection(path)
        if shared.json { return try Output.write(json: inspection) }
        try Output.write(inspection.lines.map { $0 + "\n" }.joined())
    }
}

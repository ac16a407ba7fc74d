import ArgumentParser
import Experiments

struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns image tokens into pictures.",
        discussion: """
            Example:
              synesthesia decode --decoder Weights/decoder --tokens tokens.safetensors \\
                  --out pictures
            """)

    @Option(help: "The decoder: a folder with project.yaml and model.safetensors.")
    var decoder: String

    @Option(help: "A safetensors file with \"tokens\" [N, h·w].")
    var tokens: String

    @Option(help: "The folder to write PNG pictures to.")
    var out: String

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let files = try DecoderJobs(folder: try shared.shelf.folder(of: decoder)).decode(tokens, into: out)
        if shared.json { return try Output.write(json: ["files": files]) }
        shared.remark("\(files.count) pictures written to \(out)")
    }
}

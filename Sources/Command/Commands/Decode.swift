import ArgumentParser
import SynProbe

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

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    private struct Record: Encodable {
        let files: [String]
        /// True or nil.
        let partial: Bool?
    }

    func run() throws {
        let jobs = try DecoderJobs(folder: try shared.locator.folder(of: decoder))
        let (files, portion) = try jobs.decode(tokens, limit: limit.limit, into: out)
        shared.remark(portion)
        if shared.json { return try Output.write(json: Record(files: files, partial: portion == nil ? nil : true)) }
        shared.remark("\(files.count) pictures written to \(out)")
    }
}

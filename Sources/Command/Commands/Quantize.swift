import ArgumentParser
import SynMetrics
import SynProbe

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns pictures into image tokens.",
        discussion: """
            Writes safetensors: "tokens" [N, h·w] Int32, row by row; the pictures' names are in the \
            metadata.

            Example:
              synesthesia quantize --decoder Weights/decoder --images Samples/faces \\
                  --out tokens.safetensors
            """)

    @Option(help: "The decoder: a folder with project.yaml and model.safetensors.")
    var decoder: String

    @Option(help: "A folder of PNG or JPEG pictures.")
    var images: String

    @Option(help: "The safetensors file to write.")
    var out: String

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    private struct Record: Encodable {
        let file: String
        /// True or nil.
        let partial: Bool?
    }

    func run() throws {
        let (pictures, portion) = try PictureFolder(images).first(limit.limit)
        let jobs = try DecoderJobs(folder: try shared.locator.folder(of: decoder))
        var line = shared.progress("pictures", total: pictures.names.count)
        try jobs.quantize(pictures, portion: portion, to: out) { line.advance(to: $0) }
        line.finish()
        shared.remark(portion)
        if shared.json { try Output.write(json: Record(file: out, partial: portion == nil ? nil : true)) }
    }
}

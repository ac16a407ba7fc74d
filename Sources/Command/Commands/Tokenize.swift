import ArgumentParser
import SynEmbedding
import SynRuns

struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what an encoder's tokenizer makes of captions.",
        discussion: """
            Prints one JSON object a line: {"caption", "ids", "tokens", "truncated"}. Empty lines are \
            captions too, and get start and end tokens only.

            Examples:
              synesthesia tokenize --encoder Weights/bert-mini \\
                  --captions Samples/captions.txt
              echo 'He has a goatee.' | synesthesia tokenize --encoder gpt2 --captions -
            """)

    @Option(help: "The encoder: a Hugging Face folder, or org/name in the cache.")
    var encoder: String

    @Option(help: "A file with one caption a line, or - for standard input.")
    var captions: String

    @Option(
        parsing: .unconditional,
        help: "The most ids a caption may have, start and end included. (default: the encoder's own limit)")
    var maxLength: Int?

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let maxLength { try NumberRange.tokens.check(maxLength, "--max-length") }
    }

    func run() throws {
        let folder = try shared.locator.folder(of: encoder)
        let file = try shared.captions(captions, allowingEmpty: true)
        let reader = try TextReader(folder: folder)
        if let remark = reader.remark { shared.remark(remark) }
        var cut = 0
        let (taken, portion) = limit.applied(to: file.captions, "captions")
        for caption in taken.lazy.map({ TokenizedCaption($0, with: reader, maximumLength: maxLength) }) {
            try Output.write(json: caption, asLine: true)
            if caption.truncated { cut += 1 }
        }
        if cut > 0 { shared.remark("\(cut) of \(taken.count) captions were too long and lost their end") }
        shared.remark(portion)
    }
}

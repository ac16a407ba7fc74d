import Foundation
import Tokenizers

/// A caption and what a tokenizer made of it; one line of `synesthesia tokenize`.
public struct TokenizedCaption: Sendable, Encodable {
    public let caption: String
    public let ids: [Int32]
    /// As the vocabulary spells them, one for each id.
    public let tokens: [String]
    /// Whether the caption was longer than the encoder reads.
    public let truncated: Bool

    /// - Parameter maximumLength: the most ids, start and end included; nil for what the encoder reads.
    public init(_ caption: String, with reader: TextReader, maximumLength: Int?) {
        let encoding = reader.encoding(caption, limit: maximumLength)
        self.caption = caption
        (ids, tokens, truncated) = (encoding.ids, encoding.tokens, encoding.truncated)
    }

    /// The tokens of every caption of a file, one after another as they are asked for.
    ///
    /// Empty captions are allowed here: that a tokenizer makes start and end tokens of them is worth seeing.
    public static func all(
        in file: CaptionFile, reader: TextReader, maximumLength: Int?
    ) -> some Sequence<TokenizedCaption> {
        file.captions.lazy.map { TokenizedCaption($0, with: reader, maximumLength: maximumLength) }
    }
}

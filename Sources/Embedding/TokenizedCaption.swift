import Foundation
import SynTokenizers

/// A caption and what a tokenizer made of it; one line of `synesthesia tokenize`. Empty captions are allowed there:
/// that a tokenizer makes start and end tokens of them is worth seeing.
package struct TokenizedCaption: Sendable, Encodable {
    package let caption: String
    package let ids: [Int32]
    /// As the vocabulary spells them, one for each id.
    package let tokens: [String]
    /// Whether the caption was longer than the encoder reads.
    package let truncated: Bool

    /// - Parameter maximumLength: the most ids, start and end included; nil for what the encoder reads.
    package init(_ caption: String, with reader: TextReader, maximumLength: Int?) {
        let encoding = reader.encoding(caption, limit: maximumLength)
        self.caption = caption
        (ids, tokens, truncated) = (encoding.ids, encoding.tokens, encoding.truncated)
    }
}

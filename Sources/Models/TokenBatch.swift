import SynTensors

/// Token ids of several captions: side by side, the short ones padded at their end, or packed one after another, so
/// that no work goes into padding.
package struct TokenBatch: Sendable {
    /// [batch, time] Int32, or, packed, [1, tokens].
    package let ids: Tensor
    /// Where each caption's tokens lie among all of `ids`.
    package let spans: TokenSpans

    package var lengths: [Int] { spans.lengths }
    package var count: Int { spans.count }
    /// The longest length.
    package var time: Int { spans.time }
    var isPacked: Bool { spans.isPacked }

    /// Throws when a caption has no token, more than `maximumLength`, or one outside the vocabulary.
    package init(
        _ captions: [[Int32]], padding: Int32, maximumLength: Int, vocabularySize: Int, packed: Bool = false
    ) throws {
        precondition(!captions.isEmpty, "a batch has at least one caption")
        for (row, tokens) in captions.enumerated() {
            guard !tokens.isEmpty else { throw ModelError("Caption \(row + 1) of the batch has no tokens.") }
            guard tokens.count <= maximumLength else {
                throw ModelError(
                    "Caption \(row + 1) of the batch has \(tokens.count) tokens, but the model reads at most "
                        + "\(maximumLength); let the tokenizer truncate it.")
            }
            if let stranger = tokens.first(where: { $0 < 0 || $0 >= vocabularySize }) {
                throw ModelError(
                    "Caption \(row + 1) of the batch has the token id \(stranger), but the model's vocabulary has "
                        + "\(vocabularySize); is the tokenizer that of another model?")
            }
        }
        spans = TokenSpans(captions.map(\.count), packed: packed)
        ids =
            packed
            ? Tensor(captions.flatMap { $0 }, shape: [1, spans.lengths.reduce(0, +)])
            : Self.padded(captions, with: padding, to: spans.time)
    }

    /// What each token may look at.
    func mask(causal: Bool) -> AttentionMask {
        // Padding stands at the end, where a causal mask hides it from every real token.
        isPacked ? .packed(lengths, causal: causal) : causal ? .causal : .lengths(lengths)
    }

    /// Vectors of the tokens' places in their captions, from a table: shaped to be added to the tokens' own.
    func places(_ table: Embedding) -> Tensor {
        guard isPacked else { return table.first(time) }   // [time, hidden]
        let places = lengths.flatMap { (0..<$0).map(Int32.init) }
        return table(Tensor(places, shape: ids.shape))   // [1, tokens, hidden]
    }

    /// A row of further numbers for every token, such as token types, padded with zeros.
    func companion(_ rows: [[Int32]]) throws -> Tensor {
        guard rows.map(\.count) == lengths else {
            throw ModelError("There must be as many token types as tokens in every caption.")
        }
        return isPacked ? Tensor(rows.flatMap { $0 }, shape: ids.shape) : Self.padded(rows, with: 0, to: time)
    }

    private static func padded(_ rows: [[Int32]], with padding: Int32, to time: Int) -> Tensor {
        Tensor(rows.flatMap { $0 + Array(repeating: padding, count: time - $0.count) }, shape: [rows.count, time])
    }
}

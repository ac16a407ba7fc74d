import SynTensors

/// Token ids of several captions: side by side, the short ones padded at their end, or packed one after another, so that no
/// work goes into padding.
package struct TokenBatch: Sendable {
    /// [batch, time] Int32, or, packed, [1, tokens].
    package let ids: Tensor
    /// How many tokens each caption has.
    package let lengths: [Int]
    /// Where each caption begins, among all tokens of `ids`.
    let starts: [Int]
    let isPacked: Bool

    package var count: Int { lengths.count }
    /// The longest length.
    package let time: Int

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
        let lengths = captions.map(\.count)
        let longest = lengths.max() ?? 1
        (self.lengths, time, isPacked) = (lengths, longest, packed)
        ids =
            packed
            ? Tensor(captions.flatMap { $0 }, shape: [1, lengths.reduce(0, +)])
            : Self.padded(captions, with: padding, to: longest)
        var next = 0
        starts = lengths.map { length in
            defer { next += packed ? length : longest }
            return next
        }
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

    /// States [batch, time, hidden] of packed ones [1, tokens, hidden]; what stands at padded positions means nothing.
    func padded(_ states: Tensor) -> Tensor {
        guard isPacked else { return states }
        let rows = zip(starts, lengths).flatMap { start, length in (0..<time).map { start + min($0, length - 1) } }
        return states.reshaped([-1, states.size(-1)]).rows(at: rows).reshaped([count, time, states.size(-1)])
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

    // MARK: - From states to one vector per caption

    /// The state of one position of each caption.
    package func states(_ states: Tensor, at positions: [Int]) -> Tensor {
        states.reshaped([-1, states.size(-1)]).rows(at: zip(starts, positions).map { $0 + $1 })   // [batch, hidden]
    }

    /// The mean state of the real tokens of each caption; padding counts nothing.
    package func mean(_ states: Tensor) -> Tensor { sum(states) { length, _ in 1 / Float(length) } }

    /// The sum of the real tokens' states, each times a share that depends on the caption's length and the token's place.
    func sum(_ states: Tensor, share: (_ length: Int, _ place: Int) -> Float) -> Tensor {
        let shares = Tensor(
            lengths.flatMap { length in
                (0..<time).map { $0 < length ? share(length, $0) : 0 }
            }, shape: [count, 1, time])
        return shares.matmul(padded(states)).reshaped([count, states.size(-1)])   // [batch, hidden]
    }

    /// The largest value of each channel among the real tokens of each caption, the first `first` not counted. Without
    /// gradient.
    func largest(_ states: Tensor, from first: Int = 0) -> Tensor {
        let width = states.size(-1)
        let values = states.floats
        var largest = [Float](repeating: -.infinity, count: count * width)
        for (row, length) in lengths.enumerated() {
            for place in min(first, length)..<length {
                let start = (starts[row] + place) * width
                for i in 0..<width {
                    let value = values[start + i]   // what is no number stays none
                    if value > largest[row * width + i] || value.isNaN { largest[row * width + i] = value }
                }
            }
        }
        return Tensor(largest, shape: [count, width])   // [batch, hidden]
    }
}

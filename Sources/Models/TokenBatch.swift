import Tensors

/// Token ids of several captions side by side, the short ones padded at their end.
public struct TokenBatch: Sendable {
    public let ids: Tensor   // [batch, time], Int32
    /// How many tokens of each row are real.
    public let lengths: [Int]

    public var count: Int { lengths.count }
    /// The longest length: the size of the time axis.
    public var time: Int { ids.size(1) }

    /// Throws when a caption has no token, more than `maximumLength`, or one outside the vocabulary.
    public init(_ captions: [[Int32]], padding: Int32, maximumLength: Int, vocabularySize: Int) throws {
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
        lengths = captions.map(\.count)
        ids = Self.padded(captions, with: padding, to: lengths.max() ?? 1)
    }

    /// A row of further numbers for every token, such as token types, padded with zeros.
    func companion(_ rows: [[Int32]]) throws -> Tensor {
        guard rows.map(\.count) == lengths else {
            throw ModelError("There must be as many token types as tokens in every caption.")
        }
        return Self.padded(rows, with: 0, to: time)   // [batch, time]
    }

    private static func padded(_ rows: [[Int32]], with padding: Int32, to time: Int) -> Tensor {
        Tensor(rows.flatMap { $0 + Array(repeating: padding, count: time - $0.count) }, shape: [rows.count, time])
    }

    // MARK: - From states to one vector per caption

    /// The state of one position in each row.
    public func states(_ states: Tensor, at positions: [Int]) -> Tensor {
        states.reshaped([count * time, states.size(-1)])
            .rows(at: positions.enumerated().map { $0.offset * time + $0.element })   // [batch, hidden]
    }

    /// The mean state of the real tokens of each row; padding counts nothing.
    public func mean(_ states: Tensor) -> Tensor { sum(states) { length, _ in 1 / Float(length) } }

    /// The sum of the real tokens' states, each times a share that depends on the row's length and the token's place.
    func sum(_ states: Tensor, share: (_ length: Int, _ place: Int) -> Float) -> Tensor {
        let shares = Tensor(
            lengths.flatMap { length in
                (0..<time).map { $0 < length ? share(length, $0) : 0 }
            }, shape: [count, 1, time])
        return shares.matmul(states).reshaped([count, states.size(-1)])   // [batch, hidden]
    }

    /// The largest value of each channel among the real tokens of each row. Without gradient.
    func largest(_ states: Tensor) -> Tensor {
        let width = states.size(-1)
        let values = states.floats
        var largest = [Float](repeating: -.infinity, count: count * width)
        for (row, length) in lengths.enumerated() {
            for place in 0..<length {
                let start = (row * time + place) * width
                for i in 0..<width { largest[row * width + i] = max(largest[row * width + i], values[start + i]) }
            }
        }
        return Tensor(largest, shape: [count, width])   // [batch, hidden]
    }
}

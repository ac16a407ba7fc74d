import SynTensors

/// Where the tokens of several captions lie among their states: side by side, each as long as the longest, or packed
/// one after another.
///
/// It turns states of tokens into one vector per caption, the same way for both layouts; padding counts nothing.
package struct TokenSpans: Sendable, Equatable {
    /// How many tokens each caption has.
    package let lengths: [Int]
    /// Where each caption begins, among all tokens.
    let starts: [Int]
    let isPacked: Bool
    /// The longest length.
    package let time: Int

    package init(_ lengths: [Int], packed: Bool = false) {
        let longest = lengths.max() ?? 1
        (self.lengths, isPacked, time) = (lengths, packed, longest)
        var next = 0
        starts = lengths.map { length in
            defer { next += packed ? length : longest }
            return next
        }
    }

    package var count: Int { lengths.count }

    /// States [batch, time, hidden] of packed ones [1, tokens, hidden]; what stands at padded positions means nothing.
    func padded(_ states: Tensor) -> Tensor {
        guard isPacked else { return states }
        let rows = zip(starts, lengths).flatMap { start, length in (0..<time).map { start + min($0, length - 1) } }
        return states.reshaped([-1, states.size(-1)]).rows(at: rows).reshaped([count, time, states.size(-1)])
    }

    /// The state of one position of each caption: [batch, hidden].
    package func states(_ states: Tensor, at positions: [Int]) -> Tensor {
        states.reshaped([-1, states.size(-1)]).rows(at: zip(starts, positions).map { $0 + $1 })
    }

    /// The mean state of the tokens of each caption: [batch, hidden].
    package func mean(_ states: Tensor) -> Tensor { sum(states) { length, _ in 1 / Float(length) } }

    /// The sum of the tokens' states, each times a share that depends on the caption's length and the token's place.
    func sum(_ states: Tensor, share: (_ length: Int, _ place: Int) -> Float) -> Tensor {
        let shares = Tensor(
            lengths.flatMap { length in
                (0..<time).map { $0 < length ? share(length, $0) : 0 }
            }, shape: [count, 1, time])
        return shares.matmul(padded(states)).reshaped([count, states.size(-1)])   // [batch, hidden]
    }

    /// The largest value of each channel among the tokens of each caption, the first `first` not counted: [batch,
    /// hidden]. Without gradient.
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

extension Tensor {
    /// The first tokens of each caption: [tokens, width] each, of [batch, time, width].
    func cut(to lengths: [Int]) -> [Tensor] {
        lengths.enumerated().map { row, length in
            slice(axis: 0, from: row, to: row + 1).reshaped([size(1), size(-1)]).slice(axis: 0, from: 0, to: length)
        }
    }
}

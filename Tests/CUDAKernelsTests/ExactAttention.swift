import Foundation

/// Attention and its gradient in double precision, as the formulas say: what kernels are compared with.
///
/// Every array is laid out as `attention.h` says.
struct ExactAttention {
    let batch, time, heads, headSize: Int
    let isCausal: Bool
    private(set) var out: [Double]   // [batch, time, hidden]
    private(set) var sums: [Double]   // [batch, heads, time]
    private(set) var gradient: [Double]   // [batch, time, 3·hidden]

    private var hidden: Int { heads * headSize }

    /// - Parameters:
    ///   - queryKeyValue: [batch, time, 3·hidden]
    ///   - g: the gradient of the result, [batch, time, hidden]
    init(_ shape: AttentionSizes, queryKeyValue: [Float], g: [Float]) {
        (batch, time, heads) = (shape.batch, shape.time, shape.heads)
        (headSize, isCausal) = (shape.headSize, shape.isCausal)
        out = .init(repeating: 0, count: g.count)
        sums = .init(repeating: 0, count: shape.batch * shape.heads * shape.time)
        gradient = .init(repeating: 0, count: queryKeyValue.count)
        let (input, slope) = (queryKeyValue.map(Double.init), g.map(Double.init))
        for sample in 0..<batch {
            for head in 0..<heads { for query in 0..<time { attend(sample, head, query, input, slope) } }
        }
    }

    private mutating func attend(_ sample: Int, _ head: Int, _ query: Int, _ input: [Double], _ g: [Double]) {
        let scale = 1 / Double(headSize).squareRoot()
        let (step, row) = (3 * hidden, (sample * time + query) * hidden + head * headSize)
        let first = sample * time * step + head * headSize   // of the head's first query
        let queryRow = first + query * step
        let keys = 0..<(isCausal ? query + 1 : time)
        let scores = keys.map { scale * dot(input, queryRow, input, first + $0 * step + hidden) }
        let largest = scores.max() ?? 0
        let total = scores.reduce(0) { $0 + exp($1 - largest) }
        sums[(sample * heads + head) * time + query] = largest + log(total)
        let shares = scores.map { exp($0 - largest) / total }
        let ofShares = keys.map { dot(g, row, input, first + $0 * step + 2 * hidden) }
        let mean = zip(shares, ofShares).reduce(0) { $0 + $1.0 * $1.1 }
        for key in keys {
            let keyRow = first + key * step + hidden
            let (share, ofScore) = (shares[key], shares[key] * (ofShares[key] - mean) * scale)
            for i in 0..<headSize {
                out[row + i] += share * input[keyRow + hidden + i]
                gradient[queryRow + i] += ofScore * input[keyRow + i]
                gradient[keyRow + i] += ofScore * input[queryRow + i]
                gradient[keyRow + hidden + i] += share * g[row + i]
            }
        }
    }

    private func dot(_ a: [Double], _ i: Int, _ b: [Double], _ j: Int) -> Double {
        var sum = 0.0
        for k in 0..<headSize { sum += a[i + k] * b[j + k] }
        return sum
    }
}

/// ‖numbers − exact‖ / ‖exact‖, or / `least` where that is more, for exact zeros. Not-a-number where a number is.
func relativeError(_ numbers: [Float], _ exact: [Double], least: Double = 0) -> Double {
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(numbers, exact) {
        difference += (Double(x) - y) * (Double(x) - y)
        size += y * y
    }
    return difference == 0 ? 0 : (difference.squareRoot() / max(size.squareRoot(), least))
}

import Foundation
import SynTensors

/// t-SNE's probabilities that points are neighbours (van der Maaten 2014): of each point's nearest, a normal whose
/// width gives the wanted perplexity; then both directions' mean, all summing to 1.
package struct NeighbourProbabilities: Sendable {
    /// Row after row, columns ascending within it: entries of row i are `starts[i]..<starts[i + 1]`.
    package let starts: [Int]
    package let columns: [Int32]
    package let values: [Double]
    package var count: Int { starts.count - 1 }

    /// The most that so many points can have: three times as many neighbours are looked at.
    package static func perplexity(_ wanted: Double, of points: Int) -> Double { min(wanted, Double(points - 1) / 3) }

    /// - Parameter points: unit rows [n, d]; distances are 1 - cosine, and the normal is of their squares.
    package init(_ points: DoubleMatrix, perplexity: Double) {
        let n = points.rows
        let k = min(n - 1, Int(3 * perplexity))
        let near = Neighbours(of: points, among: points, k: k + 1, areSame: true)
        var rows = [[Int32: Double]](repeating: [:], count: n)
        for point in 0..<n {
            let slots = point * near.k + 1..<(point + 1) * near.k
            let weights = Self.weights(near.distances[slots].map { $0 * $0 }, entropy: log(perplexity))
            for (slot, weight) in zip(slots, weights) {
                let other = near.ids[slot]
                rows[point][other, default: 0] += weight / Double(2 * n)
                rows[Int(other)][Int32(point), default: 0] += weight / Double(2 * n)
            }
        }
        var (starts, columns, values) = ([0], [Int32](), [Double]())
        for row in rows {
            for (column, value) in row.sorted(by: { $0.key < $1.key }) {
                columns.append(column)
                values.append(value)
            }
            starts.append(columns.count)
        }
        let sum = values.reduce(0, +)
        (self.starts, self.columns, self.values) = (starts, columns, values.map { $0 / sum })
    }

    /// exp(-square/width), summing to 1, of the wanted entropy.
    private static func weights(_ squares: [Double], entropy wanted: Double) -> [Double] {
        let least = squares.min() ?? 0
        var (low, high, precision) = (0.0, Double.infinity, 1.0)
        var weights: [Double] = []
        for _ in 0..<400 {
            weights = squares.map { exp(-($0 - least) * precision) }
            let sum = weights.reduce(0, +)
            let mean = zip(weights, squares).reduce(0) { $0 + $1.0 * ($1.1 - least) } / sum
            let entropy = log(sum) + precision * mean
            weights = weights.map { $0 / sum }
            if abs(entropy - wanted) < 1e-11 || precision > 1e300 { break }
            if entropy > wanted {
                low = precision
                precision = high == .infinity ? precision * 2 : (low + high) / 2
            } else {
                high = precision
                precision = (low + high) / 2
            }
        }
        return weights
    }
}

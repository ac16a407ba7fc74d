import Foundation
import SynTensors

/// What pulls and pushes points of a map that t-SNE makes: attraction along the probabilities, repulsion of all by all.
package struct TSNEForces: Sendable {
    private let attraction: [Double]   // [n, 2]: Σ p w (y_i - y_j)
    private let repulsion: [Double]   // [n, 2]: Σ w² (y_i - y_j), to be divided by the sum of w
    private let sum: Double
    private let positions: [Double]

    /// - Parameters:
    ///   - positions: [n, 2]
    ///   - isExact: whether every pair counts alone; otherwise cells seen under less than half their distance count as
    ///     one point.
    package init(_ probabilities: NeighbourProbabilities, _ positions: [Double], isExact: Bool) {
        let n = positions.count / 2
        var attraction = [Double](repeating: 0, count: 2 * n)
        for i in 0..<n {
            for entry in probabilities.starts[i]..<probabilities.starts[i + 1] {
                let j = Int(probabilities.columns[entry])
                let (dx, dy) = (positions[2 * i] - positions[2 * j], positions[2 * i + 1] - positions[2 * j + 1])
                let pull = probabilities.values[entry] / (1 + dx * dx + dy * dy)
                attraction[2 * i] += pull * dx
                attraction[2 * i + 1] += pull * dy
            }
        }
        self.attraction = attraction
        self.positions = positions
        (repulsion, sum) = isExact ? Self.exact(positions) : QuadTree(positions).repulsion(openness: 0.5)
    }

    private static func exact(_ positions: [Double]) -> ([Double], Double) {
        let n = positions.count / 2
        var (forces, total) = ([Double](repeating: 0, count: 2 * n), 0.0)
        positions.withUnsafeBufferPointer { y in
            for i in 0..<n {
                var (fx, fy, own) = (0.0, 0.0, 0.0)
                for j in 0..<n where j != i {
                    let (dx, dy) = (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1])
                    let weight = 1 / (1 + dx * dx + dy * dy)
                    own += weight
                    fx += weight * weight * dx
                    fy += weight * weight * dy
                }
                (forces[2 * i], forces[2 * i + 1]) = (fx, fy)
                total += own
            }
        }
        return (forces, total)
    }

    /// The derivative of the divergence by every coordinate, attraction multiplied.
    package func gradient(exaggeration: Double = 1) -> [Double] {
        zip(attraction, repulsion).map { 4 * (exaggeration * $0 - $1 / sum) }
    }

    /// Σ p ln(p/q).
    package func divergence(_ probabilities: NeighbourProbabilities) -> Double {
        (0..<probabilities.count).reduce(0) { all, i in
            all
                + (probabilities.starts[i]..<probabilities.starts[i + 1]).reduce(0) { row, entry in
                    let (j, p) = (Int(probabilities.columns[entry]), probabilities.values[entry])
                    guard p > 0 else { return row }
                    let (dx, dy) = (positions[2 * i] - positions[2 * j], positions[2 * i + 1] - positions[2 * j + 1])
                    return row + p * log(p * sum * (1 + dx * dx + dy * dy))
                }
        }
    }
}

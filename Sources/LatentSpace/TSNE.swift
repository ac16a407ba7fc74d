import Foundation
import SynTensors

/// t-distributed stochastic neighbour embedding in two dimensions (van der Maaten and Hinton 2008), of unit rows by
/// cosine distance, scheduled as openTSNE does.
package struct TSNE: Sendable {
    package let probabilities: NeighbourProbabilities
    package let positions: DoubleMatrix   // [n, 2]
    /// The Kullback-Leibler divergence of the map from the probabilities.
    package let divergence: Double

    package static let defaultPerplexity = 30.0
    /// Up to so many points every pair repels; of more, far ones together (Barnes and Hut).
    package static let mostExact = 4_000

    package init(
        _ points: DoubleMatrix, perplexity: Double = defaultPerplexity, seed: UInt64 = 0,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let n = points.rows
        probabilities = NeighbourProbabilities(
            points, perplexity: NeighbourProbabilities.perplexity(perplexity, of: n))
        let (early, late, exaggeration) = (250, 500, 12.0)
        var place = try Self.start(points, seed: seed)
        var (update, gains) = ([Double](repeating: 0, count: 2 * n), [Double](repeating: 1, count: 2 * n))
        let total = early + late
        for step in 0..<total {
            let factor = step < early ? exaggeration : 1
            let forces = TSNEForces(probabilities, place, isExact: n <= Self.mostExact)
            let gradient = forces.gradient(exaggeration: factor)
            let rate = Double(n) / factor
            for i in gradient.indices {
                // openTSNE's gradient is a quarter of the derivative.
                let slope = gradient[i] / 4
                gains[i] = max((update[i] > 0) != (slope > 0) ? gains[i] + 0.2 : gains[i] * 0.8 + 0.01, 0.01)
                update[i] = 0.8 * update[i] - rate * gains[i] * slope
            }
            for point in 0..<n {
                let (dx, dy) = (update[2 * point], update[2 * point + 1])
                let length = (dx * dx + dy * dy).squareRoot()
                if length > 5 {
                    update[2 * point] *= 5 / length
                    update[2 * point + 1] *= 5 / length
                }
            }
            for i in place.indices { place[i] += update[i] }
            for axis in 0..<2 {   // the middle stays where it is
                let mean = stride(from: axis, to: 2 * n, by: 2).reduce(0) { $0 + place[$1] } / Double(n)
                for i in stride(from: axis, to: 2 * n, by: 2) { place[i] -= mean }
            }
            try progress(step + 1, total)
        }
        divergence = TSNEForces(probabilities, place, isExact: true).divergence(probabilities)
        positions = DoubleMatrix(place, rows: n, columns: 2)
    }

    /// The first two principal components, the first of deviation 1e-4, with a hundredth of that as noise.
    private static func start(_ points: DoubleMatrix, seed: UInt64) throws -> [Double] {
        let components = try PrincipalComponents(points, components: 2)
        let n = points.rows
        let scores = components.scores
        let variance = (0..<n).reduce(0) { $0 + scores[$1, 0] * scores[$1, 0] } / Double(n)
        let scale = 1e-4 / max(variance.squareRoot(), 1e-300)
        return (0..<n).flatMap { point in
            var stream = RandomStream(seed: seed, purpose: "t-sne", index: point)
            return (0..<2).map { axis in
                (axis < scores.columns ? scores[point, axis] * scale : 0) + 1e-6 * Double(stream.normal())
            }
        }
    }
}

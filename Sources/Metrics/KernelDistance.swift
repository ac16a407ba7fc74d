import SynRuns
import SynStatistics
import SynTensors

/// The Kernel Inception Distance (Bińkowski et al. 2018) as torch-fidelity computes it: the unbiased squared maximum
/// mean discrepancy with the kernel (x·y/d + 1)³, over random subsets of both sets.
///
/// Unlike the Fréchet distance its expectation does not depend on how many pictures there are; it can be negative.
package struct KernelDistance: Codable, Sendable, Equatable {
    /// Over subsets.
    package let mean: Double
    /// Over subsets (population): a spread, not a confidence interval.
    package let deviation: Double
    package let subsets: Int
    /// Pictures of each set in a subset.
    package let subsetSize: Int
    /// Of the draw; nil where the subsets were given.
    package let seed: UInt64?

    enum CodingKeys: String, CodingKey {
        case mean, deviation, subsets, seed
        case subsetSize = "subset_size"
    }

    /// torch-fidelity's subset; with fewer pictures the smaller set's number is taken.
    package static let usualSize = 1_000

    /// Between two sets of features, each [pictures, features], over random subsets.
    package init(
        between first: DoubleMatrix, and second: DoubleMatrix, subsets: Int = 100, size: Int = usualSize,
        seed: UInt64 = InceptionScore.defaultSeed
    ) throws {
        let size = min(size, first.rows, second.rows)
        guard size > 1 else {
            throw UserError(
                .badData,
                "a kernel distance needs at least 2 pictures on each side; found \(first.rows) and \(second.rows)")
        }
        var generator = SeededGenerator(seed: seed)
        func draw(_ count: Int) -> [Int] {
            var order = Array(0..<count)
            for place in 0..<size { order.swapAt(place, place + generator.below(count - place)) }
            return Array(order.prefix(size))
        }
        // All pictures there are make one subset only.
        let count = size == first.rows && size == second.rows ? 1 : subsets
        let drawn = (0..<count).map { _ in (draw(first.rows), draw(second.rows)) }
        try self.init(between: first, and: second, over: drawn, seed: seed)
    }

    /// Over given subsets: the rows of the first and of the second set, equally many in each.
    package init(
        between first: DoubleMatrix, and second: DoubleMatrix, over drawn: [([Int], [Int])], seed: UInt64? = nil
    ) throws {
        guard first.columns == second.columns else {
            throw UserError(
                .badData,
                "a kernel distance needs features of one network, not \(first.columns) of one picture and "
                    + "\(second.columns) of another")
        }
        let values = drawn.map { Self.discrepancy(first.rows(at: $0.0), second.rows(at: $0.1)) }
        let mean = values.reduce(0, +) / Double(max(values.count, 1))
        self.mean = mean
        deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))).squareRoot()
        (subsets, subsetSize, self.seed) = (values.count, drawn.first?.0.count ?? 0, seed)
    }

    private static func discrepancy(_ x: DoubleMatrix, _ y: DoubleMatrix) -> Double {
        let (n, d) = (Double(x.rows), Double(x.columns))
        func kernel(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
            let product = a.times(b, .transposed)
            return DoubleMatrix(
                product.values.map { value in
                    let base = value / d + 1
                    return base * base * base
                }, rows: a.rows, columns: b.rows)
        }
        let (xx, yy, xy) = (kernel(x, x), kernel(y, y), kernel(x, y))
        func sum(_ matrix: DoubleMatrix) -> Double { matrix.values.reduce(0, +) }
        return (sum(xx) - xx.trace + sum(yy) - yy.trace) / (n * (n - 1)) - 2 * sum(xy) / (n * n)
    }
}

/// Improved precision and recall (Kynkäänniemi et al. 2019): the share of drawn pictures that lie among the real ones,
/// and of real ones that lie among the drawn, in the space of features.
///
/// A picture lies among a set if it is no farther from one of its pictures than that picture's k-th nearest neighbour
/// in the set. Both depend on the sets' sizes: compare them only where these are the same.
package struct PrecisionRecall: Codable, Sendable, Equatable {
    package let precision: Double
    package let recall: Double
    /// k.
    package let neighbours: Int

    /// - Parameters:
    ///   - drawn: [pictures, features].
    ///   - real: [pictures, features] by the same network.
    package init(of drawn: DoubleMatrix, among real: DoubleMatrix, neighbours: Int = 3) throws {
        guard drawn.columns == real.columns, min(drawn.rows, real.rows) > neighbours else {
            throw UserError(
                .badData,
                "precision and recall need more than \(neighbours) pictures on each side; found \(drawn.rows) and "
                    + "\(real.rows)")
        }
        precision = Self.covered(drawn, by: real, neighbours)
        recall = Self.covered(real, by: drawn, neighbours)
        self.neighbours = neighbours
    }

    private static func covered(_ points: DoubleMatrix, by support: DoubleMatrix, _ k: Int) -> Double {
        let radii = (0..<support.rows).map { row in
            // The picture itself comes first.
            (0..<support.rows).map { $0 == row ? -1 : squared(support, row, support, $0) }.sorted()[k]
        }
        let found = (0..<points.rows).count { row in
            radii.indices.contains { squared(points, row, support, $0) <= radii[$0] }
        }
        return Double(found) / Double(points.rows)
    }

    private static func squared(_ a: DoubleMatrix, _ i: Int, _ b: DoubleMatrix, _ j: Int) -> Double {
        var sum = 0.0
        let width = a.columns
        for c in 0..<width {
            let d = a.values[i * width + c] - b.values[j * width + c]
            sum += d * d
        }
        return sum
    }
}

extension DoubleMatrix {
    /// Some of the rows, in the order they are named.
    func rows(at places: [Int]) -> DoubleMatrix {
        DoubleMatrix(
            places.flatMap { values[$0 * columns..<($0 + 1) * columns] }, rows: places.count, columns: columns)
    }
}

import Foundation
import SynReports
import SynStatistics
import SynTensors

/// How a set of vectors lies in its space (Wolfe and Caliskan 2022, section 4, and what later work adds).
///
/// Everything is in double precision. What has no value (a zero vector, a single point) is nil, never a NaN.
package enum VectorGeometry {
    /// The mean cosine of all n² − n ordered pairs, exactly and without forming them: with unit vectors u,
    /// Σ_{i≠j} u_i·u_j = |Σu|² − n. Nil for fewer than two vectors or one without direction.
    package static func selfSimilarity(_ vectors: DoubleMatrix) -> Double? {
        guard vectors.rows > 1, let units = Cosines.units(vectors) else { return nil }
        let (n, width) = (Double(units.rows), units.columns)
        var sum = [Double](repeating: 0, count: width)
        for row in 0..<units.rows { for i in 0..<width { sum[i] += units.values[row * width + i] } }
        return (sum.reduce(0) { $0 + $1 * $1 } - n) / (n * n - n)
    }

    /// The mean share of a vector's squared length that its `count` largest components hold.
    package static func magnitudeShare(_ vectors: DoubleMatrix, of count: Int) -> Double? {
        let width = vectors.columns
        var total = 0.0
        for row in 0..<vectors.rows {
            let squares = vectors.values[row * width..<(row + 1) * width].map { $0 * $0 }
            let all = squares.reduce(0, +)
            guard all > 0, all.isFinite else { return nil }
            total += largest(squares, count).reduce(0, +) / all
        }
        return vectors.rows > 0 ? total / Double(vectors.rows) : nil
    }

    /// The same as the released code computes it: the mean length of the `count` largest components, by value and
    /// not by size, over the mean length of the vectors.
    package static func magnitudeShareAsReleased(_ vectors: DoubleMatrix, of count: Int) -> Double? {
        let width = vectors.columns
        var (top, whole) = (0.0, 0.0)
        for row in 0..<vectors.rows {
            let values = Array(vectors.values[row * width..<(row + 1) * width])
            top += largest(values, count).reduce(0) { $0 + $1 * $1 }.squareRoot()
            whole += values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        return whole > 0 && whole.isFinite ? top / whole : nil
    }

    /// The largest few, found in one walk.
    private static func largest(_ values: [Double], _ count: Int) -> [Double] {
        var kept: [Double] = []   // ascending
        for value in values {
            if kept.count == count, let least = kept.first, value <= least { continue }
            let place = kept.firstIndex { $0 > value } ?? kept.count
            kept.insert(value, at: place)
            if kept.count > count { kept.removeFirst() }
        }
        return kept
    }

    /// The principal components of a set of vectors: variances from the largest to the smallest (divisor n − 1) and
    /// the directions that belong to them.
    package struct Components: Sendable {
        package let mean: [Double]
        package let variances: [Double]
        /// Row i is the direction of variance i.
        package let directions: DoubleMatrix

        package init?(_ vectors: DoubleMatrix) throws {
            guard vectors.rows > 1, vectors.values.allSatisfy(\.isFinite) else { return nil }
            mean = Self.mean(vectors)
            let centred = vectors.shifted(by: mean.map { -$0 })
            let system = try centred.times(centred, from: .transposed).symmetricEigensystem()   // [width, width]
            let scale = 1 / Double(vectors.rows - 1)
            variances = system.values.reversed().map { max($0, 0) * scale }
            let width = vectors.columns
            directions = DoubleMatrix(
                (0..<width).reversed().flatMap { system.vectors.values[$0 * width..<($0 + 1) * width] }, rows: width,
                columns: width)
        }

        static func mean(_ vectors: DoubleMatrix) -> [Double] {
            let width = vectors.columns
            var sum = [Double](repeating: 0, count: width)
            for row in 0..<vectors.rows { for i in 0..<width { sum[i] += vectors.values[row * width + i] } }
            return sum.map { $0 / Double(vectors.rows) }
        }

        /// Each component's share of the variance; nil where all vectors are the same.
        package var spectrum: [Double]? {
            let total = variances.reduce(0, +)
            return total > 0 ? variances.map { $0 / total } : nil
        }

        /// exp of the entropy of the singular values' shares (Roy and Vetterli 2007), of the centred vectors:
        /// from 1 to the number of dimensions.
        package var effectiveRank: Double? {
            let singular = variances.map { $0.squareRoot() }
            let total = singular.reduce(0, +)
            guard total > 0 else { return nil }
            return exp(
                singular.reduce(0) { sum, value in
                    let share = value / total
                    return share > 0 ? sum - share * log(share) : sum
                })
        }

        /// IsoScore (Rudman et al. 2022): 1 where the variance is the same in all directions, 0 where it is all in one.
        ///
        /// With d dimensions and the variances scaled to length √d, the defect is their distance from (1, …, 1) over
        /// √(2(d − √d)); φ = (d − defect²(d − √d))² / d²; the score is (dφ − 1)/(d − 1).
        package var isoScore: Double? {
            let d = Double(variances.count)
            let length = variances.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard d > 1, length > 0 else { return nil }
            let squares = variances.reduce(0) { sum, v in
                let off = v * d.squareRoot() / length - 1
                return sum + off * off
            }
            let room = d - d.squareRoot()
            let defect = squares / (2 * room)   // squared
            let share = d - defect * room
            return (d * share * share / (d * d) - 1) / (d - 1)
        }
    }

    /// Vectors less their mean and less what lies along the first `count` components ("all but the top", Mu and
    /// Viswanath 2018).
    package static func withoutTop(_ count: Int, of components: Components, _ vectors: DoubleMatrix) -> DoubleMatrix {
        let centred = vectors.shifted(by: components.mean.map { -$0 })
        let kept = min(count, components.variances.count)
        guard kept > 0 else { return centred }
        let width = vectors.columns
        let top = DoubleMatrix(Array(components.directions.values.prefix(kept * width)), rows: kept, columns: width)
        let along = centred.times(top, .transposed).times(top)   // [n, width]
        return DoubleMatrix(zip(centred.values, along.values).map { $0 - $1 }, rows: vectors.rows, columns: width)
    }

    /// Everything at once, as a report shows it.
    package static func record(layer: Int, _ vectors: Tensor) throws -> LayerGeometry {
        let matrix = DoubleMatrix(vectors)
        let components = try Components(matrix)
        let spectrum = components?.spectrum
        func without(_ count: Int) -> Double? {
            components.flatMap { selfSimilarity(withoutTop(count, of: $0, matrix)) }
        }
        var sum = 0.0
        let ninety = spectrum.map { shares in
            (shares.firstIndex {
                sum += $0
                return sum >= 0.9
            } ?? shares.count - 1) + 1
        }
        return LayerGeometry(
            layer: layer, selfSimilarity: selfSimilarity(matrix), top5: magnitudeShare(matrix, of: 5),
            top8: magnitudeShare(matrix, of: 8), top5AsReleased: magnitudeShareAsReleased(matrix, of: 5),
            effectiveRank: components?.effectiveRank, isoScore: components?.isoScore,
            spectrum: spectrum.map { Array($0.prefix(20)) }, componentsForNinety: ninety,
            centredSelfSimilarity: without(0), withoutTop1: without(1), withoutTop5: without(5))
    }
}

extension DoubleMatrix {
    /// Every row plus the same vector.
    func shifted(by shift: [Double]) -> DoubleMatrix {
        var shifted = values
        for row in 0..<rows { for i in 0..<columns { shifted[row * columns + i] += shift[i] } }
        return DoubleMatrix(shifted, rows: rows, columns: columns)
    }
}

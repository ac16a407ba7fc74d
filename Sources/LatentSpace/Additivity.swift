import SynPortraits
import SynReports
import SynTensors

/// How much of vectors is a sum of parts, one for each attribute: least squares on presence and absence.
package struct Additivity: Sendable {
    /// The explained share of the variance about the mean, in the portraits it was fitted on.
    package let fitted: Double
    /// The same in portraits whose combination of attributes was not among those, about the fitted ones' mean; below 0
    /// where the parts say less than that mean.
    package let heldOut: Double
    package let fittedCount: Int
    package let heldOutCount: Int

    /// - Parameters:
    ///   - vectors: [n, d].
    ///   - attributes: of each row.
    ///   - isHeldOut: rows that are predicted only.
    package init(_ vectors: DoubleMatrix, design: DoubleMatrix, isHeldOut: [Bool]) throws {
        let (inside, outside) = (
            isHeldOut.indices.filter { !isHeldOut[$0] }, isHeldOut.indices.filter { isHeldOut[$0] }
        )
        let (x, y) = (design.rows(at: inside), vectors.rows(at: inside))
        let means = (x.meanRow, y.meanRow)
        let (a, b) = (x.adding(means.0, times: -1), y.adding(means.1, times: -1))
        let parts = try Self.leastSquares(a, b)   // [attributes, d]
        func explained(_ x: DoubleMatrix, _ y: DoubleMatrix) -> Double {
            let told = x.times(parts)
            let rest = zip(y.values, told.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let all = y.values.reduce(0) { $0 + $1 * $1 }
            return all > 0 ? 1 - rest / all : 0
        }
        fitted = explained(a, b)
        heldOut = explained(
            design.rows(at: outside).adding(means.0, times: -1), vectors.rows(at: outside).adding(means.1, times: -1))
        (fittedCount, heldOutCount) = (inside.count, outside.count)
    }

    /// One column for each drawn attribute: 1 where it is there, 0 where it is not.
    package static func design(_ attributes: [PortraitAttributes]) -> DoubleMatrix {
        let drawn = PortraitAttribute.allCases.filter(\.isDrawn)
        return DoubleMatrix(
            attributes.flatMap { one in drawn.map { one[$0] ? 1 : 0 } }, rows: attributes.count, columns: drawn.count)
    }

    /// A fifth of all combinations, each with all portraits that have it.
    package static func heldOut(_ attributes: [PortraitAttributes], seed: UInt64) -> [Bool] {
        let combinations = Set(attributes.map(\.bits)).sorted()
        var stream = RandomStream(seed: seed, purpose: "held-out combinations")
        let chosen = Set(stream.permutation(combinations.count).prefix(combinations.count / 5).map { combinations[$0] })
        return attributes.map { chosen.contains($0.bits) }
    }

    /// The solution of least length, as NumPy's `lstsq`: directions below 1e-10 of the largest count as none.
    static func leastSquares(_ x: DoubleMatrix, _ y: DoubleMatrix) throws -> DoubleMatrix {
        let system = try x.times(x, from: .transposed).symmetricEigensystem()
        let largest = system.values.last ?? 0
        let turned = system.vectors.times(x.times(y, from: .transposed))   // [attributes, d]
        var scaled = turned.values
        for (i, value) in system.values.enumerated() {
            let inverse = value > 1e-10 * largest && value > 0 ? 1 / value : 0
            for j in 0..<y.columns { scaled[i * y.columns + j] *= inverse }
        }
        return system.vectors.times(DoubleMatrix(scaled, rows: x.columns, columns: y.columns), from: .transposed)
    }
}

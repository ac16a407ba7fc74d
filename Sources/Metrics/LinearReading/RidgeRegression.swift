import SynTensors

/// A linear function of a vector.
package struct LinearFunction: Sendable, Equatable {
    package let weights: [Double]
    package let intercept: Double

    /// Its value for every row.
    package func callAsFunction(_ x: DoubleMatrix) -> [Double] {
        (0..<x.rows).map { row in
            var sum = intercept
            for j in 0..<x.columns { sum += weights[j] * x.values[row * x.columns + j] }
            return sum
        }
    }
}

/// Ridge regression of many targets and many penalties on the same vectors: |y − Xw − b|² + α|w|², the intercept b
/// free, as scikit-learn's `Ridge`.
///
/// The centred vectors' Gram matrix is taken apart once, XᵀX = VΛVᵀ; then w = V (Λ + α)⁻¹ Vᵀ Xᵀy.
package struct RidgeRegression: Sendable {
    private let centred: DoubleMatrix
    private let mean: [Double]
    private let system: DoubleMatrix.Eigensystem

    /// - Parameter x: [cases, features], at least one case.
    package init(_ x: DoubleMatrix) throws {
        mean = Standardisation.means(x)
        var values = x.values
        for row in 0..<x.rows { for j in 0..<x.columns { values[row * x.columns + j] -= mean[j] } }
        centred = DoubleMatrix(values, rows: x.rows, columns: x.columns)
        system = try centred.times(centred, from: .transposed).symmetricEigensystem()
    }

    /// - Parameter penalty: α, positive.
    package func fit(_ y: [Double], penalty: Double) -> LinearFunction {
        precondition(y.count == centred.rows, "every case has one target")
        let level = y.reduce(0, +) / Double(max(y.count, 1))
        let target = DoubleMatrix(y.map { $0 - level }, rows: y.count, columns: 1)
        let along = system.vectors.times(centred.times(target, from: .transposed))   // [features, 1]
        let shrunk = zip(along.values, system.values).map { $0 / (max($1, 0) + penalty) }
        let weights = system.vectors.times(
            DoubleMatrix(shrunk, rows: shrunk.count, columns: 1), from: .transposed
        ).values
        return LinearFunction(weights: weights, intercept: level - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 })
    }
}

/// Means and spreads that vectors are brought to one scale with; of training cases only.
package struct Standardisation: Sendable {
    private let mean: [Double]
    private let scale: [Double]

    /// A feature without spread keeps its scale.
    package init(_ x: DoubleMatrix) {
        let mean = Self.means(x)
        var squares = [Double](repeating: 0, count: x.columns)
        for row in 0..<x.rows {
            for j in 0..<x.columns {
                let d = x.values[row * x.columns + j] - mean[j]
                squares[j] += d * d
            }
        }
        self.mean = mean
        scale = squares.map { $0 > 0 ? ($0 / Double(x.rows)).squareRoot() : 1 }
    }

    package func callAsFunction(_ x: DoubleMatrix) -> DoubleMatrix {
        var values = x.values
        for row in 0..<x.rows {
            for j in 0..<x.columns {
                let place = row * x.columns + j
                values[place] = (values[place] - mean[j]) / scale[j]
            }
        }
        return DoubleMatrix(values, rows: x.rows, columns: x.columns)
    }

    static func means(_ x: DoubleMatrix) -> [Double] {
        var mean = [Double](repeating: 0, count: x.columns)
        for row in 0..<x.rows { for j in 0..<x.columns { mean[j] += x.values[row * x.columns + j] } }
        return mean.map { $0 / Double(max(x.rows, 1)) }
    }
}

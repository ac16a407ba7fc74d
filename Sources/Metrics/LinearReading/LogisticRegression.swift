import Foundation
import SynStatistics
import SynTensors

/// Logistic regression with a penalty on its weights, not on its intercept: C Σ log(1 + exp(−y f(x))) + ½|w|² with
/// y = ±1, as scikit-learn's `LogisticRegression`. Solved by Newton's steps with halving.
package struct LogisticRegression: Sendable {
    /// Cases with a last column of ones.
    private let x: DoubleMatrix

    package init(_ x: DoubleMatrix) {
        let columns = x.columns + 1
        var values = [Double](repeating: 1, count: x.rows * columns)
        for row in 0..<x.rows {
            for j in 0..<x.columns { values[row * columns + j] = x.values[row * x.columns + j] }
        }
        self.x = DoubleMatrix(values, rows: x.rows, columns: columns)
    }

    /// - Parameters:
    ///   - inversePenalty: C, positive.
    ///   - start: a solution for another C, to begin at.
    package func fit(_ labels: [Bool], inversePenalty c: Double, start: LinearFunction? = nil) -> LinearFunction {
        precondition(labels.count == x.rows, "every case has one label")
        let size = x.columns
        var point = start.map { $0.weights + [$0.intercept] } ?? [Double](repeating: 0, count: size)
        var value = loss(point, labels, c)
        for _ in 0..<100 {
            let (slope, factor) = derivatives(point, labels, c)
            guard let factor, (slope.map(abs).max() ?? 0) > 1e-11 * max(1, c) else { break }
            var step = slope
            Cholesky.divide(&step, rows: 1, by: factor, size)
            for i in (0..<size).reversed() {
                for j in i + 1..<max(size, i + 1) { step[i] -= factor[j * size + i] * step[j] }
                step[i] /= factor[i * size + i]
            }
            var share = 1.0
            var next = zip(point, step).map { $0 - $1 }
            var nextValue = loss(next, labels, c)
            while !(nextValue <= value), share > 1e-6 {
                share /= 2
                next = zip(point, step).map { $0 - share * $1 }
                nextValue = loss(next, labels, c)
            }
            guard nextValue <= value else { break }
            let isDone = zip(point, next).allSatisfy { abs($0 - $1) <= 1e-13 * (1 + abs($0)) }
            (point, value) = (next, nextValue)
            if isDone { break }
        }
        return LinearFunction(weights: Array(point.dropLast()), intercept: point[size - 1])
    }

    private func values(_ point: [Double]) -> [Double] {
        x.times(DoubleMatrix(point, rows: point.count, columns: 1)).values
    }

    private func loss(_ point: [Double], _ labels: [Bool], _ c: Double) -> Double {
        let penalty = point.dropLast().reduce(0) { $0 + $1 * $1 } / 2
        return c * Self.loss(values(point), labels) + penalty
    }

    /// Σ log(1 + exp(−y f)).
    package static func loss(_ values: [Double], _ labels: [Bool]) -> Double {
        zip(values, labels).reduce(0) { sum, pair in
            let margin = pair.1 ? pair.0 : -pair.0
            return sum + (margin > 0 ? log1p(exp(-margin)) : -margin + log1p(exp(margin)))
        }
    }

    /// The gradient and the Hessian's Cholesky factor; no factor where rounding has left it none.
    private func derivatives(_ point: [Double], _ labels: [Bool], _ c: Double) -> ([Double], [Double]?) {
        let size = x.columns
        let shares = values(point).map { $0 > 0 ? 1 / (1 + exp(-$0)) : exp($0) / (1 + exp($0)) }
        let residual = zip(shares, labels).map { c * ($0 - ($1 ? 1 : 0)) }
        var slope = x.times(DoubleMatrix(residual, rows: x.rows, columns: 1), from: .transposed).values
        for j in 0..<size - 1 { slope[j] += point[j] }
        var weighted = x.values
        for row in 0..<x.rows {
            let root = (c * shares[row] * (1 - shares[row])).squareRoot()
            for j in 0..<size { weighted[row * size + j] *= root }
        }
        let scaled = DoubleMatrix(weighted, rows: x.rows, columns: size)
        var hessian = scaled.times(scaled, from: .transposed).values
        for j in 0..<size - 1 { hessian[j * size + j] += 1 }
        hessian[size * size - 1] += 1e-12
        return (slope, Cholesky.factor(&hessian, size) ? hessian : nil)
    }
}

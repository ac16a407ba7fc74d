import Foundation
import SynTensors

/// Picking for every row of one matrix its partner, the row of the same number, out of the rows of another:
/// mean_i (-k_ii + log Σ_j e^k_ij) with k = scale · A Bᵀ, and the slopes.
struct PartnerLoss {
    /// In nats. Where the own partner is left out of the sum it may be negative.
    let loss: Double
    /// By A and B, each [batch, size].
    let queries, answers: DoubleMatrix
    /// By the scale's logarithm.
    let logScale: Double

    /// - Parameters:
    ///   - queries: A, [batch, size].
    ///   - answers: B, [batch, size].
    ///   - leavingOwnOut: whether the sum is over j ≠ i (InfoLOOB) instead of all j (InfoNCE).
    init(_ queries: DoubleMatrix, among answers: DoubleMatrix, scale: Double, leavingOwnOut: Bool = false) {
        let count = queries.rows
        let logits = queries.times(answers, .transposed) * scale   // [batch, batch]
        var slopes = [Double](repeating: 0, count: count * count)   // (P - I)/batch
        var sum = 0.0
        for i in 0..<count {
            let row = i * count
            var largest = -Double.infinity
            for j in 0..<count where !(leavingOwnOut && j == i) { largest = max(largest, logits.values[row + j]) }
            var total = 0.0
            for j in 0..<count where !(leavingOwnOut && j == i) {
                slopes[row + j] = exp(logits.values[row + j] - largest)
                total += slopes[row + j]
            }
            for j in 0..<count { slopes[row + j] /= total * Double(count) }
            slopes[row + i] -= 1 / Double(count)
            sum += largest + log(total) - logits.values[row + i]
        }
        let byLogit = DoubleMatrix(slopes, rows: count, columns: count)
        loss = sum / Double(count)
        self.queries = byLogit.times(answers) * scale
        self.answers = byLogit.times(queries, from: .transposed) * scale
        logScale = byLogit.dot(logits)
    }
}

extension DoubleMatrix {
    static func + (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix { a.zipped(b) { $0 + $1 } }
    static func - (a: DoubleMatrix, b: DoubleMatrix) -> DoubleMatrix { a.zipped(b) { $0 - $1 } }

    static func * (a: DoubleMatrix, factor: Double) -> DoubleMatrix {
        DoubleMatrix(a.values.map { $0 * factor }, rows: a.rows, columns: a.columns)
    }

    /// The sum of the products of elements.
    func dot(_ other: DoubleMatrix) -> Double {
        var sum = 0.0
        for i in values.indices { sum += values[i] * other.values[i] }
        return sum
    }

    func zipped(_ other: DoubleMatrix, _ f: (Double, Double) -> Double) -> DoubleMatrix {
        precondition(rows == other.rows && columns == other.columns, "matrices of different shapes")
        return DoubleMatrix(zip(values, other.values).map(f), rows: rows, columns: columns)
    }

    var turned: DoubleMatrix {
        var turned = values
        for i in 0..<rows { for j in 0..<columns { turned[j * rows + i] = values[i * columns + j] } }
        return DoubleMatrix(turned, rows: columns, columns: rows)
    }
}

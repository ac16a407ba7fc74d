import Foundation
import SynTensors

/// One linear layer on fixed vectors: logistic regression for labels, least squares for scores, both with L2.
///
/// Minimises C · Σ loss + ½‖W‖², biases left alone, as scikit-learn's `LogisticRegression(C=C)`; for scores loss is
/// ½(answer − score)², which is `Ridge(alpha=1/C)`. Two labels have one output, more labels one each.
package struct LinearProbe: Sendable {
    /// [outputs, width]
    package let weights: DoubleMatrix
    /// [outputs]
    package let biases: [Double]
    private let kind: Kind

    private enum Kind: Sendable { case scores, twoLabels, labels }

    /// - Parameters:
    ///   - vectors: [n, width].
    ///   - answers: n labels' places, or n scores.
    ///   - labels: how many labels there are; 0 for scores.
    ///   - c: how much the examples count against the L2; more is less of it.
    ///   - tolerance: where the largest slope of the mean loss is below, it is done.
    package init(
        _ vectors: DoubleMatrix, _ answers: [Double], labels: Int, c: Double, tolerance: Double = 1e-5,
        steps: Int = 500
    ) {
        let kind: Kind = labels == 0 ? .scores : labels == 2 ? .twoLabels : .labels
        let (outputs, width) = (kind == .labels ? labels : 1, vectors.columns)
        let penalty = 1 / (c * Double(vectors.rows))
        let least = LimitedMemoryBFGS(tolerance: tolerance, steps: steps).minimum(
            from: [Double](repeating: 0, count: outputs * (width + 1))
        ) { point in
            Self.loss(point, vectors, answers, kind, outputs, penalty)
        }
        weights = DoubleMatrix(Array(least.prefix(outputs * width)), rows: outputs, columns: width)
        biases = Array(least.suffix(outputs))
        self.kind = kind
    }

    /// The label's place, or the score, for each row of vectors [n, width].
    package func answers(_ vectors: DoubleMatrix) -> [Double] {
        let outputs = vectors.times(weights, .transposed)   // [n, outputs]
        return (0..<vectors.rows).map { row in
            switch kind {
            case .scores: return outputs[row, 0] + biases[0]
            case .twoLabels: return outputs[row, 0] + biases[0] > 0 ? 1 : 0
            case .labels:
                let values = biases.indices.map { outputs[row, $0] + biases[$0] }
                return Double(values.indices.max { values[$0] < values[$1] } ?? 0)
            }
        }
    }

    /// The mean loss with its penalty, and its slope. A point is the weights, row by row, then the biases.
    private static func loss(
        _ point: [Double], _ vectors: DoubleMatrix, _ answers: [Double], _ kind: Kind, _ outputs: Int,
        _ penalty: Double
    ) -> (value: Double, slope: [Double]) {
        let (n, width) = (vectors.rows, vectors.columns)
        let weights = DoubleMatrix(Array(point.prefix(outputs * width)), rows: outputs, columns: width)
        let biases = Array(point.suffix(outputs))
        let products = vectors.times(weights, .transposed).values   // [n, outputs]
        var residuals = [Double](repeating: 0, count: n * outputs)
        var sum = 0.0
        for row in 0..<n {
            switch kind {
            case .scores:
                let gap = products[row] + biases[0] - answers[row]
                sum += 0.5 * gap * gap
                residuals[row] = gap
            case .twoLabels:
                let z = products[row] + biases[0]
                // log(1 + eᶻ) − answer·z, without overflow
                sum += max(z, 0) + log1p(exp(-abs(z))) - answers[row] * z
                residuals[row] = 1 / (1 + exp(-z)) - answers[row]
            case .labels:
                let z = (0..<outputs).map { products[row * outputs + $0] + biases[$0] }
                let top = z.max() ?? 0
                let total = z.reduce(0) { $0 + exp($1 - top) }
                sum += top + log(total) - z[Int(answers[row])]
                for k in 0..<outputs {
                    residuals[row * outputs + k] = exp(z[k] - top) / total - (Int(answers[row]) == k ? 1 : 0)
                }
            }
        }
        let share = 1 / Double(n)
        let slopes = DoubleMatrix(residuals, rows: n, columns: outputs).times(vectors, from: .transposed).values
        var slope = zip(slopes, point).map { $0 * share + penalty * $1 }   // [outputs, width]
        for k in 0..<outputs {
            slope.append(share * stride(from: k, to: residuals.count, by: outputs).reduce(0) { $0 + residuals[$1] })
        }
        let squares = weights.values.reduce(0) { $0 + $1 * $1 }
        return (sum * share + 0.5 * penalty * squares, slope)
    }
}

/// The least value of a smooth convex function (Liu and Nocedal 1989), a memory of ten steps.
struct LimitedMemoryBFGS {
    /// It is done where no slope is larger.
    let tolerance: Double
    let steps: Int

    func minimum(
        from start: [Double], _ function: ([Double]) -> (value: Double, slope: [Double])
    ) -> [Double] {
        var point = start
        var here = function(point)
        var memory: [(move: [Double], change: [Double], scale: Double)] = []
        for _ in 0..<steps where (here.slope.lazy.map(abs).max() ?? 0) > tolerance {
            let direction = self.direction(here.slope, memory)
            let descent = dot(direction, here.slope)
            guard descent < 0 else { break }
            var length = memory.isEmpty ? min(1, 1 / dot(here.slope, here.slope).squareRoot()) : 1
            var next = point
            var there = here
            repeat {   // Armijo's condition
                next = zip(point, direction).map { $0 + length * $1 }
                there = function(next)
                if there.value <= here.value + 1e-4 * length * descent { break }
                length /= 2
            } while length > 1e-12
            guard there.value < here.value else { break }
            let move = zip(next, point).map { $0 - $1 }
            let change = zip(there.slope, here.slope).map { $0 - $1 }
            let curvature = dot(move, change)
            if curvature > 1e-12 * dot(move, move) {
                memory.append((move, change, 1 / curvature))
                if memory.count > 10 { memory.removeFirst() }
            }
            (point, here) = (next, there)
        }
        return point
    }

    /// Downhill, in the metric that the memory tells.
    private func direction(
        _ slope: [Double], _ memory: [(move: [Double], change: [Double], scale: Double)]
    ) -> [Double] {
        var q = slope
        var shares: [Double] = []
        for step in memory.reversed() {
            let share = step.scale * dot(step.move, q)
            shares.append(share)
            for i in q.indices { q[i] -= share * step.change[i] }
        }
        if let last = memory.last {
            let size = dot(last.move, last.change) / dot(last.change, last.change)
            for i in q.indices { q[i] *= size }
        }
        for (step, share) in zip(memory, shares.reversed()) {
            let back = step.scale * dot(step.change, q)
            for i in q.indices { q[i] += (share - back) * step.move[i] }
        }
        return q.map { -$0 }
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }
}

import Foundation
import SynReports
import SynTensors

/// Experiment 1: layers of random weights and ReLU push all inputs into a narrow cone, before anything is learned
/// (Liang et al. 2022, section 4.1).
package struct ConeExperiment: Sendable {
    package var width = 512
    package var inputs = 1_024
    package var depth = 10
    package var seed: UInt64

    package init(width: Int = 512, inputs: Int = 1_024, depth: Int = 10, seed: UInt64 = 0) {
        (self.width, self.inputs, self.depth, self.seed) = (width, inputs, depth, seed)
    }

    package static let published = [0.319, 0.494, 0.607, 0.701, 0.754, 0.803, 0.844, 0.892, 0.919, 0.948]
    static let tolerance = 0.03

    /// Mean cosine of different inputs after each layer.
    package func cosines(rectified: Bool) -> [Double] {
        var stream = RandomStream(seed: seed, purpose: "inputs of a cone")
        var x = DoubleMatrix(
            (0..<inputs * width).map { _ in Double(stream.normal()) }, rows: inputs, columns: width)
        let deviation = 1 / Double(width).squareRoot()
        return (0..<depth).map { layer in
            var stream = RandomStream(seed: seed, purpose: "weights of a cone", index: layer)
            let weights = DoubleMatrix(
                (0..<width * width).map { _ in deviation * Double(stream.normal()) }, rows: width, columns: width)
            let bias = (0..<width).map { _ in deviation * Double(stream.normal()) }
            x = x.times(weights).adding(bias, times: 1)
            if rectified { x = DoubleMatrix(x.values.map { max($0, 0) }, rows: inputs, columns: width) }
            return x.meanCosine
        }
    }

    /// What wide layers give: of the cosine r of two inputs' sums k(r), the cosine after ReLU (Cho and Saul 2009).
    package var expected: [Double] {
        let bias = 1 / Double(width)
        var (square, product) = (1 + bias, bias)
        return (0..<depth).map { _ in
            let cosine = Self.rectified(product / square)
            (square, product) = (square / 2 + bias, square * cosine / 2 + bias)
            return cosine
        }
    }

    static func rectified(_ r: Double) -> Double {
        ((1 - r * r).squareRoot() + r * (.pi - acos(r))) / .pi
    }

    package func record() -> GapExperimentRecord {
        let (with, without, expected) = (cosines(rectified: true), cosines(rectified: false), expected)
        let isNear = zip(with, expected).allSatisfy { abs($0 - $1) <= Self.tolerance }
        return GapExperimentRecord(
            experiment: "cone", source: "\(inputs) Gaussian inputs, \(depth) layers of \(width)",
            rowName: "Layers", columns: ["mean cosine", "expected", "without ReLU"],
            rows: (0..<depth).map { i in
                .init(
                    "\(i + 1)", [with[i], expected[i], without[i]],
                    published: [i < Self.published.count && width == 512 ? Self.published[i] : nil, nil, nil])
            },
            rule: "with ReLU within \(Self.tolerance) of the expected cosine at every depth, without it below 0.05",
            passes: isNear && without.allSatisfy { abs($0) < 0.05 },
            notes: ["Published: Liang et al.'s curve. Expected: layers of infinite width."])
    }
}

extension DoubleMatrix {
    /// The mean cosine of two different rows.
    package var meanCosine: Double {
        var sum = [Double](repeating: 0, count: columns)
        for i in 0..<rows {
            let row = row(i)
            let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0 else { continue }
            for (j, value) in row.enumerated() { sum[j] += value / length }
        }
        let n = Double(rows)
        return (sum.reduce(0) { $0 + $1 * $1 } - n) / (n * (n - 1))
    }
}

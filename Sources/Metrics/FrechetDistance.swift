import SynRuns
import SynTensors

/// The Fréchet distance between two sets of pictures (Heusel et al. 2017), each seen as a normal distribution of
/// final Inception features: |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr √(Σ₁Σ₂).
///
/// Covariances divide by n − 1. Everything is in double precision, as in torch-fidelity, which only takes the
/// means in the features' own precision. The estimate is biased upwards, the more the fewer the pictures: only
/// distances with the same counts on both sides can be compared.
package struct FrechetDistance: Codable, Sendable, Equatable {
    /// At least 0 but for rounding, which may leave a tiny negative number where the sets are alike.
    package let value: Double
    /// Pictures in each set.
    package let firstCount: Int
    package let secondCount: Int
    /// Features of each picture.
    package let featureCount: Int

    enum CodingKeys: String, CodingKey {
        case value
        case firstCount = "n_first"
        case secondCount = "n_second"
        case featureCount = "features"
    }

    /// Whether a set has no more pictures than features. Its covariance is then singular whatever the pictures: the
    /// number is still what the formula gives, but mostly the size of the sets and hardly their quality.
    package var hasSingularCovariance: Bool { min(firstCount, secondCount) <= featureCount }

    /// What a reader of the number must know; nil where there is nothing.
    package var warning: String? {
        guard hasSingularCovariance else { return nil }
        return
            "a Fréchet distance between \(firstCount) and \(secondCount) pictures with \(featureCount) features each "
            + "rests on singular covariances; more than \(featureCount) pictures are needed"
    }

    /// The distance between two sets; the order does not matter.
    package init(between first: FeatureStatistics, and second: FeatureStatistics) throws {
        guard first.mean.count == second.mean.count else {
            throw UserError(
                .badData,
                "a Fréchet distance needs features of one network, "
                    + "not \(first.mean.count) of one picture and \(second.mean.count) of another")
        }
        let shift = zip(first.mean, second.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let spread = first.covariance.trace + second.covariance.trace
        let (fewer, more) = first.count <= second.count ? (first, second) : (second, first)
        value = shift + spread - 2 * (try Self.traceOfRoot(fewer.covariance, more.covariance))
        (firstCount, secondCount, featureCount) = (first.count, second.count, first.mean.count)
    }

    /// The distance between two sets of features, each [pictures, features].
    package init(between first: Tensor, and second: Tensor) throws {
        try self.init(between: FeatureStatistics(of: first), and: FeatureStatistics(of: second))
    }

    /// tr √(ST) = Σ √eig(S^½ T S^½). With S = VᵀΛV, the matrix ΛV·T·VᵀΛ of square roots Λ^½ has the same
    /// eigenvalues; directions in which S is zero but for rounding are left out, so a singular S adds no noise.
    private static func traceOfRoot(_ s: DoubleMatrix, _ t: DoubleMatrix) throws -> Double {
        let (d, system) = (s.rows, try s.symmetricEigensystem())
        let noise = Double(d) * .ulpOfOne * (system.values.last ?? 0)
        let kept = system.values.indices.filter { system.values[$0] > max(noise, 0) }
        let root = DoubleMatrix(
            kept.flatMap { i in
                let scale = system.values[i].squareRoot()
                return system.vectors.values[i * d..<(i + 1) * d].map { $0 * scale }
            }, rows: kept.count, columns: d)   // [rank, features]
        let product = root.times(t).times(root, .transposed)   // [rank, rank]
        return try product.symmetricEigenvalues().reduce(0) { $0 + max($1, 0).squareRoot() }
    }
}

/// A set of pictures as the Fréchet distance sees it: how many, their mean features and the covariance.
package struct FeatureStatistics: Sendable, Equatable {
    package let count: Int
    /// [features]
    package let mean: [Double]
    /// [features, features], divided by n − 1.
    package let covariance: DoubleMatrix

    /// - Parameter features: [pictures, features].
    /// - Throws where there are fewer than two pictures or a feature is not a finite number.
    package init(of features: Tensor) throws {
        precondition(features.shape.count == 2, "\(features.shape) is not [pictures, features]")
        let (n, d) = (features.size(0), features.size(1))
        guard n > 1 else {
            throw UserError(
                .badData, "a Fréchet distance needs at least 2 pictures on each side, better more than \(d); found \(n)"
            )
        }
        let x = DoubleMatrix(features)   // [n, d]
        if let bad = x.values.firstIndex(where: { !$0.isFinite }) {
            throw UserError(
                .badData, "feature \(bad % d + 1) of picture \(bad / d + 1) is \(x.values[bad]), not a finite number")
        }
        var mean = [Double](repeating: 0, count: d)
        for i in 0..<n { for j in 0..<d { mean[j] += x.values[i * d + j] } }
        for j in 0..<d { mean[j] /= Double(n) }
        let scale = 1 / Double(n - 1).squareRoot()
        let centered = DoubleMatrix(
            [Double](unsafeUninitializedCapacity: n * d) { out, filled in
                for i in 0..<n { for j in 0..<d { out[i * d + j] = (x.values[i * d + j] - mean[j]) * scale } }
                filled = n * d
            }, rows: n, columns: d)
        count = n
        self.mean = mean
        covariance = centered.times(centered, from: .transposed)   // [d, d]
    }
}

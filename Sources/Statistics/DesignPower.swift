/// How likely a probe of a given design is to find a difference between two styles of encoders, and how large a
/// difference must be to be found, from the variances that an earlier run measured.
///
/// Every encoder draws for the same captions, so what portraits and captions add is the same for both styles and goes.
/// What is left of the difference's variance is, with k encoders a style, s seeds, c captions and m pictures of each,
///
///     encoders of these styles: 2 (σ²_encoder / k + σ²_seed / (k s) + σ²_picture / (k s c m)),   2 k − 2 degrees of
///     freedom
///     these encoders:           2 (σ²_picture / (k s c m)),                                      normal
///
/// The second leaves out that encoders and seeds like some captions better than others, so it is an upper bound.
package struct DesignPower: Sendable, Equatable {
    package enum Inference: String, Sendable, CaseIterable {
        case theseEncoders = "these encoders"
        case encodersOfTheirKind = "encoders of these styles"
    }

    /// σ² of the run that was measured.
    package struct Variances: Sendable, Equatable {
        package var encoder: Double
        package var seed: Double
        package var picture: Double

        package init(encoder: Double, seed: Double, picture: Double) {
            (self.encoder, self.seed, self.picture) = (encoder, seed, picture)
        }
    }

    package var variances: Variances
    /// Of each style.
    package var encoders: Int
    package var seeds: Int
    package var captions: Int
    package var pictures: Int
    package var level = 0.05

    package init(_ variances: Variances, encoders: Int, seeds: Int, captions: Int, pictures: Int = 1) {
        (self.variances, self.encoders, self.seeds) = (variances, encoders, seeds)
        (self.captions, self.pictures) = (captions, pictures)
    }

    /// Standard error of the difference of styles.
    package func standardError(_ inference: Inference) -> Double {
        let (k, trials) = (Double(encoders), Double(encoders * seeds))
        let picture = variances.picture / (trials * Double(captions * pictures))
        switch inference {
        case .theseEncoders: return (2 * picture).squareRoot()
        case .encodersOfTheirKind:
            return (2 * (variances.encoder / k + variances.seed / trials + picture)).squareRoot()
        }
    }

    /// So many that Student's distribution is the normal one, where encoders are not the sample.
    private func degreesOfFreedom(_ inference: Inference) -> Double {
        inference == .theseEncoders ? 1e6 : Double(2 * encoders - 2)
    }

    /// The probability that a two-sided test at ``level`` rejects where the styles differ by so much: 0 where no test
    /// can be made.
    package func power(at difference: Double, _ inference: Inference) -> Double {
        let dof = degreesOfFreedom(inference)
        guard dof > 0, let student = try? StudentDistribution(degreesOfFreedom: dof) else { return 0 }
        let error = standardError(inference)
        guard error > 0 else { return difference == 0 ? level : 1 }
        let critical = student.upperPoint(level / 2)
        guard let noncentral = try? NoncentralT(degreesOfFreedom: dof, noncentrality: abs(difference) / error) else {
            return 0
        }
        return min(1, max(0, 1 - noncentral.cumulative(critical) + noncentral.cumulative(-critical)))
    }

    /// The smallest difference that is found with this probability; infinite where no test can be made.
    package func detectable(power wanted: Double = 0.8, _ inference: Inference) -> Double {
        guard degreesOfFreedom(inference) > 0 else { return .infinity }
        let error = standardError(inference)
        guard error > 0 else { return 0 }
        var (low, high) = (0.0, error)
        while power(at: high, inference) < wanted { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if power(at: middle, inference) < wanted { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The fewest encoders a style with which a difference is found with this probability; nil where a thousand are too
    /// few.
    package func encodersNeeded(for difference: Double, power wanted: Double = 0.8) -> Int? {
        (2...1000).first { count in
            var design = self
            design.encoders = count
            return design.power(at: difference, .encodersOfTheirKind) >= wanted
        }
    }
}

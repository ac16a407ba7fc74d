import RealModule

/// A linear mixed model y = X β + Σ Z_k b_k + ε with independent random intercepts b_k ~ N(0, τ_k²) for the levels of
/// each grouping factor, and ε ~ N(0, σ²): fitted by restricted maximum likelihood (Bates et al. 2015, as in lme4).
///
/// Factors may be nested or crossed. Tests of coefficients use Satterthwaite's degrees of freedom (Kuznetsova et al.
/// 2017, as in lmerTest). Variances agree with lme4's to about 1e-6 of the largest; with fewer than about five levels a
/// variance is hardly known, which the degrees of freedom of what depends on it show.
package struct MixedModel: Sendable {
    /// A grouping of the observations.
    package struct Factor: Sendable {
        package let name: String
        /// The level of each observation, from 0.
        package let levels: [Int]

        package init(_ name: String, _ levels: [Int]) { (self.name, self.levels) = (name, levels) }

        /// The levels are the different values, in the order in which they first come.
        package init(_ name: String, of values: [some Hashable]) {
            var known: [AnyHashable: Int] = [:]
            levels = values.map { value in
                let level = known[AnyHashable(value)] ?? known.count
                known[AnyHashable(value)] = level
                return level
            }
            self.name = name
        }
    }

    package struct Component: Sendable, Equatable {
        package let name: String
        package let variance: Double
    }

    /// A coefficient, or a contrast of some, with its test against zero.
    package struct Estimate: Sendable, Equatable {
        package let value: Double
        package let standardError: Double
        package let degreesOfFreedom: Double
        package let p: Double
        package let interval: Interval
    }

    /// β, in the order of the columns of X.
    package let coefficients: [Double]
    /// τ_k² of each factor, in their order.
    package let components: [Component]
    /// σ².
    package let residual: Double
    /// −2 log of the restricted likelihood at the estimates.
    package let criterion: Double
    private let system: MixedModelSystem
    private let scales: [Double]

    /// - Parameters:
    ///   - columns: of X, each as long as `y`; a column of ones is not added.
    ///   - factors: at least one.
    package init(_ y: [Double], columns: [[Double]], factors: [Factor]) throws(StatisticsError) {
        try requireFinite(y, atLeast: columns.count + 2, for: "A mixed model")
        for column in columns {
            try requireFinite(column, atLeast: 1, for: "A column of a mixed model")
            guard column.count == y.count else { throw .unpaired(first: y.count, second: column.count) }
        }
        guard !factors.isEmpty else { throw .tooFew(what: "A mixed model's grouping", needed: 1, found: 0) }
        for factor in factors where factor.levels.count != y.count {
            throw .unpaired(first: y.count, second: factor.levels.count)
        }
        let system = MixedModelSystem(y, columns, factors)
        guard system.evaluate(factors.map { _ in 0 }) != nil else {
            throw .noVariation(
                what: "A mixed model with columns that depend on each other, or whose values they explain,")
        }
        var found = NelderMead.minimum(from: factors.map { _ in 1 }) { system.criterion($0) }
        found = Newton.polished(found) { system.criterion($0) }.map(abs)
        guard let fit = system.evaluate(found) else {
            throw .noVariation(what: "A mixed model of values that the factors explain wholly")
        }
        (self.system, scales) = (system, found)
        coefficients = fit.coefficients
        let residual = fit.residual
        self.residual = residual
        components = zip(factors, found).map { Component(name: $0.name, variance: $1 * $1 * residual) }
        criterion = fit.criterion
    }

    /// Σ weights · β, tested against zero.
    ///
    /// - Parameters:
    ///   - limit: the most degrees of freedom, where the design allows no more: a difference between levels of a factor
    ///     cannot rest on more than their number, also where their variance is estimated as nothing.
    ///   - confidence: of the interval.
    package func estimate(
        _ weights: [Double], limit: Double = .infinity, confidence: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try requireConfidence(confidence)
        precondition(weights.count == coefficients.count, "as many weights as coefficients")
        let parameters = scales + [residual.squareRoot()]
        let variance = system.variance(weights, parameters)
        let slopes = Newton.gradient(at: parameters) { system.variance(weights, $0) }
        let hessian = Newton.hessian(at: parameters) { system.deviance($0) }
        // The parameters' covariance is 2 H⁻¹; directions in which the deviance is flat are left out.
        let spread = SymmetricMatrix(hessian).quadraticFormOfInverse(slopes)
        let freedom = min(limit, spread > 0 ? 2 * variance * variance / (2 * spread) : .infinity)
        let value = zip(weights, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        let error = variance.squareRoot()
        let student = StudentDistribution(checked: freedom)
        return Estimate(
            value: value, standardError: error, degreesOfFreedom: freedom, p: student.bothTails(value / error),
            interval: Interval(around: value, reach: student.upperPoint((1 - confidence) / 2) * error))
    }

    /// The test of one coefficient.
    package func estimate(
        of place: Int, limit: Double = .infinity, confidence: Double = 0.95
    ) throws(StatisticsError) -> Estimate {
        try estimate(coefficients.indices.map { $0 == place ? 1 : 0 }, limit: limit, confidence: confidence)
    }
}

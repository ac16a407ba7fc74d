import RealModule

/// Pearson's and Spearman's correlation of paired values, with p and Fisher's interval.
///
/// p is that of T = r √((n − 2) / (1 − r²)) on n − 2 degrees of freedom: exact for Pearson's r of normal
/// values, the usual approximation for Spearman's. Equal to `scipy.stats.pearsonr` and `spearmanr`; for nearly
/// perfect correlations more precise, because 1 − r² is not formed by subtraction: p then has a relative error of
/// about n · 1e-16 / √(1 − r²).
package struct Correlation: Equatable, Sendable {
    /// r or ρ, from −1 to 1.
    package let coefficient: Double
    package let count: Int
    package let p: Double
    package let alternative: Alternative
    /// tanh(artanh r ± z / √(n − 3)); [−1, 1] for three pairs or fewer.
    package let interval: Interval

    /// The linear correlation of two lists of equal length, at least two pairs. With two pairs r is ±1 whatever
    /// they are, and p is 1.
    package static func pearson(
        _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> Correlation {
        try Correlation(x, y, alternative, confidence, name: "A Pearson correlation")
    }

    /// Pearson's correlation of the ranks, ties sharing their mean rank.
    package static func spearman(
        _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> Correlation {
        try requireFinite(x, atLeast: 2, for: "A Spearman correlation")
        try requireFinite(y, atLeast: 2, for: "A Spearman correlation")
        return try Correlation(
            Ranks(of: x).values, Ranks(of: y).values, alternative, confidence, name: "A Spearman correlation")
    }

    private init(
        _ x: [Double], _ y: [Double], _ alternative: Alternative, _ confidence: Double, name: String
    ) throws(StatisticsError) {
        guard x.count == y.count else { throw .unpaired(first: x.count, second: y.count) }
        try requireFinite(x, atLeast: 2, for: name)
        try requireFinite(y, atLeast: 2, for: name)
        try requireConfidence(confidence)
        guard let u = unitDeviations(x), let v = unitDeviations(y) else { throw .noVariation(what: name) }
        // For unit vectors |u − v|² = 2(1 − r) and |u + v|² = 2(1 + r), without cancellation near ±1.
        let below = 0.5 * zip(u, v).lazy.map { ($0 - $1) * ($0 - $1) }.compensatedSum()   // 1 − r
        let above = 0.5 * zip(u, v).lazy.map { ($0 + $1) * ($0 + $1) }.compensatedSum()   // 1 + r
        let product = zip(u, v).lazy.map { $0 * $1 }.compensatedSum()
        let r = max(-1, min(1, product))
        coefficient = r
        count = x.count
        self.alternative = alternative
        if count == 2 {
            p = 1
        } else {
            let freedom = Double(count - 2)
            let t = r * (freedom / below / above).squareRoot()   // ±∞ where the line is exact
            p = StudentDistribution(checked: freedom).p(t, alternative)
        }
        interval = Correlation.fisher(below, above, count, alternative, confidence)
    }

    private static func fisher(
        _ below: Double, _ above: Double, _ count: Int, _ alternative: Alternative, _ confidence: Double
    ) -> Interval {
        guard count > 3 else { return Interval(-1, 1) }
        let centre = 0.5 * (Double.log(above) - Double.log(below))   // artanh r
        let doubt = alternative == .twoSided ? (1 - confidence) / 2 : 1 - confidence
        let reach = NormalDistribution.upperPoint(doubt) / Double(count - 3).squareRoot()
        return Interval(
            alternative == .less ? -1 : Double.tanh(centre - reach),
            alternative == .greater ? 1 : Double.tanh(centre + reach))
    }
}

/// The deviations from the mean, scaled to length 1; nil for a constant.
private func unitDeviations(_ values: [Double]) -> [Double]? {
    let mean = meanOf(values)
    let deviations = values.map { $0 - mean }
    guard let largest = deviations.lazy.map(abs).max(), largest > 0 else { return nil }
    let scaled = deviations.map { $0 / largest }   // so that squares neither overflow nor vanish
    let length = scaled.lazy.map { $0 * $0 }.compensatedSum().squareRoot()
    return scaled.map { $0 / length }
}

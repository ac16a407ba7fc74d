import RealModule

/// How large a difference of means is, in standard deviations: Cohen's d and Hedges' g.
///
/// d = (m₁ − m₂) / s with the pooled s of Student's test; g = J d with the exact small-sample correction
/// J = Γ(ν/2) / (√(ν/2) Γ((ν − 1)/2)), ν = n₁ + n₂ − 2. The intervals are the large-sample normal ones of
/// Hedges and Olkin (1985): v = (n₁ + n₂)/(n₁n₂) + d²/(2(n₁ + n₂)); for groups of a few they are rough, and they
/// believe the scores to be independent.
package struct EffectSize: Equatable, Sendable {
    package let cohenD: Double
    package let cohenDInterval: Interval
    package let hedgesG: Double
    package let hedgesGInterval: Interval

    package init(_ a: [Double], _ b: [Double], confidence: Double = 0.95) throws(StatisticsError) {
        try self.init(
            Summary(a, for: "An effect size"), Summary(b, for: "An effect size"), confidence: confidence)
    }

    package init(_ a: Summary, _ b: Summary, confidence: Double = 0.95) throws(StatisticsError) {
        try a.validated(for: "An effect size")
        try b.validated(for: "An effect size")
        try requireConfidence(confidence)
        let (n, m) = (Double(a.count), Double(b.count))
        let freedom = n + m - 2
        let squares = (n - 1) * a.deviation * a.deviation + (m - 1) * b.deviation * b.deviation
        guard squares > 0 else { throw .noVariation(what: "An effect size") }
        let z = NormalDistribution.upperPoint((1 - confidence) / 2)
        func interval(_ effect: Double) -> Interval {
            let variance = (n + m) / (n * m) + effect * effect / (2 * (n + m))
            return Interval(around: effect, reach: z * variance.squareRoot())
        }
        let d = a.difference(from: b) / (squares / freedom).squareRoot()
        cohenD = d
        cohenDInterval = interval(d)
        // B((ν − 1)/2, ½) = Γ((ν − 1)/2) √π / Γ(ν/2); both groups have two values, so ν ≥ 2.
        let correction = Double.exp(
            0.5 * Double.log(.pi) - logBeta((freedom - 1) / 2, 0.5) - 0.5 * Double.log(freedom / 2))
        hedgesG = correction * d
        hedgesGInterval = interval(correction * d)
    }
}

import RealModule

/// How large a difference of means is, in standard deviations: Cohen's d and Hedges' g.
///
/// d = (m₁ − m₂) / s with the pooled s of Student's test; g = J d with the exact small-sample correction
/// J = Γ(ν/2) / (√(ν/2) Γ((ν − 1)/2)), ν = n₁ + n₂ − 2. The interval of d holds the effects under which a t as large
/// as the one that was met is likely, by the noncentral t distribution (Steiger and Fouladi 1997); that of g is J times
/// it. For independent normal scores of equal spread it is exact for groups of any size.
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
        let d = a.difference(from: b) / (squares / freedom).squareRoot()
        let unit = ((n + m) / (n * m)).squareRoot()   // d over t
        let noncentrality = NoncentralT.interval(of: d / unit, degreesOfFreedom: freedom, confidence: confidence)
        cohenD = d
        cohenDInterval = Interval(unit * noncentrality.lower, unit * noncentrality.upper)
        // B((ν − 1)/2, ½) = Γ((ν − 1)/2) √π / Γ(ν/2); both groups have two values, so ν ≥ 2.
        let correction = Double.exp(
            0.5 * Double.log(.pi) - logBeta((freedom - 1) / 2, 0.5) - 0.5 * Double.log(freedom / 2))
        hedgesG = correction * d
        hedgesGInterval = Interval(correction * cohenDInterval.lower, correction * cohenDInterval.upper)
    }
}

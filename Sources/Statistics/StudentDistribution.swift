import RealModule

/// Student's t distribution with a positive, not necessarily whole, number of degrees of freedom.
///
/// P(T > t) = ½ I_x(ν/2, ½) with x = ν / (ν + t²). Relative precision of both tails and the quantile is
/// better than 1e-9 from 1 to a million degrees of freedom and down to probabilities of 1e-300; infinitely many
/// degrees of freedom give the normal distribution.
package struct StudentDistribution: Sendable {
    package let degreesOfFreedom: Double

    package init(degreesOfFreedom: Double) throws(StatisticsError) {
        guard degreesOfFreedom > 0 else {
            throw .outOfRange(
                what: "The number of degrees of freedom", value: degreesOfFreedom, range: "positive")
        }
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The distribution where the caller has already made sure that ν > 0.
    init(checked degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0)
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// (1 + t²/ν)^(−(ν+1)/2) / (√ν B(½, ν/2)).
    package func density(_ t: Double) -> Double {
        guard degreesOfFreedom.isFinite else { return NormalDistribution.density(t) }
        return Double.exp(logDensity(t))
    }

    private func logDensity(_ t: Double) -> Double {
        0.5 * (degreesOfFreedom + 1) * point(t).logX - logBeta(0.5, 0.5 * degreesOfFreedom)
            - 0.5 * Double.log(degreesOfFreedom)
    }

    /// P(T ≤ t) (`scipy.stats.t.cdf`).
    package func cumulative(_ t: Double) -> Double { upperTail(-t) }

    /// P(T > t) (`scipy.stats.t.sf`).
    package func upperTail(_ t: Double) -> Double {
        guard degreesOfFreedom.isFinite else { return NormalDistribution.upperTail(t) }
        if t == 0 { return 0.5 }
        let beyond = IncompleteBeta.lower(point(t), 0.5 * degreesOfFreedom, 0.5)   // P(|T| > |t|)
        return t > 0 ? 0.5 * beyond : 1 - 0.5 * beyond
    }

    /// P(|T| > |t|).
    package func bothTails(_ t: Double) -> Double { min(1, 2 * upperTail(abs(t))) }

    /// The probability of a departure at least as large as t in the direction of `alternative`.
    func p(_ t: Double, _ alternative: Alternative) -> Double {
        switch alternative {
        case .twoSided: bothTails(t)
        case .less: cumulative(t)
        case .greater: upperTail(t)
        }
    }

    /// The t with P(T ≤ t) = p; ∓∞ at 0 and 1, nil outside [0, 1] (`scipy.stats.t.ppf`).
    package func quantile(_ p: Double) -> Double? {
        guard p >= 0, p <= 1 else { return nil }
        return -upperPoint(p)
    }

    /// The t with P(T > t) = q (`scipy.stats.t.isf`), q in [0, 1].
    package func upperPoint(_ q: Double) -> Double {
        guard degreesOfFreedom.isFinite else { return NormalDistribution.upperPoint(q) }
        if q > 0.5 { return -upperPoint(1 - q) }
        if q <= 0 { return .infinity }
        if q > 0.25 {
            let half = 0.5 - q
            return closeIn(from: half / density(0)) { t in
                let within = t == 0 ? 0 : 0.5 * IncompleteBeta.upper(point(t), 0.5 * degreesOfFreedom, 0.5)
                return (half - within) / density(t)
            }
        }
        // Newton on log P against log t: nearly straight in heavy tails, concave in light ones.
        let target = Double.log(q)
        let start = Double.log(NormalDistribution.upperPoint(q))
        var logT = start
        for _ in 0..<200 {
            let t = Double.exp(logT)
            let tail = upperTail(t)
            guard tail > 0, t.isFinite else { logT = 0.5 * (logT + start); continue }
            let slope = Double.exp(logT + logDensity(t) - Double.log(tail))   // −d log P / d log t
            let move = (Double.log(tail) - target) / slope
            logT += move
            if abs(move) <= 2e-16 * max(1, abs(logT)) { break }
        }
        return Double.exp(logT)
    }

    private func point(_ t: Double) -> UnitPoint {
        UnitPoint(oddsSquareRoot: abs(t) / degreesOfFreedom.squareRoot())
    }
}

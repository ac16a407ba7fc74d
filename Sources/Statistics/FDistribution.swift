/// Fisher's F distribution, the ratio of two mean squares with ν₁ and ν₂ degrees of freedom.
package struct FDistribution: Sendable {
    package let numerator: Double
    package let denominator: Double

    package init(numerator: Double, denominator: Double) throws(StatisticsError) {
        for freedom in [numerator, denominator] where !(freedom > 0 && freedom.isFinite) {
            throw .outOfRange(what: "The number of degrees of freedom", value: freedom, range: "positive and finite")
        }
        self.numerator = numerator
        self.denominator = denominator
    }

    /// P(F ≤ f) (`scipy.stats.f.cdf`).
    package func cumulative(_ f: Double) -> Double {
        f <= 0 ? 0 : IncompleteBeta.upper(point(f), 0.5 * denominator, 0.5 * numerator)
    }

    /// P(F > f) (`scipy.stats.f.sf`).
    package func upperTail(_ f: Double) -> Double {
        f <= 0 ? 1 : IncompleteBeta.lower(point(f), 0.5 * denominator, 0.5 * numerator)
    }

    /// x = ν₂ / (ν₂ + ν₁ f).
    private func point(_ f: Double) -> UnitPoint {
        UnitPoint(oddsSquareRoot: (f * (numerator / denominator)).squareRoot())
    }
}

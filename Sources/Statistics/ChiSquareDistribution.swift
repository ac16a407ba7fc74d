import RealModule

/// The χ² distribution with a positive number of degrees of freedom: P(X ≤ x) = P(ν/2, x/2), the regularised incomplete
/// gamma function, by its series below the mean and by its continued fraction above (DLMF 8.11.4, 8.9.2).
package struct ChiSquareDistribution: Sendable {
    package let degreesOfFreedom: Double

    package init(degreesOfFreedom: Double) throws(StatisticsError) {
        guard degreesOfFreedom > 0, degreesOfFreedom.isFinite else {
            throw .outOfRange(
                what: "The number of degrees of freedom", value: degreesOfFreedom, range: "positive")
        }
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// P(X ≤ x) (`scipy.stats.chi2.cdf`).
    package func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x.isFinite else { return 1 }
        let (a, z) = (degreesOfFreedom / 2, x / 2)
        let scale = Double.exp(a * Double.log(z) - z - Double.logGamma(a))
        return z < a + 1 ? scale * Self.series(a, z) : 1 - scale * Self.fraction(a, z)
    }

    /// Σ zᵏ / (a (a + 1) … (a + k)).
    private static func series(_ a: Double, _ z: Double) -> Double {
        var (term, sum, k) = (1 / a, 1 / a, 0.0)
        while term > 1e-17 * sum {
            k += 1
            term *= z / (a + k)
            sum += term
        }
        return sum
    }

    /// 1/(z + 1 − a − 1·(1 − a)/(z + 3 − a − 2·(2 − a)/(z + 5 − a − …))), by Lentz's method.
    private static func fraction(_ a: Double, _ z: Double) -> Double {
        var b = z + 1 - a
        var (c, d) = (1e300, 1 / b)
        var value = d
        for k in 1..<100_000 {
            let step = -Double(k) * (Double(k) - a)
            b += 2
            d = 1 / (step * d + b)
            c = b + step / c
            value *= c * d
            if abs(c * d - 1) < 1e-16 { break }
        }
        return value
    }

    /// The x with P(X ≤ x) = p; nil outside ]0, 1[ (`scipy.stats.chi2.ppf`).
    package func quantile(_ p: Double) -> Double? {
        guard p > 0, p < 1 else { return nil }
        var (low, high) = (0.0, degreesOfFreedom)
        while cumulative(high) < p { (low, high) = (high, 2 * high) }
        while high - low > 1e-15 * high {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

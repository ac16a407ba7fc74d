import RealModule

/// The noncentral t distribution, of (Z + δ) / √(χ²_ν / ν): of a t statistic whose true effect is not zero.
///
/// P(T ≤ t) = ∫ Φ(t s − δ) g(s) ds over s = √(χ²_ν / ν), by Gauss–Legendre's rule between points where either factor
/// bends. For whole ν from 2 to a million its absolute error is below 1e-12; `scipy.stats.nct` computes the same.
package struct NoncentralT: Sendable {
    package let degreesOfFreedom: Double
    package let noncentrality: Double

    package init(degreesOfFreedom: Double, noncentrality: Double) throws(StatisticsError) {
        guard degreesOfFreedom >= 1 else {
            throw .outOfRange(
                what: "The number of degrees of freedom", value: degreesOfFreedom, range: "at least 1")
        }
        (self.degreesOfFreedom, self.noncentrality) = (degreesOfFreedom, noncentrality)
    }

    /// P(T ≤ t).
    package func cumulative(_ t: Double) -> Double { Self.cumulative(t, noncentrality, Scale(degreesOfFreedom)) }

    /// The noncentralities under which a statistic of `t` lies at the upper and at the lower end of what is likely:
    /// with probability `confidence` the true one is between them.
    static func interval(of t: Double, degreesOfFreedom: Double, confidence: Double) -> Interval {
        let scale = Scale(degreesOfFreedom)
        let tail = (1 - confidence) / 2
        // Beyond the normal interval by enough for any ν from 1.
        let reach = 4 + 4 * NormalDistribution.upperPoint(tail) * (1 + t * t / (2 * degreesOfFreedom)).squareRoot()
        func solve(_ p: Double) -> Double {
            var (low, high) = (t - reach, t + reach)   // P(T ≤ t) falls as the noncentrality grows
            func excess(_ delta: Double) -> Double { cumulative(t, delta, scale) - p }
            var (above, below) = (excess(low), excess(high))
            while above < 0 { (low, above) = (low - reach, excess(low - reach)) }
            while below > 0 { (high, below) = (high + reach, excess(high + reach)) }
            // The false position, its stuck end halved (the Illinois rule).
            var stuck = 0
            for _ in 0..<200 where above != below {
                let next = high - below * (high - low) / (below - above)
                guard next > low, next < high else { break }
                let found = excess(next)
                if found > 0 {
                    (low, above) = (next, found)
                    if stuck > 0 { below *= 0.5 }
                    stuck = 1
                } else {
                    (high, below) = (next, found)
                    if stuck < 0 { above *= 0.5 }
                    stuck = -1
                }
                if high - low <= 1e-15 * max(1, abs(low), abs(high)) || abs(found) < 1e-16 { return next }
            }
            return 0.5 * (low + high)
        }
        return Interval(solve(1 - tail), solve(tail))
    }

    private static func cumulative(_ t: Double, _ delta: Double, _ scale: Scale) -> Double {
        // Where Φ(t s − δ) rises, and how steeply.
        let bends = t == 0 ? [] : [-8.0, -4, -2, -1, 0, 1, 2, 4, 8].map { (delta + $0) / t }
        return scale.integral(bends: bends) { 0.5 * Double.erfc(-(t * $0 - delta) * 0.5.squareRoot()) }
    }

    /// The density of s = √(χ²_ν / ν), and integrals over it.
    private struct Scale {
        let freedom: Double
        private let logConstant: Double
        private let ends: (Double, Double)
        private let bends: [Double]

        init(_ freedom: Double) {
            self.freedom = freedom
            // log(2 (ν/2)^(ν/2) / Γ(ν/2)), large terms taken out of the powers of s below.
            logConstant = Double.log(2) + 0.5 * freedom * Double.log(0.5 * freedom) - Double.logGamma(0.5 * freedom)
            let width = 1 / (2 * freedom).squareRoot()
            ends = (max(0, 1 - 14 * width), 1 + 14 * width)
            bends = [-14.0, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 9, 14].map { 1 + $0 * width }
        }

        func density(_ s: Double) -> Double {
            s <= 0 ? 0 : Double.exp(logConstant + (freedom - 1) * Double.log(s) - 0.5 * freedom * s * s)
        }

        func integral(bends others: [Double], _ value: (Double) -> Double) -> Double {
            let inside = (bends + others).filter { $0 > ends.0 && $0 < ends.1 }
            let points = ([ends.0, ends.1] + inside).sorted()
            return zip(points, points.dropFirst()).reduce(0) { sum, panel in
                guard panel.1 > panel.0 else { return sum }
                let (centre, half) = (0.5 * (panel.0 + panel.1), 0.5 * (panel.1 - panel.0))
                return sum
                    + GaussLegendre.twenty.reduce(0) {
                        $0 + half * $1.weight * evaluate(centre + half * $1.node, value)
                    }
            }
        }

        private func evaluate(_ s: Double, _ value: (Double) -> Double) -> Double { density(s) * value(s) }
    }
}

/// Nodes in −1...1 and weights of Gauss–Legendre's rule, by Newton's method on Legendre's polynomial.
enum GaussLegendre {
    static let twenty = rule(20)

    static func rule(_ count: Int) -> [(node: Double, weight: Double)] {
        (0..<count).map { place in
            var x = Double.cos(.pi * (Double(place) + 0.75) / (Double(count) + 0.5))
            var slope = 1.0
            for _ in 0..<100 {
                var (value, before) = (1.0, 0.0)
                for n in 0..<count {
                    (value, before) = ((Double(2 * n + 1) * x * value - Double(n) * before) / Double(n + 1), value)
                }
                slope = Double(count) * (x * value - before) / (x * x - 1)
                let move = value / slope
                x -= move
                if abs(move) < 1e-15 { break }
            }
            return (x, 2 / ((1 - x * x) * slope * slope))
        }
    }
}

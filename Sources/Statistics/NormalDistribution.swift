import RealModule

/// The standard normal distribution.
package enum NormalDistribution {
    /// exp(−z²/2) / √(2π).
    package static func density(_ z: Double) -> Double {
        Double.exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
    }

    /// P(Z ≤ z), precise in the lower tail (`scipy.stats.norm.cdf`).
    package static func cumulative(_ z: Double) -> Double { 0.5 * Double.erfc(-z * 0.5.squareRoot()) }

    /// P(Z > z), precise in the upper tail (`scipy.stats.norm.sf`).
    package static func upperTail(_ z: Double) -> Double { cumulative(-z) }

    /// The z with P(Z > z) = q (`scipy.stats.norm.isf`), q in [0, 1]; as precise for q = 1e-300 as for 0.025.
    ///
    /// Newton's method on log P, which is concave: one overshoot at most, then it closes in from the right.
    package static func upperPoint(_ q: Double) -> Double {
        if q > 0.5 { return -upperPoint(1 - q) }   // exact: no digits are lost between ½ and 1
        if q <= 0 { return .infinity }
        if q > 0.25 {   // P(0 < Z < z) = ½ − q, so that nothing cancels near the median
            let half = 0.5 - q
            return closeIn(from: half / density(0)) { z in
                (half - 0.5 * Double.erf(z * 0.5.squareRoot())) / density(z)
            }
        }
        let target = Double.log(q)
        return closeIn(from: (-2 * target).squareRoot() * 0.8) { z in
            let tail = upperTail(z)
            return (Double.log(tail) - target) * tail / density(z)
        }
    }
}

/// Repeats `z += step(z)` until the steps are rounding noise.
func closeIn(from start: Double, step: (Double) -> Double) -> Double {
    var z = start
    for _ in 0..<100 {
        let move = step(z)
        guard move.isFinite else { return z }
        z += move
        if abs(move) <= 1e-15 * abs(z) { break }
    }
    return z
}

import RealModule

/// A point of [0, 1] with its complement and both logarithms, each with full relative precision.
///
/// Tails are lost where 1 − x is formed by subtraction, so whoever knows both sides passes both.
package struct UnitPoint: Sendable {
    package let x: Double
    /// 1 − x.
    package let y: Double
    let logX: Double
    let logY: Double

    package init(_ x: Double) {
        self.x = x
        y = 1 - x
        logX = Double.log(x)
        logY = Double.log(onePlus: -x)
    }

    /// x = 1 / (1 + r) and y = r / (1 + r), where r is the square of `root`; `root` may be as small or as
    /// large as a Double can be, even if its square cannot.
    package init(oddsSquareRoot root: Double) {
        let inverted = root > 1
        let r = inverted ? (1 / root) * (1 / root) : root * root
        let logRest = -Double.log(onePlus: r)
        let logOdds = 2 * Double.log(inverted ? 1 / root : root) + logRest
        (x, y) = inverted ? (r / (1 + r), 1 / (1 + r)) : (1 / (1 + r), r / (1 + r))
        (logX, logY) = inverted ? (logOdds, logRest) : (logRest, logOdds)
    }

    private init(mirrorOf point: UnitPoint) {
        (x, y, logX, logY) = (point.y, point.x, point.logY, point.logX)
    }

    var mirrored: UnitPoint { UnitPoint(mirrorOf: self) }
}

/// The regularised incomplete beta function I_x(a, b) = ∫₀ˣ tᵃ⁻¹(1 − t)ᵇ⁻¹ dt / B(a, b).
///
/// Evaluated as xᵃ(1 − x)ᵇ / B(a, b), taken as a logarithm, times the continued fraction DLMF 8.17.22 in its
/// even form (Didonato and Morris 1992), on whichever side of the mean it converges. Both tails keep their
/// relative precision down to 1e-300 and below (until Double ends). Work grows like √(a + b): a million
/// costs some microseconds, and that is the range promised here.
package enum IncompleteBeta {
    /// I_x(a, b), for a, b > 0.
    package static func lower(_ point: UnitPoint, _ a: Double, _ b: Double) -> Double {
        if point.x <= 0 && point.logX == -.infinity { return 0 }
        if point.y <= 0 && point.logY == -.infinity { return 1 }
        let excess = excess(point, a, b)
        return excess >= 0
            ? smallerSide(point, a, b, excess)
            : 1 - smallerSide(point.mirrored, b, a, -excess)
    }

    /// 1 − I_x(a, b), not formed by subtraction where that would lose digits.
    package static func upper(_ point: UnitPoint, _ a: Double, _ b: Double) -> Double {
        lower(point.mirrored, b, a)
    }

    /// a − (a + b)x: positive below the mean. From whichever of x and 1 − x is the smaller.
    private static func excess(_ point: UnitPoint, _ a: Double, _ b: Double) -> Double {
        point.x <= point.y ? a - (a + b) * point.x : (a + b) * point.y - b
    }

    private static func smallerSide(_ point: UnitPoint, _ a: Double, _ b: Double, _ excess: Double) -> Double {
        Double.exp(logPowers(point, a, b, excess)) * continuedFraction(point.x, a, b, excess)
    }

    /// log(xᵃ(1 − x)ᵇ / B(a, b)).
    private static func logPowers(_ point: UnitPoint, _ a: Double, _ b: Double, _ excess: Double) -> Double {
        guard min(a, b) >= 10, excess < 0.5 * a else {
            return a * point.logX + b * point.logY - logBeta(a, b)
        }
        // About the mean the powers and the beta function nearly cancel; what remains is a Gaussian.
        let remainders = stirlingRemainder(a) + stirlingRemainder(b) - stirlingRemainder(a + b)
        return a * Double.log(onePlus: -excess / a) + b * Double.log(onePlus: excess / b) - remainders
            + 0.5 * Double.log(a / (a + b) * b / (2 * .pi))
    }

    /// α₁ / (β₁ + α₂ / (β₂ + …)) with α₁ = 1, by Lentz's method.
    private static func continuedFraction(
        _ x: Double, _ a: Double, _ b: Double, _ excess: Double
    ) -> Double {
        let tiny = 1e-300
        func beta(_ n: Double) -> Double {
            n + n * (b - n) * x / (a + 2 * n - 1) + (a + n) * (excess + 1 + n * (2 - x)) / (a + 2 * n + 1)
        }
        var value = a * (excess + 1) / (a + 1)
        var c = value
        var d = 0.0
        var n = 1.0
        while n < 1e8 {
            let odd = a + 2 * n - 1
            let alpha = (a + n - 1) / odd * ((a + b + n - 1) / odd) * n * (b - n) * x * x
            let term = beta(n)
            d = term + alpha * d
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = term + alpha / c
            if abs(c) < tiny { c = tiny }
            value *= c * d
            if abs(c * d - 1) < 4e-16 { break }
            n += 1
        }
        return 1 / value
    }
}

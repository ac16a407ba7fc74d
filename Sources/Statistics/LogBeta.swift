import RealModule

/// What Stirling's formula leaves out of log Γ(x), for x ≥ 10:
/// log Γ(x) − [(x − ½) log x − x + ½ log 2π] (Abramowitz and Stegun 6.1.40), to the last bit.
func stirlingRemainder(_ x: Double) -> Double {
    let s = 1 / (x * x)
    // B₂ₖ / (2k (2k − 1)), innermost last.
    let coefficients: [Double] = [
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156,
    ]
    var sum = 0.0
    for coefficient in coefficients.reversed() { sum = sum * s + coefficient }
    return sum / x
}

/// log B(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b), for a, b > 0.
///
/// Differences of log-gammas of a million would lose nine digits; for arguments from 10 on they are taken
/// through Stirling's formula, where the large parts cancel on paper.
func logBeta(_ a: Double, _ b: Double) -> Double {
    let (small, large) = (min(a, b), max(a, b))
    if large < 10 {
        return Double.logGamma(small) + (Double.logGamma(large) - Double.logGamma(small + large))
    }
    if small < 10 {
        let climb =
            (large - 0.5) * Double.log(onePlus: small / large) + small * Double.log(small + large) - small
            + (stirlingRemainder(small + large) - stirlingRemainder(large))
        return Double.logGamma(small) - climb
    }
    let remainders = stirlingRemainder(small) + stirlingRemainder(large) - stirlingRemainder(small + large)
    return 0.5 * Double.log(2 * .pi) + remainders - 0.5 * Double.log(large)
        + (small - 0.5) * Double.log(small / (small + large)) - large * Double.log(onePlus: small / large)
}

import RealModule

/// Whether two correlations with the same third variable differ: two encoders' similarities against one list of
/// human scores. They are dependent, because both were measured on the same pairs.
///
/// With r₁ = r(gold, first), r₂ = r(gold, second) and r₁₂ = r(first, second) of n triples:
///
/// - Williams (1959), in the form Steiger (1980, equation 7) recommends:
///   t = (r₁ − r₂) √((n − 1)(1 + r₁₂) / (2 |R| (n − 1)/(n − 3) + r̄² (1 − r₁₂)³)) on n − 3 degrees of freedom, where
///   |R| = 1 − r₁² − r₂² − r₁₂² + 2 r₁ r₂ r₁₂ and r̄ = (r₁ + r₂)/2;
/// - Steiger (1980, equation 14): Z = (artanh r₁ − artanh r₂) √((n − 3) / (2 − 2s)) against the normal distribution,
///   with s = (r₁₂(1 − 2r̄²) − r̄²(1 − 2r̄² − r₁₂²)/2) / (1 − r̄²)².
///
/// Both assume normal values; on ranks they are the usual approximation for Spearman's ρ.
package struct DependentCorrelations: Equatable, Sendable {
    /// Triples measured.
    package let count: Int
    package let first: Double
    package let second: Double
    /// The correlation of the two with each other.
    package let between: Double
    /// Williams' t; ±infinite where the two agree perfectly but their correlations with the third differ by rounding.
    package let williamsT: Double
    /// n − 3.
    package let degreesOfFreedom: Int
    package let williamsP: Double
    package let steigerZ: Double
    package let steigerP: Double
    package let alternative: Alternative

    /// r₁ − r₂.
    package var difference: Double { first - second }

    /// From the three correlations of `count` triples, at least 4.
    package init(
        first: Double, second: Double, between: Double, count: Int, alternative: Alternative = .twoSided
    ) throws(StatisticsError) {
        let name = "A comparison of dependent correlations"
        guard count >= 4 else { throw .tooFew(what: name, needed: 4, found: count) }
        for (what, r) in [
            ("The first correlation", first), ("The second correlation", second),
            ("The correlation of the two with each other", between),
        ] where !(abs(r) <= 1) {
            throw .outOfRange(what: what, value: r, range: "from −1 to 1")
        }
        self.count = count
        (self.first, self.second, self.between, self.alternative) = (first, second, between, alternative)
        degreesOfFreedom = count - 3
        let n = Double(count)
        let mean = (first + second) / 2
        // |R| = (1 − r₁₂)(1 + r₁₂ − 2r̄²) − (r₁ − r₂)²(1 + r₁₂)/2: the same, without losing what is small.
        let gap = first - second
        let remainder = (1 - between) * (1 + between - 2 * mean * mean) - 0.5 * gap * gap * (1 + between)
        guard remainder > -1e-9 else {
            throw .outOfRange(
                what: "The determinant of the three correlations", value: remainder,
                range: "at least 0, or no three lists have these correlations")
        }
        let determinant = max(0, remainder)
        let spread = 2 * determinant * (n - 1) / (n - 3) + mean * mean * Double.pow(1 - between, 3)
        // A difference of nothing is no difference, even where both encoders give the same numbers.
        williamsT = gap == 0 ? 0 : gap * ((n - 1) * (1 + between) / spread).squareRoot()
        williamsP = StudentDistribution(checked: n - 3).p(williamsT, alternative)

        let square = mean * mean
        let shared =
            (between * (1 - 2 * square) - 0.5 * square * (1 - 2 * square - between * between))
            / ((1 - square) * (1 - square))
        let apart = Double.atanh(first) - Double.atanh(second)
        let z = gap == 0 ? 0 : apart * ((n - 3) / (2 - 2 * min(shared, 1))).squareRoot()
        steigerZ = z
        steigerP =
            switch alternative {
            case .twoSided: min(1, 2 * NormalDistribution.upperTail(abs(z)))
            case .less: NormalDistribution.cumulative(z)
            case .greater: NormalDistribution.upperTail(z)
            }
    }

    /// The 95 % interval of r₁ − r₂.
    package var differenceInterval: Interval? { differenceInterval(confidence: 0.95) }

    /// The interval of r₁ − r₂ after Zou (2007): Fisher's intervals of both, put together with the correlation of
    /// the two correlations; nil where one of them is ±1.
    package func differenceInterval(confidence: Double) -> Interval? {
        guard abs(first) < 1, abs(second) < 1, count > 3, confidence > 0, confidence < 1 else { return nil }
        let reach = NormalDistribution.upperPoint((1 - confidence) / 2) / Double(count - 3).squareRoot()
        func fisher(_ r: Double) -> (lower: Double, upper: Double) {
            (Double.tanh(Double.atanh(r) - reach), Double.tanh(Double.atanh(r) + reach))
        }
        let (a, b) = (fisher(first), fisher(second))
        let (square, other) = (first * first, second * second)
        let shared =
            ((between - 0.5 * first * second) * (1 - square - other - between * between) + between * between * between)
            / ((1 - square) * (1 - other))
        func width(_ left: Double, _ right: Double) -> Double {
            max(0, left * left + right * right - 2 * shared * left * right).squareRoot()
        }
        return Interval(
            difference - width(first - a.lower, b.upper - second), difference + width(a.upper - first, second - b.lower)
        )
    }

    /// From the triples themselves, by Pearson's correlation.
    package static func pearson(
        gold: [Double], _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
    ) throws(StatisticsError) -> DependentCorrelations {
        try DependentCorrelations(
            first: Correlation.pearson(gold, first).coefficient,
            second: Correlation.pearson(gold, second).coefficient,
            between: Correlation.pearson(first, second).coefficient, count: gold.count, alternative: alternative)
    }

    /// From the ranks of the triples.
    package static func spearman(
        gold: [Double], _ first: [Double], _ second: [Double], alternative: Alternative = .twoSided
    ) throws(StatisticsError) -> DependentCorrelations {
        for values in [gold, first, second] {
            try requireFinite(values, atLeast: 4, for: "A comparison of dependent correlations")
        }
        return try pearson(
            gold: Ranks(of: gold).values, Ranks(of: first).values, Ranks(of: second).values, alternative: alternative)
    }
}

/// Student's and Welch's t-tests: is a difference of means larger than chance would make it?
///
/// All four assume that the observations are independent and roughly normal. T = difference / standard error,
/// referred to Student's distribution. Values equal `scipy.stats.ttest_ind`, `ttest_ind_from_stats`,
/// `ttest_rel` and `ttest_1samp`.
package struct TTest: Equatable, Sendable {
    /// T.
    package let statistic: Double
    /// ν; fractional in Welch's test.
    package let degreesOfFreedom: Double
    package let p: Double
    package let alternative: Alternative
    /// First mean − second mean (or − the reference value).
    package let difference: Double
    /// The standard error of `difference`.
    package let standardError: Double
    /// The confidence interval of `difference`; one side is infinite where the alternative has one side.
    package let interval: Interval

    /// Student's test of two independent groups with one common variance.
    package static func pooled(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        try pooled(
            Summary(a, for: "Student's t-test"), Summary(b, for: "Student's t-test"),
            alternative: alternative, confidence: confidence)
    }

    /// Student's test from the groups' means, sample deviations and counts:
    /// s² = ((n₁ − 1)s₁² + (n₂ − 1)s₂²) / (n₁ + n₂ − 2), T = (m₁ − m₂) / (s √(1/n₁ + 1/n₂)).
    package static func pooled(
        _ a: Summary, _ b: Summary, alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        try a.validated(for: "Student's t-test")
        try b.validated(for: "Student's t-test")
        let (n, m) = (Double(a.count), Double(b.count))
        let squares = (n - 1) * a.deviation * a.deviation + (m - 1) * b.deviation * b.deviation
        return try TTest(
            difference: a.difference(from: b), standardError: (squares / (n + m - 2) * (1 / n + 1 / m)).squareRoot(),
            degreesOfFreedom: n + m - 2, alternative, confidence, name: "Student's t-test")
    }

    /// Welch's test of two independent groups, each with its own variance.
    package static func welch(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        try welch(
            Summary(a, for: "Welch's t-test"), Summary(b, for: "Welch's t-test"),
            alternative: alternative, confidence: confidence)
    }

    /// Welch's test from summaries: T = (m₁ − m₂) / √(e₁ + e₂) with e = s²/n, and
    /// ν = (e₁ + e₂)² / (e₁²/(n₁ − 1) + e₂²/(n₂ − 1)) (Welch and Satterthwaite).
    package static func welch(
        _ a: Summary, _ b: Summary, alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        try a.validated(for: "Welch's t-test")
        try b.validated(for: "Welch's t-test")
        let total = a.squaredError + b.squaredError
        guard total > 0 else { throw .noVariation(what: "Welch's t-test") }
        let (shareA, shareB) = (a.squaredError / total, b.squaredError / total)
        let freedom = 1 / (shareA * shareA / Double(a.count - 1) + shareB * shareB / Double(b.count - 1))
        return try TTest(
            difference: a.difference(from: b), standardError: total.squareRoot(), degreesOfFreedom: freedom,
            alternative, confidence, name: "Welch's t-test")
    }

    /// The test of differences within pairs, against zero.
    package static func paired(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        guard a.count == b.count else { throw .unpaired(first: a.count, second: b.count) }
        let differences = zip(a, b).map { $0 - $1 }
        return try oneSample(
            Summary(differences, for: "A paired t-test"), reference: 0, alternative, confidence,
            name: "A paired t-test")
    }

    /// The test of one group's mean against a reference value.
    package static func oneSample(
        _ values: [Double], reference: Double = 0, alternative: Alternative = .twoSided,
        confidence: Double = 0.95
    ) throws(StatisticsError) -> TTest {
        try oneSample(
            Summary(values, for: "A one-sample t-test"), reference: reference, alternative, confidence,
            name: "A one-sample t-test")
    }

    private static func oneSample(
        _ group: Summary, reference: Double, _ alternative: Alternative, _ confidence: Double, name: String
    ) throws(StatisticsError) -> TTest {
        try TTest(
            difference: group.difference(from: reference), standardError: group.squaredError.squareRoot(),
            degreesOfFreedom: Double(group.count - 1), alternative, confidence, name: name)
    }

    private init(
        difference: Double, standardError: Double, degreesOfFreedom: Double, _ alternative: Alternative,
        _ confidence: Double, name: String
    ) throws(StatisticsError) {
        try requireConfidence(confidence)
        guard standardError > 0 else { throw .noVariation(what: name) }
        let distribution = StudentDistribution(checked: degreesOfFreedom)
        let doubt = 1 - confidence
        let reach = standardError * distribution.upperPoint(alternative == .twoSided ? doubt / 2 : doubt)
        let t = difference / standardError
        guard t.isFinite, standardError.isFinite else {
            throw .outOfRange(what: "T", value: t, range: "finite; the values are too large or too close together")
        }
        statistic = t
        self.degreesOfFreedom = degreesOfFreedom
        p = distribution.p(t, alternative)
        self.alternative = alternative
        self.difference = difference
        self.standardError = standardError
        interval =
            switch alternative {
            case .twoSided: Interval(around: difference, reach: reach)
            case .less: Interval(-.infinity, difference + reach)
            case .greater: Interval(difference - reach, .infinity)
            }
    }
}

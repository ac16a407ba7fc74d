/// Two one-sided tests of whether a difference of means lies within a margin (Schuirmann 1987).
///
/// "No difference was found" is no evidence that there is none. This test turns the burden round: its null is that the
/// difference is at least as large as the margin on one side, and p is the larger of the two one-sided p values, as in
/// statsmodels' `ttost_ind` and `ttost_paired`. It is below 0.05 exactly where the 90 % interval lies within the
/// margin.
/// The margin, the largest difference that would not matter, is chosen before the scores are seen.
package struct EquivalenceTest: Equatable, Sendable {
    /// First mean − second mean.
    package let difference: Double
    package let lower: Double
    package let upper: Double
    /// The larger of the two.
    package let p: Double
    /// T of the test against the lower margin, and against the upper one.
    package let lowerT: Double
    package let upperT: Double
    package let degreesOfFreedom: Double
    /// The 90 % interval of the difference.
    package let interval: Interval

    /// Of two groups with one variance.
    package static func pooled(_ a: Summary, _ b: Summary, within margin: Interval) throws(StatisticsError) -> Self {
        try Self(TTest.pooled(a, b, confidence: 0.9), margin)
    }

    /// Of two groups, each with its own variance.
    package static func welch(_ a: Summary, _ b: Summary, within margin: Interval) throws(StatisticsError) -> Self {
        try Self(TTest.welch(a, b, confidence: 0.9), margin)
    }

    /// Of differences within pairs.
    package static func paired(
        _ a: [Double], _ b: [Double], within margin: Interval
    ) throws(StatisticsError) -> Self {
        try Self(TTest.paired(a, b, confidence: 0.9), margin)
    }

    /// - Parameter margin: from the largest negative difference that would not matter to the largest positive one.
    private init(_ test: TTest, _ margin: Interval) throws(StatisticsError) {
        guard margin.lower < margin.upper, margin.lower.isFinite, margin.upper.isFinite else {
            throw .outOfRange(what: "The margin's width", value: margin.upper - margin.lower, range: "positive")
        }
        let student = StudentDistribution(checked: test.degreesOfFreedom)
        lowerT = (test.difference - margin.lower) / test.standardError
        upperT = (test.difference - margin.upper) / test.standardError
        p = max(student.p(lowerT, .greater), student.p(upperT, .less))
        difference = test.difference
        (lower, upper) = (margin.lower, margin.upper)
        degreesOfFreedom = test.degreesOfFreedom
        interval = test.interval
    }
}

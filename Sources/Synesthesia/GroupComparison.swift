import SynReports
import SynStatistics

/// Two groups of scores, such as those of BERT-style and CLIP-style encoders, held against each other by Welch's
/// t-test.
///
/// Scores of one encoder under several seeds are not independent encoders: give one score for each encoder, its mean,
/// to ask whether other encoders of these groups would differ too.
public struct GroupComparison: Sendable, Equatable {
    /// Mean of the first group minus mean of the second.
    public let difference: Double
    /// The 95 % interval of the difference.
    public let interval: ClosedRange<Double>
    /// The two-sided p of Welch's test (scipy's `ttest_ind(equal_var=False)`).
    public let p: Double
    /// Welch–Satterthwaite.
    public let degreesOfFreedom: Double
    /// Everything else the project computes of two groups, as a text for the terminal: Student's, Mann-Whitney,
    /// permutation tests, effect sizes, and which answers which question.
    public let report: String

    /// - Throws where a group has fewer than two scores or no spread, or a score is not finite.
    public init(
        _ first: [Double], _ second: [Double], names: (String, String) = ("first", "second")
    ) throws(SynesthesiaError) {
        self = try explained { try GroupComparison(comparing: first, second, names) }
    }
}

extension GroupComparison {
    private init(comparing first: [Double], _ second: [Double], _ names: (String, String)) throws {
        guard names.0 != names.1 else { throw SynesthesiaError(.settings, "both groups are called \(names.0)") }
        for (name, scores) in [(names.0, first), (names.1, second)] where !scores.allSatisfy(\.isFinite) {
            throw SynesthesiaError(.badData, "a score of the group \(name) is not a finite number")
        }
        let test = try TTest.welch(first, second)
        (difference, p, degreesOfFreedom) = (test.difference, test.p, test.degreesOfFreedom)
        interval = test.interval.lower...test.interval.upper
        let scores =
            first.map { Observation(group: names.0, score: $0) } + second.map { Observation(group: names.1, score: $0) }
        report = try SignificanceStudy(scores).record().reportSections.map(\.terminal).joined(separator: "\n")
    }
}

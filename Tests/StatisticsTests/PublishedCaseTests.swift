import SynStatistics
import Testing

/// The published comparison (protocol, section 1): B 22.414 ± .041 (n = 12), C 22.631 ± .066 (n = 12),
/// R 22.130 ± .029 (n = 3), pooled t-tests 2.250e-9, 5.179e-8, 1.175e-8.
@Suite struct PublishedCaseTests {
    private let b = Summary(mean: 22.414, deviation: 0.041, count: 12)
    private let c = Summary(mean: 22.631, deviation: 0.066, count: 12)
    private let r = Summary(mean: 22.130, deviation: 0.029, count: 3)

    /// The range of p when every mean and deviation may be off by half of its last digit. p falls with the
    /// distance of the means and grows with both deviations, so two corners hold the range.
    private func range(_ x: Summary, _ y: Summary) throws -> Interval {
        let half = 0.0005
        let (low, high) = x.mean < y.mean ? (x, y) : (y, x)
        func corner(_ direction: Double) throws -> Double {
            var (low, high) = (low, high)
            low.mean -= direction * half
            high.mean += direction * half
            low.deviation -= direction * half
            high.deviation -= direction * half
            return try TTest.pooled(low, high).p
        }
        return try Interval(corner(1), corner(-1))
    }

    @Test func publishedValuesLieWithinTheRoundingOfTheirInputs() throws {
        for (name, x, y, published) in [("B-C", b, c, 2.250e-9), ("B-R", b, r, 5.179e-8), ("C-R", c, r, 1.175e-8)] {
            let point = try TTest.pooled(x, y).p
            let range = try range(x, y)
            print("\(name): p \(point), from \(range.lower) to \(range.upper) within rounding; published \(published)")
            #expect(range.contains(published), "\(name): \(range) does not hold \(published)")
            #expect(range.contains(point))
        }
    }

    @Test func pointValuesEqualScipy() throws {
        // The first three rows of the fixture's summaries are the published ones.
        var errors = LargestError()
        for ((x, y), row) in zip([(b, c), (b, r), (c, r)], try Reference.load().summaries) {
            #expect(row.a == [x.mean, x.deviation, Double(x.count)])
            #expect(row.b == [y.mean, y.deviation, Double(y.count)])
            errors.see(try TTest.pooled(x, y).p, row.pooled.p, "\(row.a) \(row.b)")
        }
        errors.check("p of the published comparisons, scipy")
    }

    @Test func recordFromTheSummaryFile() throws {
        let text = "group,mean,sd,n\nB,22.414,.041,12\nC,22.631,.066,12\nR,22.130,.029,3\n"
        let record = try SignificanceStudy(GroupsFile(Array(text.utf8), file: "t.csv"), source: "t.csv").record()
        #expect(record.comparisons.map { $0.a + $0.b } == ["BC", "BR", "CR"])
        let p = record.comparisons.compactMap { $0[.student]?.p }
        #expect(try p == [TTest.pooled(b, c).p, TTest.pooled(b, r).p, TTest.pooled(c, r).p])
        let holm = record.comparisons.compactMap { $0[.student]?.pHolm }
        // From the smallest: B-C times 3, C-R times 2, B-R times 1.
        #expect(holm == [3 * p[0], p[1], 2 * p[2]])
        for comparison in record.comparisons {
            #expect(comparison[.welch]?.p != nil)
            #expect(comparison[.mannWhitney]?.unavailable?.contains("needs its scores") == true)
            #expect(comparison[.encoderPermutation]?.unavailable?.contains("encoders") == true)
            #expect(comparison.effects.map(\.unit) == [.score])
        }
        #expect(record.warnings.map(\.code) == [.encodersUnknown])
    }
}

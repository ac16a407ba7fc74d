import Foundation
import SynStatistics
import TestSupport
import Testing

/// Words drawn again, and equivalence, against `Tests/Fixtures/statistics/make_resampling.py`.
@Suite struct ResamplingTests {
    private struct Reference: Decodable {
        struct Case: Decodable { let drawn: [Int]; let r: [Double]? }
        struct Equivalence: Decodable {
            let a, b: [Double]; let margin: Double; let pooled, welch: [Double]; let paired: [Double]?
        }
        let x, y: [Double]; let words: [[Int]]; let cases: [Case]
        let pearson, spearman: [Double]; let equivalence: [Equivalence]
    }

    private let reference: Reference

    init() throws {
        reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: Fixture.url("statistics/resampling.json")))
    }

    @Test func correlationsOfRepeatedPairs() throws {
        var errors = LargestError()
        for (number, row) in reference.cases.enumerated() {
            let wanted = try #require(row.r)
            let counts = reference.words.map { pair in
                Double(pair[0] == pair[1] ? row.drawn[pair[0]] : row.drawn[pair[0]] * row.drawn[pair[1]])
            }
            for (kind, value) in zip([Bootstrap.Kind.pearson, .spearman], wanted) {
                let found = Bootstrap.correlation(reference.x, reference.y, kind, counts: counts)
                errors.see(try #require(found), value, "draw \(number), \(kind)")
            }
        }
        errors.check("correlations of drawn words, scipy")
    }

    @Test func intervalOfWords() throws {
        let words = reference.words.map { ($0[0], $0[1]) }
        for (kind, wanted) in [(Bootstrap.Kind.pearson, reference.pearson), (.spearman, reference.spearman)] {
            var generator = SeededGenerator(seed: 4)
            let found = try Bootstrap.wordInterval(
                reference.x, reference.y, words: words, kind, resamples: 20_000, using: &generator)
            let width = wanted[1] - wanted[0]
            #expect(abs(found.lower - wanted[0]) < 0.03 * width && abs(found.upper - wanted[1]) < 0.03 * width)
            // Words that share pairs make the interval wider than pairs that are drawn one by one.
            var other = SeededGenerator(seed: 4)
            let pairs = try Bootstrap.correlationInterval(reference.x, reference.y, kind, using: &other)
            #expect(found.upper - found.lower > 1.5 * (pairs.upper - pairs.lower))
        }
    }

    @Test func equivalenceEqualsStatsmodels() throws {
        var errors = LargestError()
        for (number, row) in reference.equivalence.enumerated() {
            let margin = Interval(-row.margin, row.margin)
            func compare(_ found: EquivalenceTest, _ wanted: [Double], _ name: String) {
                for (value, other) in zip([found.p, found.lowerT, found.upperT, found.degreesOfFreedom], wanted) {
                    errors.see(value, other, "case \(number), \(name)")
                }
                let isInside = row.margin > max(-found.interval.lower, found.interval.upper)
                #expect(isInside == (found.p < 0.05))
            }
            let (a, b) = (try Summary(row.a), try Summary(row.b))
            compare(try .pooled(a, b, within: margin), row.pooled, "pooled")
            compare(try .welch(a, b, within: margin), row.welch, "welch")
            if let paired = row.paired { compare(try .paired(row.a, row.b, within: margin), paired, "paired") }
        }
        errors.check("equivalence, statsmodels")
        let summary = try Summary([1, 2, 4])
        #expect(throws: StatisticsError.self) { try EquivalenceTest.welch(summary, summary, within: Interval(1, 1)) }
    }

    @Test func undefinedTestsStayInTheFamily() throws {
        #expect(holmCorrected([0.01, 0.02], of: 5) == [0.05, 0.08])
        #expect(holmCorrected([0.01, 0.02], of: 1) == holmCorrected([0.01, 0.02]))
        // c has a single score, so two of three t-tests do not exist.
        let scores = [("a", [1.0, 1.1, 0.9, 1.2]), ("b", [2.0, 2.1, 2.2, 1.8]), ("c", [3.0])].flatMap { group, values in
            values.map { Observation(group: group, score: $0) }
        }
        let record = try SignificanceStudy(scores).record()
        let test = try #require(record.comparisons[0][.student])
        #expect(test.pHolm == 3 * (try #require(test.p)))
        #expect(record.comparisons[0][.equivalence] == nil)
        #expect(record.comparisons[1][.student]?.p == nil)
    }

    @Test func equivalenceInARecord() throws {
        let scores = [("a", [1.0, 1.1, 0.9, 1.2]), ("b", [1.1, 1.0, 0.95, 1.15])].flatMap { group, values in
            values.enumerated().map { Observation(group: group, encoder: "e\($0)", seed: 1, score: $1) }
        }
        var settings = SignificanceStudy.Settings()
        settings.margin = 0.5
        let comparison = try SignificanceStudy(scores, settings: settings).record().comparisons[0]
        for name in [SignificanceTest.equivalence, .encoderEquivalence, .pairedEquivalence] {
            let test = try #require(comparison[name])
            #expect((test.p ?? 1) < 0.05 && test.margin == 0.5 && test.interval90 != nil)
        }
        settings.margin = 0.01
        let strict = try SignificanceStudy(scores, settings: settings).record().comparisons[0]
        #expect((strict[.equivalence]?.p ?? 0) > 0.05)
    }
}

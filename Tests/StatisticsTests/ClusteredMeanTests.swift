import Foundation
import SynStatistics
import TestSupport
import Testing

/// Means of clustered values against statsmodels: `Tests/Fixtures/statistics/make_clustered.py`.
@Suite struct ClusteredMeanTests {
    private struct Case: Decodable {
        let values: [Double]; let clusters: [Int]; let mean, se, p: Double; let ci: [Double]
    }

    @Test func equalStatsmodels() throws {
        let cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: Fixture.url("statistics/clustered.json")))
        var errors = LargestError()
        for row in cases {
            var generator = SeededGenerator(seed: 3)
            let found = try ClusteredMean(row.values, clusters: row.clusters, using: &generator)
            let place = "\(found.clusters) clusters"
            errors.see(found.mean, row.mean, scale: row.se, place)
            errors.see(found.standardError, row.se, place)
            errors.see(found.p, row.p, place)
            errors.see(found.interval, row.ci.map { $0 }, scale: row.se, place)
            // Resampling says about the same where clusters are many.
            if found.clusters >= 40 {
                #expect(abs(found.resampled.lower - found.interval.lower) < 0.2 * row.se)
                #expect(abs(found.resampled.upper - found.interval.upper) < 0.2 * row.se)
            }
        }
        errors.check("clustered means, statsmodels")
    }

    @Test func wrongInput() throws {
        var generator = SeededGenerator(seed: 1)
        #expect(throws: StatisticsError.self) { try ClusteredMean([1, 2], clusters: [1], using: &generator) }
        #expect(throws: StatisticsError.self) { try ClusteredMean([1, 2], clusters: [1, 1], using: &generator) }
        #expect(throws: StatisticsError.self) { try ClusteredMean([1, .nan], clusters: [1, 2], using: &generator) }
        // A constant that is not 0 has no spread and no doubt.
        #expect(try ClusteredMean([2, 2, 2], clusters: [1, 2, 3], using: &generator).p == 0)
    }
}

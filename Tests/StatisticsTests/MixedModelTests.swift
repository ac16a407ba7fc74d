import Foundation
import SynStatistics
import TestSupport
import Testing

/// Mixed models against restricted likelihoods maximised another way: `Tests/Fixtures/statistics/make_mixed.py`.
@Suite struct MixedModelTests {
    private struct Case: Decodable {
        struct Test: Decodable { let weights: [Double]; let value, se, df, p: Double }
        let y: [Double]
        let columns: [[Double]]
        let factors: [[Int]]
        let variances, beta: [Double]
        let criterion: Double
        let tests: [Test]
    }

    private static func cases() throws -> [String: Case] {
        try JSONDecoder().decode(
            [String: Case].self, from: Data(contentsOf: Fixture.url("statistics/mixed.json")))
    }

    private func fit(_ row: Case) throws -> MixedModel {
        try MixedModel(
            row.y, columns: row.columns, factors: row.factors.enumerated().map { .init("\($0.offset)", $0.element) })
    }

    @Test func equalTheDenseRestrictedLikelihood() throws {
        for (name, row) in try Self.cases().sorted(by: { $0.key < $1.key }) {
            let model = try fit(row)
            var (variances, tests) = (LargestError(), LargestError())
            let scale = row.variances.max() ?? 1
            for (found, expected) in zip(model.components.map(\.variance) + [model.residual], row.variances) {
                variances.see(found, expected, scale: scale, name)
            }
            #expect(abs(model.criterion - row.criterion) < 1e-8)
            for test in row.tests {
                let found = try model.estimate(test.weights)
                tests.see(found.value, test.value, scale: test.se, name)
                tests.see(found.standardError, test.se, name)
                tests.see(found.degreesOfFreedom, test.df, name)
                tests.see(found.p, test.p, name)
            }
            print("\(name): variances within \(variances.value), tests within \(tests.value)")
            #expect(variances.value < 1e-6 && tests.value < 1e-5, "\(name): \(variances.value) \(tests.value)")
        }
    }

    /// As lme4 prints them.
    @Test func dyestuffAsPublished() throws {
        let model = try fit(try #require(Self.cases()["dyestuff"]))
        #expect(abs(model.components[0].variance - 1764.05) < 0.005 && abs(model.residual - 2451.25) < 0.005)
        #expect(abs(model.criterion - 319.6543) < 0.00005 && abs(model.coefficients[0] - 1527.5) < 1e-9)
    }

    /// A variance that is none at all, columns that say the same, one observation a level.
    @Test func edges() throws {
        // Batches differ less than chance would have it: the variance is 0, as lme4's Dyestuff2 shows.
        let flat = try MixedModel(
            [1, 2, 3, 3, 2, 1, 2, 1, 3], columns: [Array(repeating: 1, count: 9)],
            factors: [.init("batch", of: ["a", "a", "a", "b", "b", "b", "c", "c", "c"])])
        #expect(flat.components[0].variance < 1e-9 && abs(flat.residual - 0.75) < 1e-9)
        #expect(abs(try flat.estimate(of: 0).value - 2) < 1e-12)
        let ones = Array(repeating: 1.0, count: 6)
        #expect(throws: StatisticsError.self) {
            try MixedModel([1, 2, 3, 4, 5, 7], columns: [ones, ones], factors: [.init("a", [0, 0, 1, 1, 2, 2])])
        }
        #expect(throws: StatisticsError.self) {
            try MixedModel([1, .nan, 3, 4, 5, 7], columns: [ones], factors: [.init("a", [0, 0, 1, 1, 2, 2])])
        }
        #expect(throws: StatisticsError.self) { try MixedModel([1, 2, 3, 4, 5, 7], columns: [ones], factors: []) }
    }
}

import Foundation
import SynStatistics
import TestSupport
import Testing

/// Two encoders against the same human scores: the tests and the intervals a table of correlations needs.
@Suite struct DependentCorrelationTests {
    struct Fixtures: Decodable {
        struct Row: Decodable {
            let r1, r2, r12, t, z, p_t, p_z: Double
            let n: Int
        }
        struct Triple: Decodable {
            let gold, first, second: [Double]
            let pearson, spearman: Row
        }
        struct Draw: Decodable {
            let x, y, pearson, spearman: [Double]
            let resamples: Int
            let seed: UInt64
        }
        let dependent: [Row]
        let triples: [Triple]
        let bootstrap: [Draw]
    }

    private let fixtures: Fixtures

    init() throws {
        fixtures = try JSONDecoder().decode(
            Fixtures.self, from: Data(contentsOf: Fixture.url("statistics/dependent.json")))
    }

    private func compare(_ test: DependentCorrelations, _ row: Fixtures.Row, _ errors: inout LargestError) {
        let place = "r₁ \(row.r1), r₂ \(row.r2), r₁₂ \(row.r12), n \(row.n)"
        errors.see(test.williamsT, row.t, place)
        errors.see(test.williamsP, row.p_t, place)
        errors.see(test.steigerZ, row.z, place)
        errors.see(test.steigerP, row.p_z, place)
    }

    @Test func equalTheFormulasInFiftyDigits() throws {
        var errors = LargestError()
        for row in fixtures.dependent {
            compare(
                try DependentCorrelations(first: row.r1, second: row.r2, between: row.r12, count: row.n), row, &errors)
        }
        errors.check("Williams and Steiger from correlations", within: 1e-10)
        var measured = LargestError()
        for triple in fixtures.triples {
            compare(try .pearson(gold: triple.gold, triple.first, triple.second), triple.pearson, &measured)
            compare(try .spearman(gold: triple.gold, triple.first, triple.second), triple.spearman, &measured)
        }
        measured.check("Williams and Steiger from values", within: 1e-10)
    }

    @Test("the interval of a difference is Zou's: his published example, and two more by his formulas in Python")
    func zou() throws {
        // Zou (2007), Psychological Methods 12, 399: r .396 and .179 overlapping, .088 between, n = 66: −.093 to .517.
        var errors = LargestError()
        for (r1, r2, r12, n, low, high) in [
            (0.396, 0.179, 0.088, 66, -0.09290192167481043, 0.5167599724816173),
            (0.5, 0.45, 0.8, 40, -0.13343741121636193, 0.24175844353320122),
            (0.7, 0.2, 0.1, 40, 0.15784587341128525, 0.8408895689592643),
        ] {
            let found = try #require(
                try DependentCorrelations(first: r1, second: r2, between: r12, count: n).differenceInterval)
            errors.see(found.lower, low, "\(r1) − \(r2), lower")
            errors.see(found.upper, high, "\(r1) − \(r2), upper")
        }
        errors.check("Zou's interval", within: 1e-12)
        #expect(try DependentCorrelations(first: 1, second: 0.2, between: 0.2, count: 9).differenceInterval == nil)
    }

    @Test func byHand() throws {
        // r₁ = ½, r₂ = −½, r₁₂ = 0, n = 4: |R| = ½, r̄ = 0, so t = √(3 / (2 · 3 · ½)) = 1 on one degree of freedom,
        // whose two tails hold ½; s = 0, so Z = 2 artanh ½ / √2 = ln 3 / √2.
        let test = try DependentCorrelations(first: 0.5, second: -0.5, between: 0, count: 4)
        #expect(abs(test.williamsT - 1) < 1e-15 && abs(test.williamsP - 0.5) < 1e-15)
        #expect(test.degreesOfFreedom == 1 && test.difference == 1)
        #expect(abs(test.steigerZ - log(3.0) / 2.0.squareRoot()) < 1e-15)
        // No difference: t = Z = 0 and p = 1, even where the two are the same list.
        let same = try DependentCorrelations(first: 0.7, second: 0.7, between: 1, count: 100)
        #expect(same.williamsT == 0 && same.williamsP == 1 && same.steigerZ == 0 && same.steigerP == 1)
        // Exchanged, everything changes its sign and no p does.
        let forth = try DependentCorrelations(first: 0.6, second: 0.4, between: 0.3, count: 50)
        let back = try DependentCorrelations(first: 0.4, second: 0.6, between: 0.3, count: 50)
        #expect(forth.williamsT == -back.williamsT && forth.williamsP == back.williamsP)
        let greater = try DependentCorrelations(first: 0.6, second: 0.4, between: 0.3, count: 50, alternative: .greater)
        #expect(abs(2 * greater.williamsP - forth.williamsP) < 1e-15)
        #expect(abs(2 * greater.steigerP - forth.steigerP) < 1e-15)
    }

    @Test func whatIsUndefinedIsSaid() {
        #expect(throws: StatisticsError.tooFew(what: "A comparison of dependent correlations", needed: 4, found: 3)) {
            try DependentCorrelations(first: 0.1, second: 0.2, between: 0, count: 3)
        }
        #expect(throws: StatisticsError.self) {
            try DependentCorrelations(first: 1.1, second: 0.2, between: 0, count: 10)
        }
        #expect(throws: StatisticsError.self) {
            try DependentCorrelations(first: .nan, second: 0.2, between: 0, count: 10)
        }
        #expect(throws: StatisticsError.unpaired(first: 5, second: 4)) {
            try DependentCorrelations.spearman(gold: [1, 2, 3, 4, 5], [1, 2, 4, 3, 5], [1, 2, 3, 4])
        }
        #expect(throws: StatisticsError.noVariation(what: "A Pearson correlation")) {
            try DependentCorrelations.pearson(gold: [1, 2, 3, 4], [5, 5, 5, 5], [1, 2, 3, 4])
        }
    }

    @Test func bootstrapEqualsScipyOnTheSameDraws() throws {
        var errors = LargestError()
        for draw in fixtures.bootstrap {
            for (kind, expected) in [(Bootstrap.Kind.pearson, draw.pearson), (.spearman, draw.spearman)] {
                var generator = SeededGenerator(seed: draw.seed)
                let interval = try Bootstrap.correlationInterval(
                    draw.x, draw.y, kind, resamples: draw.resamples, using: &generator)
                errors.see(interval, expected, scale: 1e-3, "\(kind), n = \(draw.x.count)")
            }
        }
        errors.check("bootstrap intervals of correlations", within: 1e-10)
    }

    @Test func bootstrapByHand() throws {
        // A perfect line stays one in every resample that varies.
        let line = (0..<30).map(Double.init)
        for kind in Bootstrap.Kind.allCases {
            var generator = SeededGenerator(seed: 1)
            let interval = try Bootstrap.correlationInterval(line, line.map { 5 - 2 * $0 }, kind, using: &generator)
            #expect(abs(interval.lower + 1) < 1e-12 && abs(interval.upper + 1) < 1e-12)
        }
        // A constant list never varies; the same seed gives the same interval; unequal lists are refused.
        var generator = SeededGenerator(seed: 1)
        #expect(throws: StatisticsError.noVariation(what: "A bootstrap interval of a correlation")) {
            try Bootstrap.correlationInterval([1, 2, 3], [4, 4, 4], .pearson, using: &generator)
        }
        #expect(throws: StatisticsError.unpaired(first: 3, second: 2)) {
            try Bootstrap.correlationInterval([1, 2, 3], [4, 4], .spearman, using: &generator)
        }
        var (one, two) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9))
        let x = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let y = [2.0, 7, 1, 8, 2, 8, 1, 8]
        #expect(
            try Bootstrap.correlationInterval(x, y, .spearman, using: &one)
                == Bootstrap.correlationInterval(x, y, .spearman, using: &two))
    }
}

import Foundation
import SynStatistics
import Testing

@Suite struct TwoGroupTests {
    @Test func tTestsEqualScipy() throws {
        var (statistics, probabilities, intervals) = (LargestError(), LargestError(), LargestError())
        for row in try Reference.load().groups {
            for (key, expected) in row.scipy ?? [:] {
                let words = key.split(separator: " ")
                let alternative = try #require(Alternative(rawValue: String(words[1])))
                let test =
                    words[0] == "pooled"
                    ? try TTest.pooled(row.a, row.b, alternative: alternative)
                    : try TTest.welch(row.a, row.b, alternative: alternative)
                let place = "\(row.name), \(key)"
                statistics.see(test.statistic, expected.T, place)
                statistics.see(test.degreesOfFreedom, expected.dof, place)
                probabilities.see(test.p, expected.p, place)
                intervals.see(test.interval, try #require(expected.ci), scale: test.standardError, place)
            }
        }
        statistics.check("T and degrees of freedom, scipy")
        probabilities.check("p of t-tests, scipy")
        intervals.check("intervals of t-tests, scipy (scale: standard error)")
    }

    @Test func tTestsEqualMpmathDownToTheSmallestTails() throws {
        var (statistics, probabilities, intervals, effects) =
            (LargestError(), LargestError(), LargestError(), LargestError())
        for row in try Reference.load().groups {
            for (name, test, expected) in [
                ("pooled", try TTest.pooled(row.a, row.b), row.exact.pooled),
                ("welch", try TTest.welch(row.a, row.b), row.exact.welch),
            ] {
                let place = "\(row.name), \(name)"
                statistics.see(test.statistic, expected.T, place)
                statistics.see(test.degreesOfFreedom, expected.dof, place)
                if expected.p > 1e-300 { probabilities.see(test.p, expected.p, place) }
                intervals.see(test.interval, try #require(expected.ci), scale: test.standardError, place)
            }
            let effect = try EffectSize(row.a, row.b)
            effects.see(effect.cohenD, row.exact.effect.d, "d, \(row.name)")
            effects.see(effect.hedgesG, row.exact.effect.g, "g, \(row.name)")
            effects.see(effect.cohenDInterval, row.exact.effect.d_ci, scale: 1, "d, \(row.name)")
            effects.see(effect.hedgesGInterval, row.exact.effect.g_ci, scale: 1, "g, \(row.name)")
        }
        statistics.check("T and degrees of freedom, mpmath")
        probabilities.check("p of t-tests, mpmath")
        intervals.check("intervals of t-tests, mpmath (scale: standard error)")
        effects.check("effect sizes, mpmath")
    }

    @Test func summariesEqualScipy() throws {
        var (statistics, probabilities) = (LargestError(), LargestError())
        for row in try Reference.load().summaries {
            let a = Summary(mean: row.a[0], deviation: row.a[1], count: Int(row.a[2]))
            let b = Summary(mean: row.b[0], deviation: row.b[1], count: Int(row.b[2]))
            for (test, expected) in [
                (try TTest.pooled(a, b), row.pooled), (try TTest.welch(a, b), row.welch),
            ] {
                let place = "\(row.a) \(row.b)"
                statistics.see(test.statistic, expected.T, place)
                statistics.see(test.degreesOfFreedom, expected.dof, place)
                probabilities.see(test.p, expected.p, place)
                probabilities.see(test.p, try #require(expected.pExact), place)
            }
        }
        statistics.check("T from summaries, scipy")
        probabilities.check("p from summaries, scipy and mpmath")
    }

    @Test func mannWhitneyEqualsScipy() throws {
        var errors = LargestError()
        var methods: Set<MannWhitney.Method> = []
        for row in try Reference.load().groups {
            for (key, expected) in row.ranks ?? [:] {
                let test = try MannWhitney(row.a, row.b, alternative: try #require(Alternative(rawValue: key)))
                methods.insert(test.method)
                #expect(test.statistic == expected.U)
                errors.see(test.p, expected.p, "\(row.name), \(key), \(test.method)")
            }
        }
        #expect(methods == [.exact, .asymptotic])
        errors.check("p of Mann-Whitney, scipy")
    }

    @Test func exactPermutationEqualsScipy() throws {
        var errors = LargestError()
        var generator = SeededGenerator(seed: 0)
        for row in try Reference.load().groups {
            for (key, expected) in row.permutation ?? [:] {
                let alternative = try #require(Alternative(rawValue: key))
                let test = try PermutationTest(row.a, row.b, alternative: alternative, using: &generator)
                #expect(test.method == .exact)
                errors.see(test.difference, expected.difference, scale: 1e-3, "\(row.name), \(key)")
                errors.see(test.p, expected.p, "\(row.name), \(key)")
            }
        }
        errors.check("exact permutation, scipy")
    }

    @Test func tTestsByHand() throws {
        // Means 2 and 5, variances 1 and 1: T = −3 / √(1 · 2/3), ν = 4.
        let pooled = try TTest.pooled([1, 2, 3], [4, 5, 6])
        #expect(abs(pooled.statistic + 3 / (2.0 / 3).squareRoot()) < 1e-15)
        #expect(pooled.degreesOfFreedom == 4)
        #expect(pooled.difference == -3)
        // ν = 4 in closed form: p = 1 − (3/2)s + s³/2 with s = |t| / √(t² + 4)
        let s = (13.5 / 17.5).squareRoot()
        #expect(abs(pooled.p - (1 - 1.5 * s + s * s * s / 2)) < 1e-15)
        let welch = try TTest.welch([1, 2, 3], [4, 5, 6])
        #expect(abs(welch.degreesOfFreedom - 4) < 1e-14)
        // Differences 1, 3: mean 2, standard error 1, ν = 1: p = 1 − 2 arctan(2)/π.
        let paired = try TTest.paired([2, 5], [1, 2])
        #expect(abs(paired.statistic - 2) < 1e-15)
        #expect(abs(paired.p - (1 - 2 * atan(2) / .pi)) < 1e-15)
        // t of 97.5 % at one degree of freedom is tan(0.475π).
        #expect(abs(paired.interval.upper - (2 + tan(0.475 * .pi))) < 1e-12)
        #expect(try TTest.oneSample([1, 2, 3], reference: 2).p == 1)
        let less = try TTest.pooled([1, 2, 3], [4, 5, 6], alternative: .less)
        let greater = try TTest.pooled([1, 2, 3], [4, 5, 6], alternative: .greater)
        #expect(abs(less.p - pooled.p / 2) < 1e-16)
        #expect(abs(less.p + greater.p - 1) < 1e-15)
        #expect(less.interval.lower == -.infinity && greater.interval.upper == .infinity)
    }

    @Test func mannWhitneyByHand() throws {
        // All three of the first below all three of the second: 1 of C(6, 3) = 20 orders on each side.
        let apart = try MannWhitney([1, 2, 3], [4, 5, 6])
        #expect(apart.statistic == 0)
        #expect(apart.method == .exact)
        #expect(abs(apart.p - 0.1) < 1e-16)
        #expect(try abs(MannWhitney([1, 2, 3], [4, 5, 6], alternative: .less).p - 0.05) < 1e-16)
        #expect(try MannWhitney([1, 2, 3], [4, 5, 6], alternative: .greater).p == 1)
        let tied = try MannWhitney([1, 2], [2, 3])   // pairs: < < = <, so U = ½
        #expect(tied.statistic == 0.5)
        #expect(tied.method == .asymptotic)
        #expect(try MannWhitney([7, 7], [7, 7, 7]).p == 1)
        #expect(Ranks(of: [3, 1, 3, 2]).values == [3.5, 1, 3.5, 2])
        #expect(Ranks(of: [3, 1, 3, 2]).ties == [2])
    }

    @Test func permutationByHand() throws {
        var generator = SeededGenerator(seed: 1)
        let apart = try PermutationTest([1, 2], [3, 4], using: &generator)   // 1 of 6 on each side
        #expect(abs(apart.p - 2.0 / 6) < 1e-15)
        #expect(apart.assignments == 6)
        #expect(apart.smallestP == 2.0 / 6)
        #expect(apart.difference == -2)
        // Two encoders against two, three seeds each: C(4, 2) = 6 assignments, however many scores there are.
        let whole = try PermutationTest(
            units: [[1, 1.1, 0.9], [1.2, 1.3, 1.1]], [[2, 2.1, 1.9], [2.2, 2.3, 2.1]], using: &generator)
        #expect(whole.assignments == 6)
        #expect(abs(whole.p - 2.0 / 6) < 1e-15)
        let scores = try PermutationTest(
            [1, 1.1, 0.9, 1.2, 1.3, 1.1], [2, 2.1, 1.9, 2.2, 2.3, 2.1], using: &generator)
        #expect(scores.assignments == 924)
        #expect(abs(scores.p - 2.0 / 924) < 1e-15)
        // Unequal seeds: {5} against {1, 2} is 3.5, the other way round −3.5.
        let unequal = try PermutationTest(units: [[5]], [[1, 2]], alternative: .greater, using: &generator)
        #expect(unequal.difference == 3.5)
        #expect(unequal.p == 0.5)
    }

    @Test func monteCarloPermutationIsSeededAndNearTheExactOne() throws {
        let a = [22.4, 22.5, 22.1, 22.9, 22.3, 22.6, 22.0], b = [22.7, 22.8, 22.2, 23.0, 22.35, 23.1, 22.65]
        var (one, same, other) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3), SeededGenerator(seed: 4))
        let exact = try PermutationTest(a, b, using: &one)
        let drawn = try PermutationTest(a, b, limit: 0, draws: 20_000, using: &one)
        let again = try PermutationTest(a, b, limit: 0, draws: 20_000, using: &same)
        let differently = try PermutationTest(a, b, limit: 0, draws: 20_000, using: &other)
        #expect(drawn == again)   // the exact test took nothing from the generator
        #expect(drawn != differently)
        #expect(drawn.method == .monteCarlo)
        // Five standard errors of a proportion, doubled for two sides.
        let allowance = 2 * 5 * (exact.p / 2 * (1 - exact.p / 2) / 20_000).squareRoot()
        #expect(abs(drawn.p - exact.p) < allowance, "\(drawn.p) for \(exact.p)")
        // A difference no draw reaches: p = 2 · 1 / (n + 1), never zero.
        let far = try PermutationTest(
            (0..<40).map(Double.init), (100..<140).map(Double.init), draws: 999, using: &one)
        #expect(far.p == 2.0 / 1000)
    }

    @Test func whatIsUndefinedIsSaid() throws {
        #expect(throws: StatisticsError.tooFew(what: "Student's t-test", needed: 2, found: 1)) {
            try TTest.pooled([1], [2, 3])
        }
        #expect(throws: StatisticsError.noVariation(what: "Welch's t-test")) { try TTest.welch([1, 1], [2, 2]) }
        #expect(throws: StatisticsError.unpaired(first: 2, second: 3)) { try TTest.paired([1, 2], [1, 2, 3]) }
        #expect(throws: StatisticsError.self) { try TTest.pooled([1, .nan], [2, 3]) }
        #expect(throws: StatisticsError.self) { try TTest.pooled([1, 2], [2, 3], confidence: 1) }
        #expect(throws: StatisticsError.self) {
            try TTest.pooled(
                Summary(mean: 1, deviation: -1, count: 3), Summary(mean: 1, deviation: 1, count: 3))
        }
        #expect(throws: StatisticsError.self) { try MannWhitney([], [1]) }
        #expect(throws: StatisticsError.self) { try EffectSize([1, 1], [2, 2]) }
        let sentence = StatisticsError.tooFew(what: "Student's t-test", needed: 2, found: 1).localizedDescription
        #expect(sentence == "Student's t-test is undefined for 1 value: at least 2 are needed.")
        // One constant group is no obstacle.
        #expect(try TTest.welch([1, 1, 1], [2, 3]).degreesOfFreedom == 1)
    }
}

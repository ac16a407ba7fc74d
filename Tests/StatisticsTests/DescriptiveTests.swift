import Foundation
import SynStatistics
import TestSupport
import Testing

@Suite struct DescriptiveTests {
    @Test func byHand() throws {
        let four = try Descriptives([4, 1, 3, 2])
        #expect(four.mean == 2.5 && four.median == 2.5)
        #expect(four.populationDeviation == 1.25.squareRoot())
        #expect(four.sampleDeviation == (5.0 / 3).squareRoot())
        #expect(four.minimum == 1 && four.maximum == 4)
        let one = try Descriptives([7])
        #expect(one.mean == 7 && one.median == 7 && one.populationDeviation == 0 && one.sampleDeviation == nil)
        #expect(try Descriptives([5, 1, 9]).median == 5)
        #expect(throws: StatisticsError.self) { try Descriptives([]) }
        #expect(throws: StatisticsError.notFinite(what: "A mean", index: 1)) { try Descriptives([1, .infinity]) }
    }

    @Test func largeOffsetsCostNoDigits() throws {
        let shifted = try Descriptives([1e9 + 4, 1e9 + 1, 1e9 + 3, 1e9 + 2])
        #expect(shifted.sampleDeviation == (5.0 / 3).squareRoot())
        #expect(try Descriptives([Double](repeating: 0.1, count: 7)).sampleDeviation == 0)
        #expect(try Descriptives([1e16, 1, -1e16]).mean == 1.0 / 3)
    }

    @Test func holm() {
        #expect(holmCorrected([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06])
        #expect(holmCorrected([0.5, 0.6]) == [1, 1])
        #expect(holmCorrected([0.2]) == [0.2])
        #expect(holmCorrected([]) == [])
        #expect(holmCorrected([1e-300, 1, 0]) == [2e-300, 1, 0])
    }

    @Test func effectSizesByHand() throws {
        // Pooled deviation 1, difference −3. ν = 4: J = Γ(2)/(√2 Γ(3/2)) = √(2/π).
        let effect = try EffectSize([1, 2, 3], [4, 5, 6])
        #expect(effect.cohenD == -3)
        #expect(abs(effect.hedgesG + 3 * (2 / Double.pi).squareRoot()) < 1e-14)
        // The bounds are √(2/3) times noncentralities under which t = −3 √(3/2) is at an end of the likely.
        let t = -3 * 1.5.squareRoot()
        for (bound, p) in [(effect.cohenDInterval.lower, 0.975), (effect.cohenDInterval.upper, 0.025)] {
            let found = try NoncentralT(degreesOfFreedom: 4, noncentrality: bound * 1.5.squareRoot()).cumulative(t)
            #expect(abs(found - p) < 1e-12)
        }
    }

    /// A 95 % interval holds the true effect in 95 % of samples, also of two against two, where a normal one does not.
    @Test func effectIntervalsCover() throws {
        let samples = 4000
        for effect in [0.0, 1.5] {
            var stream = SeededGenerator(seed: 5)
            func normal() -> Double {
                let (u, v) = (
                    Double.random(in: Double.leastNonzeroMagnitude..<1, using: &stream),
                    Double.random(in: 0..<1, using: &stream)
                )
                return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v)
            }
            let covered = try (0..<samples).count { _ in
                let found = try EffectSize([effect + normal(), effect + normal()], [normal(), normal()]).cohenDInterval
                return found.lower <= effect && effect <= found.upper
            }
            let share = Double(covered) / Double(samples)
            print("interval of d, 2 against 2, effect \(effect): covers \(share)")
            #expect(abs(share - 0.95) < 4 * (0.95 * 0.05 / Double(samples)).squareRoot())
        }
    }

    @Test func bootstrapIsSeededAndRight() throws {
        let values = [22.41, 22.63, 22.13, 22.5, 22.7, 22.2, 22.45, 22.38, 22.61, 22.09]
        var (one, same, other) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9), SeededGenerator(seed: 10))
        let interval = try Bootstrap.meanInterval(of: values, using: &one)
        #expect(try interval == Bootstrap.meanInterval(of: values, using: &same))
        #expect(try interval != Bootstrap.meanInterval(of: values, using: &other))
        // Two values 0 and 1: resampled means are 0, ½, 1 with probability ¼, ½, ¼.
        #expect(try Bootstrap.meanInterval(of: [0, 1], using: &one) == Interval(0, 1))
        #expect(try Bootstrap.meanInterval(of: [0, 1], confidence: 0.4, using: &one) == Interval(0.5, 0.5))
        // Ten values: near the normal interval with the population deviation.
        let details = try Descriptives(values)
        let reach = 1.96 * details.populationDeviation / 10.0.squareRoot()
        #expect(abs(interval.lower - (details.mean - reach)) < 0.1 * reach)
        #expect(abs(interval.upper - (details.mean + reach)) < 0.1 * reach)
        #expect(throws: StatisticsError.self) { try Bootstrap.meanInterval(of: [1], using: &one) }
    }

    @Test func generatorEqualsTheReferenceStream() {
        // SplitMix64 from seed 1234567, the values published with its reference implementation.
        var generator = SeededGenerator(seed: 1_234_567)
        let stream = (0..<5).map { _ in generator.next() }
        #expect(
            stream == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }
}

@Suite struct CorrelationTests {
    /// `single` and `correlations` have one key per test and alternative.
    private func rows(_ name: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: Fixture.url("statistics/statistics.json"))
        let all = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(all[name] as? [[String: Any]])
    }

    private func number(_ row: [String: Any], _ key: String) throws -> Double {
        try #require(row[key] as? Double)
    }

    private func ends(_ row: [String: Any]) throws -> [Double?] {
        try #require(row["ci"] as? [Any]).map { $0 as? Double }
    }

    @Test func correlationsEqualScipy() throws {
        var (coefficients, probabilities, intervals) = (LargestError(), LargestError(), LargestError())
        for row in try rows("correlations") {
            let x = try #require(row["x"] as? [Double]), y = try #require(row["y"] as? [Double])
            for alternative in Alternative.allCases {
                let place = "n = \(x.count), \(alternative)"
                let pearson = try Correlation.pearson(x, y, alternative: alternative)
                let expected = try #require(row["pearson \(alternative.rawValue)"] as? [String: Any])
                coefficients.see(pearson.coefficient, try number(expected, "r"), place)
                probabilities.see(pearson.p, try number(expected, "p"), place)
                intervals.see(pearson.interval, try ends(expected), scale: 1e-3, place)
                let spearman = try Correlation.spearman(x, y, alternative: alternative)
                let ranked = try #require(row["spearman \(alternative.rawValue)"] as? [String: Any])
                coefficients.see(spearman.coefficient, try number(ranked, "r"), place)
                probabilities.see(spearman.p, try number(ranked, "p"), "spearman " + place)
            }
        }
        coefficients.check("r and rho, scipy")
        probabilities.check("p of correlations, scipy")
        intervals.check("Fisher's interval, scipy")
    }

    @Test func nearlyPerfectLinesEqualMpmath() throws {
        var (coefficients, probabilities) = (LargestError(), LargestError())
        for line in try Reference.load().lines {
            let pearson = try Correlation.pearson(line.x, line.y)
            coefficients.see(pearson.coefficient, line.r, "n = \(line.x.count)")
            probabilities.see(pearson.p, line.p, "n = \(line.x.count)")
        }
        coefficients.check("r of near lines, mpmath")
        probabilities.check("p of near lines, mpmath")
    }

    @Test func pairedAndOneSampleEqualScipy() throws {
        var errors = LargestError()
        for row in try rows("single") {
            let a = try #require(row["a"] as? [Double]), b = try #require(row["b"] as? [Double])
            for alternative in Alternative.allCases {
                for (name, test) in [
                    ("paired", try TTest.paired(a, b, alternative: alternative)),
                    ("one", try TTest.oneSample(a, reference: 0.8, alternative: alternative)),
                ] {
                    let expected = try #require(row["\(name) \(alternative.rawValue)"] as? [String: Any])
                    let place = "\(name), n = \(a.count), \(alternative)"
                    errors.see(test.statistic, try number(expected, "T"), place)
                    errors.see(test.p, try number(expected, "p"), place)
                    // scipy's interval is that of the mean, ours that of its distance from the reference.
                    let shift = name == "one" ? 0.8 : 0
                    let ends = try ends(expected).map { $0.map { $0 - shift } }
                    errors.see(test.interval, ends, scale: test.standardError, place)
                }
            }
        }
        errors.check("paired and one-sample t-tests, scipy")
    }

    @Test func byHand() throws {
        // Deviations (−1, 0, 1) and (−1, 1, 0): r = ½; ν = 1: t = 1/√3, p = 1 − 2 arctan(t)/π = 2/3.
        let three = try Correlation.pearson([1, 2, 3], [1, 3, 2])
        #expect(abs(three.coefficient - 0.5) < 1e-15)
        #expect(abs(three.p - 2.0 / 3) < 1e-15)
        #expect(three.interval == Interval(-1, 1))
        let two = try Correlation.pearson([1, 2], [5, 3])
        #expect(abs(two.coefficient + 1) < 1e-15 && two.p == 1)
        let monotone = try Correlation.spearman([1, 2, 3, 4], [1, 10, 100, 1000])
        #expect(monotone.coefficient == 1 && monotone.p < 1e-15)
        // Ranks (1, 2½, 2½, 4) and (1, 2, 3, 4): 4.5 / √(4.5 · 5).
        let tied = try Correlation.spearman([1, 5, 5, 9], [1, 2, 3, 4])
        #expect(abs(tied.coefficient - 4.5 / 22.5.squareRoot()) < 1e-15)
        #expect(throws: StatisticsError.noVariation(what: "A Pearson correlation")) {
            try Correlation.pearson([1, 1, 1], [1, 2, 3])
        }
        #expect(throws: StatisticsError.unpaired(first: 3, second: 2)) {
            try Correlation.pearson([1, 1, 1], [1, 2])
        }
        #expect(throws: StatisticsError.self) { try Correlation.spearman([1, .nan], [1, 2]) }
    }
}

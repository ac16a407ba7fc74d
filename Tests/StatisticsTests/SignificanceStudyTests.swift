import Foundation
import SynStatistics
import Testing

@Suite struct SignificanceStudyTests {
    /// Four encoders a style with three seeds each, and a baseline: the shape of the published experiment.
    private let probe: [Observation] = {
        let means = [
            ("B", ["bert-base": 22.46, "bert-large": 22.43, "roberta-base": 22.37, "roberta-large": 22.41]),
            ("C", ["b32": 22.57, "b16": 22.59, "l14": 22.70, "l14-336": 22.67]), ("R", ["random": 22.13]),
        ]
        return means.flatMap { group, encoders in
            encoders.sorted { $0.key < $1.key }.flatMap { encoder, mean in
                [-0.02, 0.005, 0.015].enumerated().map {
                    Observation(group: group, encoder: encoder, seed: $0.offset, score: mean + $0.element)
                }
            }
        }
    }()

    @Test func everyTestOfEveryPair() throws {
        let record = try SignificanceStudy(probe, source: "probe.csv").record()
        #expect(record.groups.map(\.n) == [12, 12, 3])
        #expect(record.groups.map { $0.encoders?.count } == [4, 4, 1])
        let bc = try #require(record.comparisons.first)
        #expect(bc.tests.map(\.name) == SignificanceTest.allCases.filter { $0 != .paired && !$0.isOfEquivalence })
        #expect(bc.tests.allSatisfy { $0.p != nil && $0.pHolm != nil && $0.unavailable == nil })
        #expect(bc.tests.allSatisfy { $0.question.hasSuffix("?") || $0.question.hasSuffix("(The published test.)") })
        // All 4 encoders of C above all 4 of B: 1 of 70 on each side, and 1 of 2,704,156 by score.
        let encoders = try #require(bc[.encoderPermutation])
        #expect(encoders.assignments == 70 && encoders.countA == 4)
        #expect(abs(try #require(encoders.p) - 2.0 / 70) < 1e-15)
        #expect(encoders.p == encoders.smallestP)
        #expect(bc[.permutation]?.assignments == 2_704_156)
        // The encoder is the honest unit: the same effect is far less certain.
        #expect(try #require(bc[.encoderWelch]?.p) > 100 * #require(bc[.student]?.p))
        let b = probe.filter { $0.group == "B" }.map(\.score), c = probe.filter { $0.group == "C" }.map(\.score)
        #expect(try bc[.student]?.p == TTest.pooled(b, c).p)
        #expect(try bc[.mannWhitney]?.p == MannWhitney(b, c).p)
        #expect(try bc.effects.first?.cohenD == EffectSize(b, c).cohenD)
        #expect(bc.effects.map(\.unit) == [.score, .encoder])
        // One random baseline says nothing of the spread between baselines.
        let br = record.comparisons[1]
        #expect(br[.encoderWelch]?.p == nil)
        #expect(br[.encoderWelch]?.unavailable?.contains("single encoder (random)") == true)
        #expect(br[.encoderPermutation]?.smallestP == 0.4)
        // Three encoder-level t-tests were asked for; the two that cannot be computed stay in the family.
        #expect(bc[.encoderWelch]?.pHolm == bc[.encoderWelch]?.p.map { 3 * $0 })
        #expect(record.warnings.map(\.code) == [.seedsNotIndependent, .singleEncoder, .unequalEncoders])
        #expect(record.warnings[0].message.contains("group B has 12 scores from 4 encoders"))
    }

    @Test func sameSeedSameRecordAndJSONKeepsIt() throws {
        let settings = SignificanceStudy.Settings(seed: 5, exactLimit: 100, draws: 500, bootstrapResamples: 500)
        let record = try SignificanceStudy(probe, settings: settings).record()
        #expect(try record == SignificanceStudy(probe, settings: settings).record())
        #expect(record.comparisons[0][.permutation]?.method == "monte-carlo")
        var other = settings
        other.seed = 6
        #expect(
            try record.groups[0].bootstrapInterval
                != SignificanceStudy(probe, settings: other).record().groups[0].bootstrapInterval)
        // A group more changes nothing for the others.
        let fewer = try SignificanceStudy(probe.filter { $0.group != "R" }, settings: settings).record()
        #expect(fewer.comparisons[0][.permutation]?.p == record.comparisons[0][.permutation]?.p)
        #expect(fewer.groups[0] == record.groups[0])
        let json = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(SignificanceRecord.self, from: json) == record)
        let text = String(decoding: json, as: UTF8.self)
        for key in ["schema_version", "\"T\"", "dof", "p_holm", "ci95", "cohen_d", "hedges_g", "p_min", "n_a"] {
            #expect(text.contains(key))
        }
    }

    @Test func oneScoreIsASentenceNotANumber() throws {
        let scores = [("A", 1.0), ("A", 2), ("A", 4), ("X", 3)].map { Observation(group: $0.0, score: $0.1) }
        let record = try SignificanceStudy(scores).record()
        #expect(record.groups[1].deviation == nil && record.groups[1].interval == nil)
        let pair = record.comparisons[0]
        let sentence = "Group X has a single score, so its standard deviation, and what builds on it, is undefined."
        #expect(pair[.student]?.unavailable == sentence)
        #expect(pair[.student]?.p == nil && pair[.student]?.t == nil)
        #expect(pair.effects[0].unavailable == sentence)
        #expect(pair[.mannWhitney]?.p == 1)   // U of 1 against 3 is as central as can be
        #expect(pair[.encoderWelch]?.unavailable?.contains("do not name their encoders") == true)
        #expect(record.warnings.map(\.code) == [.encodersUnknown, .singleScore])
        _ = try JSONEncoder().encode(record)
    }

    @Test func constantGroups() throws {
        let scores = [("A", 22.1), ("A", 22.1), ("A", 22.1), ("B", 22.4), ("B", 22.4), ("C", 1), ("C", 2)]
        let record = try SignificanceStudy(scores.map { Observation(group: $0.0, score: $0.1) }).record()
        #expect(record.warnings.filter { $0.code == .constantGroup }.map(\.groups) == [["A"], ["B"]])
        #expect(record.comparisons[0][.student]?.unavailable?.contains("do not vary") == true)
        #expect(record.comparisons[0].effects[0].unavailable?.contains("do not vary") == true)
        #expect(record.comparisons[1][.student]?.p != nil)   // C varies
        _ = try JSONEncoder().encode(record)
    }

    @Test func pairedWhereEncodersAndSeedsMatch() throws {
        var scores: [Observation] = []
        for (encoder, seed, plain, guided) in [("x", 1, 1.0, 1.5), ("x", 2, 2, 2.25), ("y", 1, 3, 3.75)] {
            scores.append(Observation(group: "plain", encoder: encoder, seed: seed, score: plain))
            scores.insert(Observation(group: "guided", encoder: encoder, seed: seed, score: guided), at: 0)
        }
        let record = try SignificanceStudy(scores).record()
        #expect(try record.comparisons[0][.paired]?.p == TTest.paired([1.5, 2.25, 3.75], [1, 2, 3]).p)
        #expect(record.warnings.map(\.code) == [.seedsNotIndependent, .unequalSeeds, .unequalSeeds, .sharedEncoder])
        scores.removeLast()
        #expect(try SignificanceStudy(scores).record().comparisons[0][.paired] == nil)
    }

    @Test func nothingToCompareIsAnError() {
        #expect(throws: StatisticsError.self) { try SignificanceStudy([Observation]()).record() }
        #expect(throws: StatisticsError.self) {
            try SignificanceStudy([Observation(group: "A", score: 1)]).record()
        }
        #expect(throws: StatisticsError.self) {
            try SignificanceStudy([
                Observation(group: "A", score: .nan), Observation(group: "B", score: 1),
            ]).record()
        }
    }

    @Test("a hundred thousand scores a group take seconds, and the record says how many draws that allowed")
    func manyScores() throws {
        var generator = SeededGenerator(seed: 1)
        func group(_ name: String, _ shift: Double) -> [Observation] {
            (0..<100_000).map { _ in
                Observation(group: name, score: shift + Double.random(in: 0..<1, using: &generator))
            }
        }
        var steps: [Int] = []
        let start = ContinuousClock.now
        let record = try SignificanceStudy(group("A", 0) + group("B", 0.01)).record { done, _ in steps.append(done) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("two groups of 100,000 scores: \(seconds) s")
        #expect(seconds < 60)
        #expect(steps == [0, 1, 2, 3])
        let test = try #require(record.comparisons[0][.permutation])
        #expect(test.assignments == 2000 && test.method == "monte-carlo")
        #expect((test.p ?? 1) <= 2.0 / 2001 && test.smallestP == 2.0 / 2001)
        #expect((record.comparisons[0][.mannWhitney]?.p ?? 1) < 1e-6)
    }

    @Test("few scores are dealt out as often as ever; too many groups are refused")
    func bounds() throws {
        let small = try SignificanceStudy(
            (0..<60).map { Observation(group: $0 % 2 == 0 ? "A" : "B", score: Double($0)) }
        ).record()
        #expect(small.comparisons[0][.permutation]?.assignments == 99_999)
        let crowd = (0..<202).map { Observation(group: "\($0 / 2)", score: Double($0)) }
        #expect(throws: StatisticsError.self) { try SignificanceStudy(crowd).record() }
    }
}

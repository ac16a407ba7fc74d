import Foundation
import SynMetrics
import SynProbe
import SynReports
import SynStatistics
import Testing

/// Conclusions from made-up scores whose truth is known.
@Suite struct ProbeInferenceTests {
    /// Scores of `encoders` per style and `seeds` each on captions of `portraits`: CLIP-style ones are `effect` better.
    private func trials(
        encoders: Int, seeds: Int, portraits: Int, effect: Double, between: Double, seed: UInt64
    ) throws -> [ProbeInference.Trial] {
        var generator = SeededGenerator(seed: seed)
        func normal() -> Double {
            (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
        }
        let difficulty = (0..<portraits).map { _ in 3 * normal() }
        return try [EncoderStyle.bert, .clip].flatMap { style in
            try (0..<encoders).flatMap { encoder in
                let own = between * normal() + (style == .clip ? effect : 0)
                return try (0..<seeds).map { seed in
                    let samples = (0..<portraits).flatMap { portrait in
                        (0..<2).map { caption in
                            SampleRecord(
                                number: portrait, caption: caption, text: "", file: "",
                                clipScore: 20 + own + difficulty[portrait] + 2 * normal())
                        }
                    }
                    let mean = samples.compactMap(\.clipScore).reduce(0, +) / Double(samples.count)
                    let json = #"{"clip_score": \#(mean), "n": \#(samples.count), "truncated_captions": 0}"#
                    return ProbeInference.Trial(
                        encoder: "\(style.rawValue)-\(encoder)", style: style, seed: UInt64(seed),
                        scores: try JSONDecoder().decode(ImageScores.self, from: Data(json.utf8)), samples: samples)
                }
            }
        }
    }

    @Test func bothQuestionsAreAnswered() throws {
        let found = try #require(
            ProbeInference(try trials(encoders: 4, seeds: 2, portraits: 60, effect: 3, between: 1, seed: 4)).record())
        let (styles, kinds) = (try #require(found.primary?.styles), try #require(found.primary?.kinds))
        // Balanced, so both estimate the same difference; only the doubt differs.
        #expect(abs(styles.difference - kinds.difference) < 1e-9)
        #expect(styles.captions == 120 && styles.portraits == 60 && found.primary?.pairs.count == 28)
        #expect(kinds.interval.upper - kinds.interval.lower > 2 * (styles.interval.upper - styles.interval.lower))
        #expect((4...6).contains(kinds.degreesOfFreedom), "\(kinds.degreesOfFreedom): eight encoders of two styles")
        #expect(kinds.variances.map(\.name) == ["encoder", "seed", "portrait", "caption", "picture"])
        #expect(abs(kinds.variances[2].variance - 9) < 4 && abs(kinds.variances[4].variance - 4) < 0.5)
        for pair in found.primary?.pairs ?? [] { #expect((pair.pHolm ?? 0) >= pair.p) }
        #expect(found.floors.isEmpty, "these scores tell nothing of shuffled captions")
    }

    /// Encoders differ, styles do not: paired by caption, styles often seem to differ; the mixed model says so in about one
    /// of twenty, also where encoders differ by so little that their variance is mostly estimated as nothing.
    @Test(arguments: [(4, 1.5), (2, 1.5), (2, 0.2), (4, 0)])
    func nullsAreRejectedAsOftenAsPromised(encoders: Int, between: Double) throws {
        var (these, kind) = (0, 0)
        for round in 0..<100 {
            let found = try #require(
                ProbeInference(
                    try trials(
                        encoders: encoders, seeds: 1, portraits: 30, effect: 0, between: between,
                        seed: UInt64(1000 + round))
                ).record())
            let kinds = try #require(found.primary?.kinds)
            if try #require(found.primary?.styles).p < 0.05 { these += 1 }
            if kinds.p < 0.05 { kind += 1 }
            #expect(kinds.degreesOfFreedom <= Double(2 * encoders - 2))
        }
        print(
            "\(encoders) a style, deviation \(between): of 100 nulls, paired by caption \(these), over encoders \(kind) "
                + "were rejected")
        #expect(kind <= 12, "binomial with p = .05: 5 ± 2.2")
        if between > 1 { #expect(these > 30, "these encoders do differ") }
    }

    @Test func tooFewEncodersSayNothingOfOthers() throws {
        let one = try #require(
            ProbeInference(try trials(encoders: 1, seeds: 3, portraits: 10, effect: 1, between: 1, seed: 2)).record())
        let found = try #require(one.primary)
        #expect(found.kinds == nil && found.styles != nil && found.pairs.count == 1)
        #expect(ProbeInference([]).record() == nil)
    }

    /// A floor, an encoder half the way up, and a ceiling, each caption noisy: the way is a half, and the interval holds it.
    @Test func theWayFromNoCaptionToReconstructionsIsARatioOfMeans() throws {
        var generator = SeededGenerator(seed: 3)
        func samples(_ level: Double, bits: Double?) -> [SampleRecord] {
            (0..<40).flatMap { portrait in
                (0..<2).map { caption in
                    var sample = SampleRecord(
                        number: portrait, caption: caption, text: "", file: "",
                        clipScore: level + Double.random(in: -1...1, using: &generator))
                    sample.bitsSaved = bits.map { $0 + Double.random(in: -1...1, using: &generator) }
                    return sample
                }
            }
        }
        func trial(_ name: String, _ style: EncoderStyle, _ level: Double, bits: Double?) throws -> ProbeInference.Trial
        {
            let json = #"{"clip_score": 0, "n": 80, "truncated_captions": 0}"#
            return ProbeInference.Trial(
                encoder: name, style: style, seed: 1,
                scores: try JSONDecoder().decode(ImageScores.self, from: Data(json.utf8)),
                samples: samples(level, bits: bits))
        }
        let trials = [
            try trial("a", .bert, 15, bits: 0.1), try trial("b", .clip, 20, bits: 7),
            try trial("nothing", .noCaption, 10, bits: nil),
        ]
        let record = try #require(ProbeInference(trials, ceiling: samples(20, bits: nil)).record())
        #expect(record.outcomes.map(\.name) == ["CLIP-Score", "Bits saved"])
        let levels = try #require(record.primary).above
        #expect(levels.map(\.encoder) == ["a", "b"])
        let half = levels[0]
        #expect(abs(half.difference - 5) < 0.3 && half.p < 1e-6)
        let (way, interval) = (try #require(half.way), try #require(half.wayInterval))
        #expect(abs(way - 0.5) < 0.04 && interval.lower < 0.5 && interval.upper > 0.5)
        let bits = record.outcomes[1].above
        #expect(abs(bits[1].difference - 7) < 0.3 && bits[1].way == nil)
        #expect(bits[0].p > bits[1].p && (bits[0].pHolm ?? 0) >= bits[0].p)
        let first = try #require(ProbeInference(trials, primary: .bits).record())
        #expect(first.primary?.name == "Bits saved", "the outcome that was named beforehand comes first")
    }

    /// Records of earlier versions had one outcome without a name.
    @Test func earlierRecordsAreRead() throws {
        let old = Data(
            #"""
            {"floors": [], "pairs": [], "styles": {"a": "CLIP-style", "b": "BERT-style", "difference": 1,
            "ci95": [0.5, 1.5], "p": 0.01, "captions": 4, "portraits": 2}}
            """#.utf8)
        let read = try JSONDecoder().decode(InferenceRecord.self, from: old)
        #expect(read.primary?.name == "CLIP-Score" && read.primary?.styles?.difference == 1)
        let again = try JSONDecoder().decode(InferenceRecord.self, from: JSONEncoder().encode(read))
        #expect(again == read)
    }
}

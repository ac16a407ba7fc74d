import Foundation
import SynReports
import Testing

/// The headline against made-up records: what may be said, and what must not.
@Suite("The first sentence answers the question")
struct StyleVerdictTests {
    static func scores(_ encoders: [(String, EncoderStyle, [Double])]) -> [ScoreRecord] {
        encoders.flatMap { name, style, values in
            values.enumerated().map { seed, value in
                ScoreRecord(encoder: name, style: style, seed: UInt64(seed), clipScore: value, n: 10)
            }
        }
    }

    @Test("a clear difference: how large, how sure, and that it speaks of other encoders")
    func clear() throws {
        // scipy.stats.ttest_ind([13, 13.5, 14, 14.5], [10, 10.4, 10.8, 11.2], equal_var=False):
        // T = 7.6212, dof 5.7242, p = 3.3278e-4, 95 % interval 2.1267 to 4.1733.
        let verdict = try #require(
            StyleVerdict(
                Self.scores([
                    ("b1", .bert, [9.5, 10.5]), ("b2", .bert, [10.4, 10.4]), ("b3", .bert, [10.8]),
                    ("b4", .bert, [11.2]),
                    ("c1", .clip, [13]), ("c2", .clip, [13.5]), ("c3", .clip, [14]), ("c4", .clip, [14.5]),
                    ("random", .random, [0, 50]),
                ])))
        #expect(verdict.answer == .difference)
        #expect(
            verdict.sentence
                == "The styles differ: the CLIP-Scores of CLIP-style encoders lie 3.15 above those of BERT-style "
                + "ones (95 % interval "
                + "2.13 to 4.17, p = 3.33e-4; Welch's test of encoder means, 4 against 4), and since the encoder is "
                + "the unit, other "
                + "encoders of these styles should show it too.")
    }

    @Test("noise is not sold: the interval from far below to far above nothing")
    func noise() throws {
        // scipy.stats.ttest_ind([5.95, -0.35], [4.9, -2.2], equal_var=False)
        let verdict = try #require(
            StyleVerdict(
                Self.scores([
                    ("b1", .bert, [4.9]), ("b2", .bert, [-2.2]), ("c1", .clip, [5.95]), ("c2", .clip, [-0.35]),
                ])))
        #expect(verdict.answer == .noClearDifference)
        #expect(
            verdict.sentence.hasPrefix(
                "No clear difference between the styles: the CLIP-Scores of CLIP-style encoders lie 1.45 above"))
        #expect(verdict.sentence.contains("95 % interval −19.25 to 22.15, p = 0.789;"), "\(verdict.sentence)")
        #expect(
            verdict.sentence.contains("2 against 2")
                && verdict.sentence.contains("may show no difference or the opposite one"))
    }

    @Test("the lower style is named as the lower one, whichever it is")
    func direction() throws {
        let swapped = Self.scores([
            ("b1", .bert, [20]), ("b2", .bert, [20.1]), ("b3", .bert, [20.2]), ("c1", .clip, [10]),
            ("c2", .clip, [10.1]),
            ("c3", .clip, [10.2]),
        ])
        let verdict = try #require(StyleVerdict(swapped))
        #expect(
            verdict.sentence.contains(
                "BERT-style encoders lie 10.00 above those of CLIP-style ones (95 % interval 9.77 to 10.23"))
        #expect(
            verdict.sentence.hasSuffix(
                "With so few encoders that rests on their scores being spread like a normal distribution."))
    }

    @Test("one encoder a style: no word on styles; the two are compared over seeds")
    func oneEncoder() throws {
        let three = try #require(
            StyleVerdict(Self.scores([("b", .bert, [1, 1.1, 1.2]), ("c", .clip, [5, 5.1, 5.2])])))
        #expect(three.answer == .untestable)
        #expect(three.sentence.contains("with one BERT-style encoder (b) nothing is known"))
        #expect(
            three.sentence.contains(
                "Of these two encoders alone c scores 4.00 higher than b (95 % interval 3.77 to 4.23"))
        let alike = try #require(StyleVerdict(Self.scores([("b", .bert, [1, 6, 3]), ("c", .clip, [5, 1, 6])])))
        #expect(alike.sentence.contains("Between these two encoders there is no clear difference either"))
        let single = try #require(StyleVerdict(Self.scores([("b", .bert, [1]), ("c", .clip, [5])])))
        #expect(
            single.sentence.hasSuffix(
                "c has 5.00 and b 1.00, and one seed does not tell whether that is more than chance."))
        let uneven = try #require(StyleVerdict(Self.scores([("b", .bert, [1]), ("c", .clip, [5]), ("d", .clip, [6])])))
        #expect(uneven.answer == .untestable && uneven.sentence.hasSuffix("no test made: b 1.00, c 5.00 and d 6.00."))
    }

    @Test("a missing style, copies, scores that are no numbers, nothing at all")
    func odd() throws {
        let alone = try #require(StyleVerdict(Self.scores([("c", .clip, [5, 6]), ("random", .random, [1])])))
        #expect(alone.answer == .untestable && alone.sentence.contains("CLIP-style encoders and no BERT-style one"))
        let copies = try #require(
            StyleVerdict(
                Self.scores([
                    ("b1", .bert, [1]), ("b2", .bert, [1]), ("c1", .clip, [2]), ("c2", .clip, [2]),
                ])))
        #expect(copies.answer == .untestable && copies.sentence.contains("check that they are not copies"))
        let lost = try #require(
            StyleVerdict(
                Self.scores([
                    ("b1", .bert, [1]), ("b2", .bert, [.nan]), ("c1", .clip, [2]), ("c2", .clip, [3]),
                ])))
        #expect(lost.answer == .untestable && lost.sentence.hasSuffix("1 encoder without a finite score is left out."))
        let huge = try #require(
            StyleVerdict(
                Self.scores([
                    ("b1", .bert, [1e300]), ("b2", .bert, [-1e300]), ("c1", .clip, [1e300]), ("c2", .clip, [3]),
                ])))
        #expect(huge.answer != .difference && !huge.sentence.contains("nan"))
        #expect(StyleVerdict([]) == nil)
        #expect(StyleVerdict(Self.scores([("random", .random, [1, 2])])) == nil)
    }

    @Test("no rendering names a best or a leader")
    func words() {
        for report in [MadeUpReport.whole(), MadeUpReport.whole(seeds: [3])] {
            for text in [report.terminal, report.markdown, ProbePage(report).rendered] {
                for word in ["Highest mean", "leads", "better than", "winner"] {
                    #expect(!text.contains(word), "\(word)")
                }
            }
        }
    }
}

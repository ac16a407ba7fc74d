import Foundation
import SynReports
import Testing

@Suite struct ProbeTextTests {
    /// Three seeds with known mean, spread and interval: 22, 1 and 22 ± 4.3027 / √3.
    @Test func spreadOverSeeds() throws {
        let spread = try #require(SeedSpread([21, 22, 23]))
        #expect(spread.mean == 22)
        #expect(spread.sd == 1)
        let interval = try #require(spread.interval)
        // With two degrees of freedom the quantile has a closed form: t(p) = (2p − 1) √(2 / (1 − (2p − 1)²)).
        let reach = 0.95 * (2 / (1 - 0.95 * 0.95)).squareRoot() / 3.0.squareRoot()
        let error = max(abs(interval.lower - (22 - reach)), abs(interval.upper - (22 + reach)))
        print("largest error of the interval's ends: \(error)")
        #expect(error < 1e-12)
    }

    @Test func spreadOfNothingAndOfOne() throws {
        #expect(SeedSpread([]) == nil)
        let one = try #require(SeedSpread([21.5]))
        #expect(one.mean == 21.5 && one.sd == nil && one.interval == nil)
        let undefined = try #require(SeedSpread([1, .nan]))
        #expect(undefined.mean.isNaN && undefined.sd == nil && undefined.interval == nil)
    }

    static func small(seeds: [UInt64]) -> ProbeReport {
        var report = MadeUpReport.whole(seeds: seeds)
        report.scores = seeds.flatMap { seed in
            [("bert-mini", EncoderStyle.bert, 21.0), ("random", .random, 20.0)].map { name, style, level in
                ScoreRecord(
                    encoder: name, style: style, seed: seed, clipScore: level + 0.1 * Double(seed), n: 10,
                    attributeScore: 0.5)
            }
        }
        report.groundTruth = GroundTruth(clipScore: 30.1, n: 10)
        return report
    }

    @Test func scoreTableOfThreeSeeds() {
        #expect(
            Self.small(seeds: [0, 1, 2]).scoreTable.terminal == """
                Scores
                Encoder     CLIP-Score ↑   95 % interval  Attributes ↑  Way to real ↑  Style       Seeds  Pairs
                ──────────  ────────────  ──────────────  ────────────  ─────────────  ──────────  ─────  ─────
                bert-mini   21.10 ± 0.10  20.85 to 21.35  50.0 ± 0.0 %           10 %  BERT-style      3     10
                random      20.10 ± 0.10  19.85 to 20.35  50.0 ± 0.0 %                 Random          3     10
                real pairs         30.10                                                                     10
                  ± is the standard deviation over seeds; the 95 % interval is Student's, over the seeds of that
                  encoder only.
                  Way to real: how far the CLIP-Score stands between the random baseline (0 %) and real pairs
                  (100\u{A0}%).
                  Attributes: share of what the caption mentions that a separate classifier finds in the picture.

                """)
    }

    @Test func scoreTableOfOneSeedSaysWhatIsMissing() {
        let table = Self.small(seeds: [0]).scoreTable
        #expect(table.rows[0] == ["bert-mini", "21.00", "one seed", "50.0 %", "10 %", "BERT-style", "1", "10"])
        #expect(table.notes[0] == "One seed per encoder, so neither a spread nor an interval can be given.")
        #expect(Self.small(seeds: [0]).qualityTable == nil)
    }

    @Test func undefinedScoresAreWords() {
        var report = Self.small(seeds: [0, 1])
        report.scores[0].clipScore = .nan
        #expect(report.scoreTable.rows[0][1] == "undefined")
        #expect(report.scoreTable.rows[0][2] == "undefined")
        #expect(!report.terminal.contains("nan"))
    }

    @Test func theFindingAnswersAndGivesItsFrame() {
        let told = Self.small(seeds: [0, 1, 2]).findings.joined(separator: " ")
        #expect(
            told
                == "Whether the styles differ cannot be told: there are BERT-style encoders and no CLIP-style one. "
                + "Mean "
                + "CLIP-Scores, no test made: bert-mini 21.10. For scale: the random baseline scores 20.10 and real "
                + "pairs 30.10."
        )
    }

    @Test func encodersAreGroupedByStyleInOrderOfAppearance() {
        let report = MadeUpReport.whole()
        let shuffled = EncoderSummary.of(report.scores.reversed()).map(\.encoder)
        #expect(shuffled == ["bert-small", "bert-mini", "clip-small", "clip-mini", "random"])
    }

    @Test func sectionsPrintThemselves() {
        #expect(
            MadeUpReport.judge.terminal == """
                A NOTE ON THE JUDGE

                The judge of this page never saw a picture, because there is no judge.

                Warning: Two encoders per style with three seeds each are two observations per style, not six.

                Judges (made up)
                Judge       Retrieval
                ──────────  ─────────
                clip-judge     12.3 %

                Retrieval: How often the right caption is first among a hundred.

                """)
        #expect(MadeUpReport.judge.markdown.hasPrefix("## A note on the judge\n\nThe judge"))
        #expect(MadeUpReport.judge.markdown.contains("- **Retrieval.** How often"))
    }

    @Test func significanceIsToldInMarkdownToo() {
        let text = MadeUpReport.whole().markdown
        #expect(text.contains("> **Warning.** Seeds of one encoder are not independent encoders"))
        #expect(text.contains("| Student t (pooled) "))
        #expect(text.contains("2.25e-9"))
        #expect(text.contains("- **Student t (pooled).** If every score were an independent draw"))
        #expect(text.contains("no p below 0.333 is possible"))
        #expect(!text.contains("<script"))
    }
}

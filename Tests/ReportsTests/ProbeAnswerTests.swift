import SynReports
import SynStatistics
import Testing

/// The first sentences say what tests said yes to, about whom, and no more.
@Suite struct ProbeAnswerTests {
    private func finding(
        above: [(Double, Double)], styles: (difference: Double, p: Double), kinds: (difference: Double, p: Double)?,
        bits: [(Double, Double)] = [], named name: String = "Bits saved"
    ) throws -> String {
        try report(above: above, styles: styles, kinds: kinds, bits: bits, named: name).findings.joined(separator: " ")
    }

    private func report(
        above: [(Double, Double)], styles: (difference: Double, p: Double), kinds: (difference: Double, p: Double)?,
        bits: [(Double, Double)] = [], named name: String = "Bits saved"
    ) throws -> ProbeReport {
        func interval(_ middle: Double) -> Interval { Interval(middle - 1, middle + 1) }
        func levels(_ values: [(Double, Double)]) -> [InferenceRecord.Level] {
            values.enumerated().map { place, value in
                var level = InferenceRecord.Level(
                    encoder: "e\(place)", style: .clip, mean: value.0, difference: value.0,
                    interval: interval(value.0), p: value.1)
                level.pHolm = value.1
                return level
            }
        }
        let outcome = InferenceRecord.Outcome(
            name: "CLIP-Score", unit: "points", isPrimary: true, above: levels(above),
            styles: .init(
                a: "CLIP-style", b: "BERT-style", difference: styles.difference, interval: interval(styles.difference),
                p: styles.p, captions: 10, portraits: 5),
            pairs: [],
            kinds: kinds.map {
                .init(
                    a: "CLIP-style", b: "BERT-style", difference: $0.difference, standardError: 1, degreesOfFreedom: 2,
                    interval: interval($0.difference), p: $0.p, variances: [], encoders: 4)
            })
        var report = MadeUpReport.whole()
        let second = InferenceRecord.Outcome(
            name: name, unit: "bits a picture", isPrimary: false, above: levels(bits), styles: nil, pairs: [],
            kinds: nil)
        report.inference = InferenceRecord(floors: [], outcomes: [outcome] + (bits.isEmpty ? [] : [second]))
        return report
    }

    @Test func aDifferenceOfTheseEncodersIsNotOneOfTheirKind() throws {
        let text = try finding(above: [(3, 0.001), (0.2, 0.6)], styles: (-4.5, 0.001), kinds: (-4.5, 0.11))
        #expect(text.contains("The captions of 1 of 2 encoders steer the pictures"))
        #expect(text.contains("are e0"))
        #expect(
            text.contains("Of these encoders the BERT-style ones score higher than the CLIP-style ones"), "\(text)")
        #expect(text.contains("4.50 points (95 % 3.50 to 5.50"), "told from the higher to the lower")
        #expect(text.contains("Whether other encoders of these styles differ is open"))
        #expect(text.contains("encoders a style would show it four times in five"))
    }

    @Test func nothingIsClaimedWhereNothingWasFound() throws {
        let text = try finding(above: [(3, 0.2), (-2, 0.3)], styles: (1, 0.4), kinds: nil)
        #expect(text.contains("No encoder's captions are shown to steer the pictures"))
        #expect(text.contains("no clear difference was found"))
        #expect(text.contains("captions: CLIP-style minus BERT-style 1.00 points"), "which is higher is said")
        #expect(text.contains("For other encoders of these styles nothing can be said."))
        for word in ["higher than", "should differ", "Below it"] { #expect(!text.contains(word), "\(text)") }
    }

    /// The answer stands by itself; what explains it follows, a sentence or two each. The first table shows what the
    /// answer is made of, and says sizes once.
    @Test func theAnswerComesFirstAndByItself() throws {
        var report = try report(
            above: [(3, 0.001), (-2, 0.3)], styles: (2, 0.01), kinds: (2, 0.2), bits: [(0.4, 0.001)])
        #expect(report.findings.count == 4)
        #expect(report.findings[0].hasPrefix("The captions of 1 of 2 encoders steer the pictures"))
        #expect(report.findings[0].contains("Whether other encoders of these styles differ is open"))
        #expect(report.findings[1].contains("encoders a style would show it"))
        #expect(report.findings[2].hasPrefix("Measured beside it") && report.findings[3].hasPrefix("For scale"))

        let first = try #require(report.scores.first?.encoder)
        for place in report.scores.indices where report.scores[place].encoder == first {
            report.scores[place].encoder = "e0"
        }
        let table = report.scoreTable
        #expect(table.rows.first { $0[0] == "e0" }?[2] == "3.00 (2.00 to 4.00)")
        #expect(table.columns[2].heading == "Above no caption, 95 %")
        let sizes = ["Seeds", "Pairs"].map { name in
            (table.columns.contains { $0.heading == name }, table.notes.contains { $0.hasPrefix("\(name): ") })
        }
        #expect(sizes.allSatisfy { $0.0 != $0.1 }, "a size is a column or a note")
        // The plot has the same interval and no other: of its two levels one is an encoder of the scores.
        let plot = try #require(ScorePlot(report).drawing).file
        #expect(plot.matches(of: /class="interval/).count == 1)
        report.inference = nil
        #expect(try #require(ScorePlot(report).drawing).file.matches(of: /class="interval/).count > 1)
    }

    /// What another measure finds stands beside the answer of the one that was named beforehand, not in its place.
    @Test func whatOtherMeasuresFindIsSaidBesideIt() throws {
        let text = try finding(
            above: [(3, 0.2), (-2, 0.3)], styles: (1, 0.4), kinds: nil, bits: [(0.4, 0.001), (0.3, 0.2)])
        #expect(text.contains("No encoder's captions are shown to steer the pictures"))
        #expect(text.contains("Measured beside it, above the decoder without a caption (Holm's p below .05): "))
        #expect(text.contains("by bits saved e0."), "\(text)")
        let none = try finding(above: [(3, 0.2)], styles: (1, 0.4), kinds: nil, bits: [(-0.4, 0.001), (0.3, 0.2)])
        #expect(!none.contains("Measured beside it"))
        let score = try finding(
            above: [(3, 0.2)], styles: (1, 0.4), kinds: nil, bits: [(0.4, 0.001)], named: "CLIP-Score")
        #expect(score.contains("by CLIP-Score e0."), "a name keeps its capitals")
    }

    @Test func whatIsBelowTheFloorIsSaid() throws {
        let text = try finding(above: [(3, 0.001), (-2, 0.001)], styles: (1, 0.01), kinds: (1, 0.01))
        #expect(text.contains("Below it: e1.") && text.contains("should differ the same way"))
    }

    /// The mixed model weighs encoders otherwise than the captions' mean does, so that the two can point apart.
    @Test func twoInferencesThatPointApartSayWhichWay() throws {
        let text = try finding(above: [(3, 0.001)], styles: (0.5, 0.4), kinds: (-2, 0.01))
        #expect(text.contains("CLIP-style minus BERT-style 0.50 points"))
        #expect(text.contains("should differ the other way: BERT-style minus CLIP-style 2.00 points"), "\(text)")
    }
}

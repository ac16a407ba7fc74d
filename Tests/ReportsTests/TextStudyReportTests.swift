import Foundation
import SynReports
import SynStatistics
import TestSupport
import Testing

@Suite("The report of a text study")
struct TextStudyReportTests {
    /// Two encoders, one with a name made to break things, on a sentence task and a word task, with geometry.
    static func madeUp() throws -> TextStudyReport {
        func figure(_ value: Double) -> CorrelationRecord {
            CorrelationRecord(
                value: value, p: 0.001, interval: Interval(value - 0.02, value + 0.02),
                bootstrap: Interval(value - 0.01, value + 0.01))
        }
        func layers(_ values: [Double?]) -> [LayerScore] {
            values.enumerated().map { layer, value in
                LayerScore(
                    layer: layer, pearson: value.map { figure($0 - 0.1) }, spearman: value.map(figure),
                    undefined: value == nil ? "all pairs have the same similarity" : nil)
            }
        }
        func score(_ encoder: String, _ task: String, _ output: Double?, _ values: [Double?]) -> TextScore {
            TextScore(
                encoder: encoder, task: task, taskTitle: "\(task), a title", variant: output == nil ? "word" : "mean",
                reading: "a reading", metric: .spearman, n: 40, tooLong: encoder == "one" ? 3 : 0, unknown: 2,
                output: output.map { LayerScore(layer: nil, pearson: figure($0), spearman: figure($0)) },
                layers: layers(values),
                published: [
                    PublishedFigure(
                        model: "BERT-base", source: "A paper", metric: .spearman, value: 0.676, place: "best", layer: 2)
                ])
        }
        func geometry(_ encoder: String, _ similarity: Double?) -> GeometryRecord {
            GeometryRecord(
                encoder: encoder, what: .sentences, reading: "end token", n: 70, leftOut: 1,
                layers: (0..<4).map { layer in
                    LayerGeometry(
                        layer: layer, selfSimilarity: similarity.map { $0 + Double(layer) / 10 }, top5: 0.5, top8: 0.6,
                        top5AsReleased: 0.7, effectiveRank: 5.25, isoScore: 0.125, spectrum: [0.5, 0.25, 0.125],
                        componentsForNinety: 3,
                        centredSelfSimilarity: -0.01, withoutTop1: 0, withoutTop5: 0.001)
                }, published: "A paper: .98.")
        }
        let evil = "two & <script>"
        return TextStudyReport(
            title: "Made-up numbers", dataset: "nowhere",
            encoders: [
                TextEncoderRecord(name: "one", modelType: "bert", layers: 3, width: 8, isCased: false),
                TextEncoderRecord(name: evil, modelType: "clip", layers: 2, width: 8, isCased: true),
            ],
            scores: [
                score("one", "sts-l", 0.5, [0.1, 0.62, 0.6, 0.55]), score(evil, "sts-l", 0.45, [nil, 0.3, 0.4]),
                score("one", "rg65", nil, [0.2, 0.1, 0.7]), score(evil, "rg65", nil, [nil, nil, nil]),
            ],
            comparisons: [
                TextComparison(
                    task: "sts-l", taskTitle: "sts-l, a title", metric: .spearman, place: "output", a: ("one", "mean"),
                    b: (evil, "mean"),
                    test: try DependentCorrelations(first: 0.5, second: 0.45, between: 0.8, count: 40), pHolm: 0.04)
            ],
            geometry: [geometry("one", 0.2), geometry(evil, nil)], settings: [.init("seed", "1")],
            provenance: Provenance(toolVersion: "9", cpu: "c", threads: 1, precision: "f32", date: "today"),
            caveats: ["Mind this."])
    }

    @Test("the page is one well-formed file that asks for nothing, with every part")
    func page() throws {
        let report = try Self.madeUp()
        let page = TextStudyPage(report).rendered
        let read = WellFormed(page)
        #expect(read.problem == nil)
        #expect(read.elements["script"] == 1 && read.elements["link"] == nil && (read.elements["svg"] ?? 0) > 8)
        for match in page.matches(of: /(?:src|href)="([^"]*)"/) { #expect(match.1.hasPrefix("#")) }
        for part in [
            "Made-up numbers", "two & <script>", "All tasks", "sts-l, a title", "62.00 (layer 1)", "50.00",
            "49.00 to 51.00",
            "BERT-base 67.60 best (layer 2)", "Differences between encoders, output", "Geometry: whole sentences",
            "Effective rank", "Mind this.", "3 pairs left out", "PCA spectrum of the top layer", "undefined",
        ] {
            #expect(read.words.contains(part), "the page lacks “\(part)”")
        }
        #expect(!page.contains("& <script>") && !page.contains(">nan") && !page.contains("Optional("))
        #expect(TextStudyPage(report, home: "report.html").rendered.contains("href=\"report.html\""))
        // Every contents link leads somewhere.
        for match in page.matches(of: /href="#([^"]*)"/) { #expect(page.contains("id=\"\(match.1)\""), "\(match.1)") }
    }

    @Test("the record survives its file; a later schema is refused with a sentence")
    func record() throws {
        let report = try Self.madeUp()
        let bytes = try RecordFile.json(report)
        #expect(try RecordFile.decode(TextStudyReport.self, from: bytes, name: "memory") == report)
        let later = String(decoding: bytes, as: UTF8.self).replacing(
            "\"schema_version\" : 1", with: "\"schema_version\" : 99")
        do {
            _ = try RecordFile.decode(TextStudyReport.self, from: Data(later.utf8), name: "text.json")
            Issue.record("a later schema was read")
        } catch {
            #expect("\(error)".contains("text.json has schema version 99"))
        }
    }

    @Test("best and top layer, undefined ones left aside; findings name difference, interval and p")
    func figures() throws {
        let report = try Self.madeUp()
        #expect(report.scores[0].best?.layer == 1 && report.scores[0].top?.layer == 3)
        #expect(report.scores[3].best == nil)
        #expect(
            report.findings[0]
                == "The two best encoders differ by more than chance in 1 of 1 task: sts-l (Williams' test, Holm's "
                + "correction; "
                + "it speaks of other texts, not of other encoders).")
        #expect(
            report.findings[1]
                == "sts-l: a clear difference, one 50.00 (mean) and two & <script> 45.00 (mean): 5.00, 95 % interval "
                + "−13.34 to "
                + "24.18, p = 0.040.")
        #expect(report.findings[2] == "rg65: no test was made, so nothing is claimed: one 70.00 (word).")
        let table = report.table(of: "rg65")
        #expect(table.rows[1].contains("undefined"))
        #expect(
            table.notes.contains {
                $0.contains("layer 0, layer 1, layer 2: undefined, all pairs have the same similarity")
            })
        #expect(report.layerTable(of: "sts-l")?.rows[3] == ["3", "55.00", ""])
        let summary = try #require(report.summaryTable)
        #expect(summary.columns.map(\.heading) == ["Encoder", "Vector", "sts-l", "rg65"])
        #expect(
            summary.rows[0] == ["one", "mean", "50.00", ""]
                && summary.rows[2] == ["one", "word", "", "70.00 (2) / 70.00"])
        #expect(summary.rows[3][3] == "undefined")
    }

    @Test("a lead that may be chance is not called one")
    func noLeader() throws {
        var report = try Self.madeUp()
        report.comparisons[0].pHolm = 0.3
        #expect(report.findings[0].hasPrefix("No clear difference between the two best encoders in any of 1 task"))
        #expect(
            report.findings[1].hasPrefix(
                "sts-l: no clear difference, one 50.00 (mean) and two & <script> 45.00 (mean): 5.00"))
        #expect(report.findings[1].hasSuffix("p = 0.300."))
        report.comparisons = []
        #expect(report.findings[0] == "No difference between encoders was tested, so none is claimed.")
        #expect(
            report.findings[1]
                == "sts-l: no test was made, so nothing is claimed: one 50.00 (mean) and two & <script> 45.00 (mean).")
        for finding in report.findings { #expect(!finding.contains("leads") && !finding.contains("leader")) }
    }

    @Test("a table marks the best figure only where every test of it says so")
    func marks() throws {
        var report = try Self.madeUp()
        let note = "Bold on pages: above every other encoder"
        #expect(
            report.table(of: "sts-l").markdown.contains("**50.00**")
                && report.table(of: "sts-l").notes.contains { $0.hasPrefix(note) })
        #expect(report.summaryTable?.markdown.contains("**50.00**") == true)
        #expect(TextStudyPage(report).rendered.contains("<strong>50.00</strong>"))
        // The word task was not tested: its highest figure stands like the others.
        #expect(!report.table(of: "rg65").markdown.dropFirst(40).contains("**7"))
        report.comparisons[0].pHolm = 0.05
        for text in [
            report.table(of: "sts-l").markdown, report.summaryTable?.markdown ?? "", TextStudyPage(report).rendered,
        ] {
            #expect(!text.contains("**50.00**") && !text.contains("<strong>50.00") && !text.contains(note))
        }
        // Clear, but against one of two others only.
        report.comparisons[0].pHolm = 0.01
        report.encoders.append(TextEncoderRecord(name: "three", modelType: "gpt2", layers: 1, width: 8, isCased: true))
        #expect(!report.table(of: "sts-l").markdown.contains("**50.00**"))
    }

    @Test("a partial study says so first, in every rendering, and a whole one nowhere")
    func partial() throws {
        var report = try Self.madeUp()
        let note = "Only part of the texts was used"
        #expect(!report.markdown.contains(note) && !report.terminal(layers: false, caveats: true).contains(note))
        report.partial = true
        #expect(report.markdown.contains("> **Warning.** \(note)") && TextStudyPage(report).rendered.contains(note))
        #expect(report.terminal(layers: false, caveats: false).hasPrefix("Warning: \(note)"))
        let data = try RecordFile.json(report)
        #expect(try RecordFile.decode(TextStudyReport.self, from: data, name: "text.json").partial == true)
    }

    @Test("of two readings only encoders that were tested against each other are compared")
    func readings() throws {
        var report = try Self.madeUp()
        report.scores[1].variant = "eos"
        report.comparisons = [
            TextComparison(
                task: "sts-l", taskTitle: "t", metric: .spearman, place: "output", a: ("one", "mean"),
                b: ("third", "mean"),
                test: try DependentCorrelations(first: 0.3, second: 0.4, between: 0.5, count: 40), pHolm: 0.2)
        ]
        #expect(
            report.findings[1].hasPrefix(
                "sts-l: no clear difference, third 40.00 (mean) and one 30.00 (mean): 10.00, 95 % interval "))
    }

    /// Zou's 90 % interval of .5 − .45 (between .8, n 40), by numpy from the paper's formulas: −.1019 to .2082.
    @Test("a difference that would not matter is ruled out exactly where the 90 % interval lies within it")
    func equivalence() throws {
        let report = try Self.madeUp()
        #expect(report.comparisonTable(of: "sts-l")?.columns.contains { $0.heading == "No difference" } == false)
        for (margin, isShown) in [(0.25, true), (0.1, false)] {
            let tested = report.testingEquivalence(within: margin)
            let found = try #require(tested.comparisons[0].equivalence)
            let interval = try #require(found.interval90)
            #expect(
                abs(interval.lower + 0.10194098496641504) < 1e-9 && abs(interval.upper - 0.20818008890094594) < 1e-9)
            #expect(found.isShown == isShown && found.margin == margin)
            let table = try #require(tested.comparisonTable(of: "sts-l"))
            #expect(table.rows[0].contains(isShown ? "shown" : "not shown"))
            #expect(table.notes.contains { $0.contains("two one-sided tests") })
        }
    }

    @Test("every file is written; tables for other programs have a line per layer")
    func files() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = try Self.madeUp()
        let names = try report.write(to: folder).map(\.lastPathComponent)
        #expect(names == ["text.html", "text.md", "text.csv", "geometry.csv", "text.json"])
        #expect(report.scoresCSV.split(separator: "\n").count == 1 + 5 + 4 + 3 + 3)
        #expect(report.geometryCSV.split(separator: "\n").count == 1 + 8)
        #expect(report.scoresCSV.contains("\none,sts-l,mean,,40,0.5,0.48,0.52,0.5,0.48,0.52\n"))
        #expect(report.markdown.contains("## sts-l, a title") && report.markdown.contains("two &amp; &lt;script&gt;"))
        #expect(report.terminal(layers: true, caveats: false).contains("Mind this.") == false)
        #expect(report.terminal(layers: false, caveats: true).contains("Mind this."))
    }

    @Test("a plot of layers: lines of different depths, holes, a single point, nothing")
    func plot() throws {
        let plot = LayerPlot(
            title: "A & B", unit: "u",
            lines: [
                .init(name: "deep", colour: 0, values: [0.1, nil, 0.3, .nan, 0.2]),
                .init(name: "flat", colour: 9, dash: 5, values: [0.5]),
                .init(name: "empty", colour: 2, values: [nil, nil]),
            ])
        #expect(plot.lines.map(\.name) == ["deep", "flat"])
        let file = try #require(plot.drawing?.file)
        #expect(WellFormed(file).problem == nil && !file.contains("nan ") && !file.contains(" nan"))
        #expect(file.contains("series-0") && file.contains("series-1") && file.contains("A &amp; B"))
        #expect(LayerPlot(title: "t", unit: "u", lines: []).drawing == nil)
    }
}

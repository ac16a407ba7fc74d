import Foundation
import SynFineTuning
import SynReports
import SynStatistics
import TestSupport
import Testing

@Suite struct GLUEReportTests {
    private static func score(_ encoder: String, _ task: String, _ values: [Double]) -> GLUEScore {
        GLUEScore(
            encoder: encoder, task: task, part: "dev", metric: "accuracy", isQuoted: true,
            seeds: values.enumerated().map { .init(seed: $0 + 1, value: $1) }, interval: Interval(0.5, 0.9), n: 100,
            cut: encoder == "b" ? 3 : 0, published: nil)
    }

    private static func comparison(_ task: String, _ difference: Double, _ p: Double) -> GLUEComparison {
        GLUEComparison(
            task: task, metric: "accuracy", a: "a", b: "b", difference: difference,
            interval: Interval(difference - 0.05, difference + 0.05), p: p / 2, pHolm: p,
            mcnemar: .init(onlyA: 20, onlyB: 5, p: 0.004))
    }

    private static var report: GLUEReport {
        func task(_ name: String, counts: Bool) -> GLUETaskRecord {
            GLUETaskRecord(
                name: name, title: name.uppercased(), question: "is it?", metric: "accuracy", train: 640, floor: 0.5,
                countsInAverage: counts)
        }
        var report = GLUEReport(
            title: "Tuned", dataset: "GLUE",
            encoders: ["a", "b"].map {
                TextEncoderRecord(name: $0, modelType: "bert", layers: 2, width: 96, isCased: false)
            }, tasks: [task("x", counts: true), task("y", counts: true), task("w", counts: false)],
            provenance: Provenance(toolVersion: "0", cpu: "c", threads: 2, precision: "f32", date: "d"))
        report.scores = [
            score("a", "x", [0.8, 0.9]), score("b", "x", [0.6, 0.7]), score("a", "y", [0.5, 0.6]),
            score("b", "y", [0.5, 0.5]), score("a", "w", [0.1, 0.1]), score("b", "w", [0.1, 0.1]),
        ]
        report.comparisons = [comparison("x", 0.2, 0.01), comparison("y", 0.05, 0.4), comparison("w", 0, 1)]
        report.curves = [
            GLUECurve(
                encoder: "a", task: "x", seed: 1, steps: 20, seconds: 3, loss: [.init(10, 0.7), .init(20, 0.5)],
                development: [.init(20, 0.8)])
        ]
        report.probes = [
            GLUEProbe(
                encoder: "a", task: "x", metric: "accuracy", reading: "mean over tokens", train: 640,
                layers: [.init(layer: 0, value: 0.6, c: 1), .init(layer: 1, value: 0.75, c: 0.1)])
        ]
        return report
    }

    @Test func averageIsOfTheTasksThatCount() {
        let report = Self.report
        #expect(abs((report.average("a") ?? 0) - 0.7) < 1e-12)
        #expect(abs((report.average("b") ?? 0) - 0.575) < 1e-12)
        var lacking = report
        lacking.scores.removeAll { $0.encoder == "b" && $0.task == "y" }
        #expect(lacking.average("b") == nil)
    }

    @Test func renderingsSayWhatTheRecordSays() throws {
        let report = Self.report
        let text = report.markdown
        #expect(text.contains("85.00 ± 7.07"))
        #expect(text.contains("differ by more than chance in 1 of 3 tasks: X"))
        #expect(
            text.contains("X (is it?): a clear difference, a 85.00 and b 65.00: 20.00, 95 % interval 15.00 to 25.00"))
        #expect(text.contains("Y (is it?): no clear difference"))
        #expect(text.contains("75.00 (1 of 1)"))
        #expect(report.csv.split(separator: "\n").count == 1 + 12 + 2)
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let written = try report.write(to: folder)
        #expect(written.map(\.lastPathComponent) == ["glue.html", "glue.md", "glue.csv", "glue.json"])
        let page = try String(contentsOf: written[0], encoding: .utf8)
        for part in ["id=\"task-x\"", "Learning curves", "commonest label", "Only first right"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(try RecordFile.read(GLUEReport.self, from: written[3]) == report)
    }

    @Test func oneReportOfSeveral() throws {
        let report = Self.report
        let all = try ReportCollection(probes: [], texts: [], glue: [.init(report, name: "tuned", folder: nil)])
        #expect(all.markdown.contains("tuned: X, accuracy"))
        #expect(all.page.contains("id=\"study-1-task-x\""))
        #expect(all.terminal.contains("85.0 (50.0"))
    }

    // MARK: - Draws

    @Test func intervalsAreThoseOfShares() throws {
        let truth = (0..<400).map { _ in 1.0 }
        let answers = (0..<400).map { $0 < 300 ? 1.0 : 0.0 }
        let bootstrap = ScoreBootstrap(.accuracy, truth: truth)
        let interval = try #require(ScoreBootstrap.interval(bootstrap.values([answers])))
        // 0.75 ± 1.96 · √(0.75 · 0.25 / 400)
        #expect(abs(interval.lower - 0.7076) < 0.006 && abs(interval.upper - 0.7924) < 0.006, "\(interval)")
        // The same draws for all: equal answers never differ.
        let same = zip(bootstrap.values([answers]), bootstrap.values([answers, answers])).map { a, b in
            a.flatMap { a in b.map { a - $0 } }
        }
        #expect(ScoreBootstrap.p(ofDifferences: same) == 1)
        #expect(ScoreBootstrap.p(ofDifferences: (0..<999).map { _ in 0.1 }) == 0.002)
        // Matthews' correlation with what never varies is undefined on every draw.
        #expect(ScoreBootstrap.interval(ScoreBootstrap(.matthews, truth: truth).values([answers])) == nil)
    }
}

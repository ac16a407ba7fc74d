import Foundation
import TestSupport
import Testing

/// `report` of several folders and of a stranger's record, and `significance` of what the tool itself writes.
@Suite("Reports as a command", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct ReportCommandTests {
    private func record(
        _ seed: Int, steps: Int = 200, bert: [Double] = [1, 2], more: [String: Any] = [:]
    ) throws -> Data {
        let names = [
            ("bert-a", "bert", bert[0]), ("bert-b", "bert", bert[1]), ("clip-a", "clip", 7.0), ("clip-b", "clip", 8.5),
        ]
        var report: [String: Any] = [
            "schema_version": 1, "title": "T", "dataset": "D", "partial": false, "curves": [], "sections": [],
            "gallery": [],
            "caveats": [],
            "settings": [
                ["key": "seeds", "value": "[\(seed)]"], ["key": "adapter", "value": ""],
                ["key": "  steps", "value": "\(steps)"],
            ],
            "provenance": [
                "tool_version": "9", "cpu": "c", "threads": 1, "precision": "f32", "date": "today", "stages": [],
            ],
            "scores": names.map { name, style, score in
                ["encoder": name, "style": style, "seed": seed, "clip_score": score + Double(seed) / 10, "n": 4]
                    as [String: Any]
            },
        ]
        report.merge(more) { $1 }
        return try JSONSerialization.data(withJSONObject: report)
    }

    private func run(_ place: borrowing Workplace, _ name: String, _ bytes: Data) throws -> String {
        try FileManager.default.createDirectory(at: place[name], withIntermediateDirectories: true)
        try bytes.write(to: place[name].appending(path: "report.json"))
        return place.path(name)
    }

    @Test("two runs are joined, encoder by encoder and seed by seed; what differs is named")
    func joined() throws {
        let place = try Workplace()
        let (a, b) = (try run(place, "a", record(1)), try run(place, "b", record(2)))
        let both = try CommandRun(["report", a, b, "--out", place.path("both")])
        #expect(both.exitCode == 0, "\(both.complaints)")
        #expect(
            both.output.contains("The styles differ: the CLIP-Scores of CLIP-style encoders lie 6.25 above those of"),
            "\(both.output)")
        #expect(try String(contentsOf: place["both/scores.csv"], encoding: .utf8).split(separator: "\n").count == 9)
        #expect(try String(contentsOf: place["both/report.html"], encoding: .utf8).contains("Joined from 2 runs"))

        let other = try run(place, "c", record(3, steps: 400))
        let beside = try CommandRun(["report", a, other])
        #expect(beside.exitCode == 0 && beside.output.contains("Settings that differ"), "\(beside.complaints)")
        #expect(
            beside.complaints.contains("c is not joined with a: adapter.steps is 200 in a, but 400 in c."),
            "\(beside.complaints)")
        let same = try run(place, "d", record(1, bert: [5, 2]))
        #expect(try CommandRun(["report", a, same]).complaints.contains("bert-a, seed 1, scores 1.1 in"))
        #expect(try CommandRun(["report", a, "--out", "x"]).exitCode == 64)
        #expect(try CommandRun(["report", a, place.path("none")]).exitCode == 66)
        let empty = try CommandRun(["report", a, place.folder.path])
        #expect(empty.exitCode == 66 && empty.complaints.contains("holds neither report.json"), "\(empty.complaints)")
        #expect(try CommandRun(["report", a, a]).complaints.contains("is the same folder as"))
        #expect(try CommandRun(["report", a, a + "/."]).complaints.contains("is the same folder as"))
        let over = try CommandRun(["report", a, b, "--out", b])
        #expect(over.exitCode == 64 && over.complaints.contains("would be overwritten"), "\(over.complaints)")
        try FileManager.default.removeItem(at: place["d/report.json"])
        try Data().write(to: place["d/settings.yaml"])
        let half = try CommandRun(["report", a, place.path("d")])
        #expect(half.exitCode == 66 && half.complaints.contains("is a run that has not finished"), "\(half.complaints)")
        let file = try CommandRun(["report", "\(a)/report.json"])
        #expect(file.exitCode == 65 && file.complaints.contains("is a file"), "\(file.complaints)")
        let latex = try CommandRun(["report", a, "--format", "latex"])
        #expect(latex.exitCode == 0 && latex.output.contains("\\toprule"))
    }

    @Test("significance of a run's folder, its scores.csv and its report.json is the same")
    func own() throws {
        let place = try Workplace()
        let a = try run(place, "a", record(1))
        #expect(try CommandRun(["report", a]).exitCode == 0)
        var found: [[String: Any]] = []
        for path in [a, "\(a)/scores.csv", "\(a)/report.json"] {
            let result = try CommandRun(["significance", "--groups", path, "--json"])
            #expect(result.exitCode == 0, "\(result.complaints)")
            var object = result.object ?? [:]
            object["source"] = nil
            found.append(object)
        }
        #expect(
            found[0] as NSDictionary == found[1] as NSDictionary && found[0] as NSDictionary == found[2] as NSDictionary
        )
        let groups = found[0]["groups"] as? [[String: Any]]
        #expect(groups?.map { $0["group"] as? String } == ["bert", "clip"])
        // Two runs together have two seeds for each encoder; the same one twice is an error.
        let b = try run(place, "b", record(2))
        let two = try CommandRun(["significance", "--groups", a, b, "--json"])
        #expect((two.object?["groups"] as? [[String: Any]])?.map { $0["n"] as? Int } == [4, 4])
        let twice = try CommandRun(["significance", "--groups", a, "\(a)/scores.csv"])
        #expect(twice.exitCode == 65 && twice.complaints.contains("name each run once"))
        let column = try CommandRun(["significance", "--groups", a, "--score", "attribute_score"])
        #expect(column.exitCode == 65 && column.complaints.contains("has no attribute_score"))
        #expect(try CommandRun(["significance", "--groups", a, "--score", "beauty"]).exitCode == 64)
    }

    @Test("what score --json prints is a group of pairs")
    func pairs() throws {
        let place = try Workplace()
        func text(_ level: Double) -> String {
            #"{"scores": {}, "pairs": [{"clip_score": \#(level)}, {"clip_score": \#(level + 0.5)}]}"#
        }
        let paths = [try place.file("one.json", text(1)), try place.file("two.json", text(3))]
        let result = try CommandRun(["significance", "--groups"] + paths + ["--json"])
        #expect(result.exitCode == 0, "\(result.complaints)")
        #expect((result.object?["groups"] as? [[String: Any]])?.map { $0["group"] as? String } == ["one", "two"])
        let other = try place.file("other.json", "{\"a\": 1}")
        #expect(try CommandRun(["significance", "--groups", other]).exitCode == 65)
        let stray = try CommandRun(["significance", "--groups", try place.file("scores.json", "{\"scores\": {}}")])
        #expect(
            stray.exitCode == 65 && stray.complaints.contains("does not stand in a run's folder"), "\(stray.complaints)"
        )
        let none = try CommandRun(["significance", "--groups", place.folder.path])
        #expect(none.exitCode == 66 && none.complaints.contains("is no run's folder"), "\(none.complaints)")
    }

    @Test("a stranger's report brings no picture from outside, no formula, no markup and no undefined number as JSON")
    func stranger() throws {
        let place = try Workplace()
        try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).write(to: place["private.png"])
        let gallery: [[String: Any]] = [
            [
                "caption": "<script>alert(1)</script>",
                "pictures": [
                    ["encoder": "=cmd()", "seed": 1, "picture": ["image": ["path": "link.png"], "clip_score": "nan"]]
                        as [String: Any]
                ],
            ]
        ]
        let scores: [[String: Any]] = [["encoder": "=cmd()", "style": "bert", "seed": 1, "clip_score": "nan", "n": -4]]
        let a = try run(
            place, "a", record(1, more: ["gallery": gallery, "scores": scores, "second_page": "javascript:alert(1)"]))
        try FileManager.default.createSymbolicLink(at: place["a/link.png"], withDestinationURL: place["private.png"])
        let result = try CommandRun(["report", a, "--json"])
        #expect(result.exitCode == 0 && result.output.contains("\"nan\""), "\(result.complaints)")
        let page = try String(contentsOf: place["a/report.html"], encoding: .utf8)
        #expect(!page.contains("<script>alert") && !page.contains("javascript:") && !page.contains("data:image"))
        #expect(page.contains("link.png lies outside the report&#39;s folder"))
        #expect(try String(contentsOf: place["a/scores.csv"], encoding: .utf8).contains("\n'=cmd(),bert,1,"))
    }
}

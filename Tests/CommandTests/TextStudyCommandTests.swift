import Foundation
import TestSupport
import Testing

/// The text studies as commands, on the small fixtures: their forms, files and refusals.
@Suite("Text studies as commands", .enabled(if: CommandRun.program != nil, Comment(rawValue: CommandRun.absent)))
struct TextStudyCommandTests {
    static let data = Fixture.url("text").path

    static func encoder(_ kind: String) -> String { Fixture.url("text/\(kind)").path }

    private func refuse(_ code: Int32, _ piece: String, _ arguments: [String]) throws {
        let run = try CommandRun(arguments + ["-q"])
        #expect(run.exitCode == code, "\(arguments): \(run.complaints)")
        #expect(run.complaints.split(separator: "\n").count == 1 && run.output.isEmpty, "\(run.complaints)")
        #expect(run.complaints.contains(piece), "\(run.complaints) does not say: \(piece)")
    }

    @Test("similarity: two tasks, three encoders, every layer; the same features serve the second task")
    func similarity() throws {
        let place = try Workplace()
        let line = [
            "similarity", "--task", "sts-l", "sts-v", "--data", Self.data, "--layers", "--encoder",
            Self.encoder("bert"),
            "ours=\(Self.encoder("clip"))", Self.encoder("gpt2"),
        ]
        let run = try CommandRun(line + ["--out", place.path("run")])
        #expect(run.exitCode == 0, "\(run.complaints)")
        for piece in [
            "STS-L: WHAT CAPTIONS SAY", "STS-V: WHETHER CAPTIONS SHOW ONE PICTURE", "ours − gpt2",
            "Spearman of every layer",
        ] {
            #expect(run.output.contains(piece), "\(run.output) lacks \(piece)")
        }
        #expect(
            run.complaints.contains("bert, sts-l: ") && !run.complaints.contains("bert, sts-v: "), "\(run.complaints)")
        #expect(try place.names("run").sorted() == ["features", "text.csv", "text.html", "text.json", "text.md"])
        #expect(try place.names("run/features").count == 6)

        let json = try CommandRun(line + ["--json", "-q"])
        let scores = try #require(json.object?["scores"] as? [[String: Any]])
        #expect(
            scores.count == 6 && scores.compactMap { $0["encoder"] as? String }.prefix(3) == ["bert", "ours", "gpt2"])
        #expect((scores[0]["layers"] as? [Any])?.count == 4 && scores[0]["metric"] as? String == "spearman")
        #expect((json.object?["comparisons"] as? [Any])?.count == 6)

        let again = try CommandRun(["report", place.path("run")])
        #expect(again.exitCode == 0 && again.output.contains("STS-L: WHAT CAPTIONS SAY"), "\(again.complaints)")
    }

    @Test("--limit: the first pairs, words or texts, marked everywhere; more than there are is all")
    func limit() throws {
        let place = try Workplace()
        let encoders = ["--data", Self.data, "--encoder", Self.encoder("bert"), Self.encoder("gpt2")]
        for (number, command) in [
            ["similarity", "--task", "sts-l", "sts-b"], ["words", "--task", "rg65", "valnorm"],
            ["geometry", "--texts", "sts-b", "--sample", "20"], ["geometry", "--texts", "sts-b", "--sentences"],
            ["study", "text", "--sample", "20"],
        ].enumerated() {
            let run = try CommandRun(command + encoders + ["--limit", "12", "-q", "--out", place.path("run\(number)")])
            #expect(
                run.exitCode == 0 && run.output.hasPrefix("Warning: Only part of the texts was used"),
                "\(run.output)\(run.complaints)")
            let record = try #require(
                JSONSerialization.jsonObject(with: try place.bytes("run\(number)/text.json")) as? [String: Any])
            #expect(record["partial"] as? Bool == true)
            #expect((record["caveats"] as? [String])?.first?.hasPrefix("Partial: only the first 12 of ") == true)
            for score in record["scores"] as? [[String: Any]] ?? [] { #expect(score["n"] as? Int == 12) }
            for page in ["text.html", "text.md"] {
                #expect(
                    String(decoding: try place.bytes("run\(number)/\(page)"), as: UTF8.self).contains(
                        "Only part of the texts"))
            }
        }
        // One and two pairs have no correlation: a table that says so, and no trap.
        for count in ["1", "2", "3"] {
            for command in [
                ["similarity", "--task", "sts-l"], ["words", "--task", "all"],
                ["geometry", "--texts", "sts-b", "--sentences"],
            ] {
                let run = try CommandRun(command + encoders + ["--limit", count, "-q"])
                #expect(
                    [0, 65].contains(run.exitCode) && run.complaints.split(separator: "\n").count < 2,
                    "\(command): \(run.complaints)")
            }
        }
        let all = try CommandRun(["similarity", "--task", "sts-l"] + encoders + ["--limit", "100000", "-q", "--json"])
        #expect(all.exitCode == 0 && all.object?["partial"] == nil)
        try refuse(64, "--limit is 0", ["similarity", "--task", "sts-l"] + encoders + ["--limit", "0"])
    }

    @Test("a sentence with a NUL or of megabytes is told with file and line")
    func sentences() throws {
        let place = try Workplace()
        let long = String(repeating: "a face ", count: 1_500_000)
        let rows = "a man\ta face\t1\na woman\ta hat\t2\na man\ta hat\t3\n"
        let heading = "sentence1\tsentence2\tscore\n"
        let sts = { (text: String) in
            "main-news\tx\t2012\t1\t2.5\ta man\ta face\nmain-news\tx\t2012\t2\t2.5\t\(text)\ta face\n"
        }
        for (text, line) in [
            (heading + rows + "a\u{0}b\ta face\t2\n", "line 5, column 1: the first sentence holds a NUL"),
            (heading + "a man\ta\u{0}face\t2\n", "line 2, column 2: the second sentence holds a NUL"),
            (heading + rows + "a\t\(long)\t2\n", "line 5, column 2: the second sentence has 10 megabytes"),
            (sts("a\u{0}b"), "line 2, column 6: the first sentence holds a NUL"),
        ] {
            let file = try place.file("own.tsv", text)
            for command in [["similarity", "--task", file], ["geometry", "--texts", file, "--sentences"]] {
                try refuse(65, "own.tsv, \(line)", command + ["--encoder", Self.encoder("bert")])
            }
        }
        _ = try place.file("sts-test.csv", sts("a\u{0}b"))
        for more in [[], ["--like-paper"]] {
            try refuse(
                65, "sts-test.csv, line 2",
                ["similarity", "--task", "sts-b", "--data", place.folder.path, "--encoder", Self.encoder("bert")] + more
            )
        }
        _ = try place.file("rg65.csv", "cord;smile;0.02\ncord;sm\u{0}ile;0.02\n")
        try refuse(
            65, "rg65.csv, line 2, column 2: the second word holds a NUL",
            ["words", "--task", "rg65", "--data", place.folder.path, "--encoder", Self.encoder("bert")])
    }

    @Test("words and geometry; study text with everything that is there, and the name of what is not")
    func study() throws {
        let place = try Workplace()
        let words = try CommandRun([
            "words", "--task", "all", "--data", Self.data, "--encoder", Self.encoder("gpt2"), "--variant", "plain",
            "bos-eos", "eos", "-q",
        ])
        #expect(words.exitCode == 0 && words.output.contains("VALNORM, PLEASANTNESS"), "\(words.complaints)")
        #expect(words.complaints.isEmpty)
        let geometry = try CommandRun([
            "geometry", "--texts", "sts-b", "--data", Self.data, "--sample", "100", "--encoder", Self.encoder("clip"),
            "-q",
        ])
        #expect(geometry.exitCode == 0 && geometry.output.contains("clip: 100 vectors"), "\(geometry.complaints)")
        let sentences = try CommandRun([
            "geometry", "--texts", "faces.txt", "--sentences", "--encoder", Self.encoder("clip"), "--json", "-q",
        ])
        let records = try #require(sentences.object?["geometry"] as? [[String: Any]], "\(sentences.complaints)")
        #expect(records.count == 1 && records[0]["what"] as? String == "sentences")

        let study = try CommandRun([
            "study", "text", "--data", Self.data, "--out", place.path("run"), "--encoder", Self.encoder("bert"),
            Self.encoder("clip"),
            "--like-paper",
        ])
        #expect(study.exitCode == 0, "\(study.complaints)")
        #expect(study.complaints.hasSuffix("synesthesia: the whole report: \(place.path("run"))/text.html\n"))
        let page = try String(contentsOf: place["run/text.html"], encoding: .utf8)
        #expect(
            page.contains("Left out, geometry of words: sts12_16.tsv is not in")
                && page.contains("commas lost as in the released code"))
        #expect(try place.names("run").contains("geometry.csv"))
    }

    @Test("what is missing or wrong ends with one sentence and its code")
    func refusals() throws {
        let place = try Workplace()
        let bert = ["--encoder", Self.encoder("bert")]
        try refuse(
            66, "sts-test.csv is not in \(place.path("")); get it from https://ixa2.si.ehu.eus/stswiki",
            ["similarity", "--task", "sts-b", "--data", place.path("")] + bert)
        try refuse(66, "sts-x is neither a task", ["similarity", "--task", "sts-x"] + bert)
        try refuse(
            64, "two encoders are called bert; give one another name",
            ["similarity", "--task", "sts-l", "--data", Self.data] + bert + bert)
        try refuse(64, "--task is \"rg66\", but must be all or one of rg65", ["words", "--task", "rg66"] + bert)
        try refuse(
            64, "--sample is 1; it must be from 2 to 10000000",
            ["geometry", "--texts", "faces.txt", "--sample", "1"] + bert)
        try refuse(
            64, "--pooling belongs to --sentences", ["geometry", "--texts", "faces.txt", "--pooling", "mean"] + bert)
        try refuse(
            66, "holds none of the published files",
            ["study", "text", "--data", place.path("none"), "--out", place.path("o")] + bert)
        let table = try place.file("mine.tsv", "sentence1\tsentence2\tscore\na man\ta woman\t\n")
        try refuse(65, "mine.tsv, line 2, column 3: the score is missing", ["similarity", "--task", table] + bert)
        let odd = try place.file("odd.tsv", "sentence1\tsentence2\n")
        try refuse(65, "no heading with sentence1, sentence2 and score", ["similarity", "--task", odd] + bert)
        try refuse(
            65, "no pooler",
            [
                "similarity", "--task", "sts-l", "--data", Self.data, "--pooling", "pooler", "--encoder",
                Self.encoder("gpt2"),
            ])
    }
}

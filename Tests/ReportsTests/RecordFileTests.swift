import Foundation
import SynReports
import TestSupport
import Testing

@Suite struct RecordFileTests {
    @Test func aReportSurvivesItsFile() throws {
        let report = MadeUpReport.whole()
        #expect(report.significance != nil)
        let bytes = try RecordFile.json(report)
        #expect(try RecordFile.decode(ProbeReport.self, from: bytes, name: "memory") == report)
        #expect(try RecordFile.json(report) == bytes)
    }

    @Test func keysAreSnakeCaseAndSorted() throws {
        var report = MadeUpReport.whole(seeds: [0])
        report.gallery = []
        report.ablation = nil
        report.significance = nil
        let text = String(decoding: try RecordFile.json(report), as: UTF8.self)
        for key in ["schema_version", "clip_score", "inception_score_as_published", "ground_truth"] {
            #expect(text.contains("\"\(key)\""))
        }
        let keys = text.matches(of: /"([A-Za-z_]+)" :/).map { String($0.1) }
        #expect(!keys.isEmpty)
        #expect(keys.allSatisfy { $0 == $0.lowercased() })
        let top = text.matches(of: /(?m)^  "([a-z_]+)" :/).map { String($0.1) }
        #expect(top == top.sorted() && top.count > 8)
    }

    @Test func undefinedNumbersAreKept() throws {
        var report = MadeUpReport.whole(seeds: [0])
        report.scores[0].clipScore = .nan
        report.scores[0].fid = .infinity
        let read = try RecordFile.decode(ProbeReport.self, from: RecordFile.json(report), name: "memory")
        #expect(read.scores[0].clipScore.isNaN)
        #expect(read.scores[0].fid == .infinity)
    }

    @Test func errorsNameTheFileAndTheKey() throws {
        func failure(_ json: String) -> String {
            do {
                _ = try RecordFile.decode(ProbeReport.self, from: Data(json.utf8), name: "x/report.json")
                return "no failure"
            } catch { return "\(error)" }
        }
        #expect(
            failure("{\"schema_version\": 99}")
                == "x/report.json has schema version 99, this tool reads up to 1; use a newer synesthesia")
        #expect(failure("{\"schema_version\": 1}").contains("the key \"title\" is missing at the top"))
        #expect(failure("{").hasPrefix("x/report.json is not a record of this kind: "))
        var report = MadeUpReport.whole(seeds: [0])
        report.curves = []
        report.gallery = []
        let text = String(decoding: try RecordFile.json(report), as: UTF8.self)
            .replacing("\"style\" : \"random\"", with: "\"style\" : \"gpt\"")
        #expect(failure(text).contains("at scores[4].style"))
    }

    @Test func absentAndUnwritableFilesAreSentences() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let absent = folder.appending(path: "absent.json")
        #expect {
            try RecordFile.read(ProbeReport.self, from: absent)
        } throws: { "\($0)".hasPrefix("\(absent.path) could not be read: ") }

        let file = folder.appending(path: "file")
        try RecordFile.write("a file, not a folder", to: file)
        let below = file.appending(path: "report.json")
        #expect {
            try RecordFile.write("text", to: below)
        } throws: { "\($0)".hasPrefix("\(file.path) cannot be written: ") }
        #expect(try String(contentsOf: file, encoding: .utf8) == "a file, not a folder")
    }

    @Test func writingLeavesNoTemporaryFiles() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "deep/er/report.json")
        for text in ["first", "second"] { try RecordFile.write(text, to: url) }
        #expect(try String(contentsOf: url, encoding: .utf8) == "second")
        let names = try FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)
        #expect(names == ["report.json"])
    }
}

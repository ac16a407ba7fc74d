import Foundation
import SynFiles
import TestSupport
import Testing

@Suite("Logs of JSON lines")
struct JSONLinesTests {
    struct Step: Codable, Equatable {
        var step: Int
        var note = "ä/\n"
    }

    @Test("cut at any byte, the whole lines stay and appending goes on")
    func cutAnywhere() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "training.jsonl")
        do {
            let appender = try JSONLines.Appender(log)
            for step in 1...3 { try appender.append(Step(step: step)) }
            try appender.flush()
        }
        let bytes = try Data(contentsOf: log)
        let lineEnds = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
        #expect(lineEnds.count == 3)
        for length in 0...bytes.count {
            try bytes.prefix(length).write(to: log)
            // A line is whole with its closing brace, even before its line end.
            let whole = lineEnds.filter { $0 <= length }.count
            let expected = (0..<whole).map { Step(step: $0 + 1) }
            #expect(try JSONLines.read(Step.self, from: log) == expected, "cut at byte \(length)")
            let appender = try JSONLines.Appender(log)
            try appender.append(Step(step: 9))
            #expect(try JSONLines.read(from: log) == expected + [Step(step: 9)], "appended at byte \(length)")
        }
    }

    @Test("a file that is not there has no records")
    func absent() throws {
        let nowhere = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        #expect(try JSONLines.read(Step.self, from: nowhere) == [])
    }

    @Test("a broken line in the middle is an error with its number")
    func broken() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "log.jsonl")
        try AtomicFile.write("{\"step\":1,\"note\":\"\"}\n{\"step\":\n{\"step\":3,\"note\":\"\"}\n", to: log)
        let complaint = #expect(throws: FileFailure.self) { try JSONLines.read(Step.self, from: log) }
        #expect(complaint?.kind == .damaged)
        #expect(complaint?.description.contains("record 2") == true)
    }
}

import Experiments
import Foundation
import Testing

@Suite("Caption files")
struct CaptionFileTests {
    func captions(_ text: String) throws -> [String] {
        try CaptionFile(Array(text.utf8), source: "faces.txt").captions
    }

    func complaint(_ bytes: [UInt8]) -> Complaint? {
        #expect(throws: Complaint.self) { try CaptionFile(bytes, source: "faces.txt") }
    }

    @Test(
        "line ends and byte-order mark do not matter",
        arguments: ["a\nb\n", "a\nb", "a\r\nb\r\n", "a\r\nb", "\u{FEFF}a\nb\n", "\u{FEFF}a\r\nb", "a\rb\r", "a\rb"])
    func lineEnds(_ text: String) throws {
        #expect(try captions(text) == ["a", "b"])
    }

    @Test("where there are line feeds, nothing else ends a caption, and blanks stay")
    func scalars() throws {
        let text = " a\u{2028}b\u{0B}c\u{85}d\re \n\u{0}\n"
        #expect(try captions(text).map { Array($0.unicodeScalars) }
            == [" a\u{2028}b\u{0B}c\u{85}d\re ", "\u{0}"].map { Array($0.unicodeScalars) })
    }

    @Test("combining marks are kept as written, not composed")
    func bytes() throws {
        #expect(Array(try captions("e\u{301}\n")[0].utf8) == [0x65, 0xCC, 0x81])
    }

    @Test("a long caption is a caption")
    func long() throws {
        #expect(try captions(String(repeating: "x", count: 10_000) + "\n")[0].utf8.count == 10_000)
    }

    @Test("an empty line is an error with its number, unless allowed", arguments: ["a\n\nb\n", "a\r\n\r\nb", "a\n \t\nb", "a\r\rb"])
    func emptyLine(_ text: String) throws {
        let complaint = complaint(Array(text.utf8))
        #expect(complaint?.kind == .badData)
        #expect(complaint?.description.hasPrefix("faces.txt, line 2: the caption is empty") == true)
        let allowed = try CaptionFile(Array(text.utf8), source: "", allowingEmpty: true).captions
        #expect(allowed.count == 3)
    }

    @Test("no captions at all", arguments: ["", "\u{FEFF}"])
    func none(_ text: String) {
        #expect(complaint(Array(text.utf8))?.description.hasPrefix("faces.txt holds no captions") == true)
    }

    @Test("bytes that are not UTF-8 are named by line and byte")
    func invalid() {
        let latin: [UInt8] = Array("ok\nna".utf8) + [0xEF] + Array("ve\n".utf8)
        #expect(complaint(latin)?.kind == .badData)
        #expect(complaint(latin)?.description.hasPrefix("faces.txt, line 2: not UTF-8 at byte 3") == true)
        #expect(complaint([0xC0, 0x80])?.kind == .badData)   // an overlong NUL
        #expect(complaint([0xED, 0xA0, 0x80])?.kind == .badData)   // half a surrogate pair
        #expect(complaint([0x61, 0xE2, 0x82])?.kind == .badData)   // cut at the end
    }

    @Test("a missing file and a folder are told apart")
    func paths() throws {
        let missing = #expect(throws: Complaint.self) { try CaptionFile(path: "/no/such/file") }
        #expect(missing?.kind == .missing)
        let folder = #expect(throws: Complaint.self) { try CaptionFile(path: "/") }
        #expect(folder?.kind == .badData)
    }
}

import Foundation
import SynEmbedding
import SynRuns
import Testing

@Suite("Caption files")
struct CaptionFileTests {
    func captions(_ text: String) throws -> [String] {
        try CaptionFile(Array(text.utf8), source: "faces.txt").captions
    }

    func complaint(_ bytes: [UInt8]) -> UserError? {
        #expect(throws: UserError.self) { try CaptionFile(bytes, source: "faces.txt") }
    }

    @Test(
        "line ends and byte-order mark do not matter",
        arguments: ["a\nb\n", "a\nb", "a\r\nb\r\n", "a\r\nb", "\u{FEFF}a\nb\n", "\u{FEFF}a\r\nb", "a\rb\r", "a\rb"])
    func lineEnds(_ text: String) throws {
        #expect(try captions(text) == ["a", "b"])
    }

    @Test("where there are line feeds, nothing else ends a caption, and blanks stay")
    func scalars() throws {
        let text = " a\u{2028}b\u{0B}c\u{85}d\re \n\u{1}\n"
        #expect(
            try captions(text).map { Array($0.unicodeScalars) }
                == [" a\u{2028}b\u{0B}c\u{85}d\re ", "\u{1}"].map { Array($0.unicodeScalars) })
    }

    @Test("combining marks are kept as written, not composed")
    func bytes() throws {
        #expect(Array(try captions("e\u{301}\n")[0].utf8) == [0x65, 0xCC, 0x81])
    }

    @Test("a long caption is a caption")
    func long() throws {
        #expect(try captions(String(repeating: "x", count: 10_000) + "\n")[0].utf8.count == 10_000)
    }

    @Test(
        "an empty line is an error with its number, unless allowed",
        arguments: ["a\n\nb\n", "a\r\n\r\nb", "a\n \t\nb", "a\r\rb"])
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

    /// Bytes of a text in UTF-16, with or without its mark.
    func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return bigEndian ? bytes : bytes.reversed()
        }
    }

    @Test("UTF-16 is read, by its mark or by what its bytes can be alone, and that is told", arguments: [true, false])
    func wideText(bigEndian: Bool) throws {
        let texts = ["a man\nune fille à l'école 😀\n", "a", "Кот сидит.\r\nДом\r\n", "一个女人\n帽子 一\n", "γάτα\nσπίτι"]
        for text in texts {
            let plain = try captions(text)
            let marked = try CaptionFile(utf16(text, bigEndian: bigEndian, mark: true), source: "faces.txt")
            #expect(marked.captions == plain && marked.remark == nil)
            let bare = try CaptionFile(utf16(text, bigEndian: bigEndian, mark: false), source: "faces.txt")
            #expect(bare.captions == plain, "\(text)")
            #expect(bare.remark?.contains(bigEndian ? "UTF-16BE" : "UTF-16LE") == true)
        }
        #expect(try CaptionFile(Array("naïve\n".utf8), source: "").remark == nil)
        let cut = utf16("a man", bigEndian: bigEndian, mark: true).dropLast()
        #expect(complaint(Array(cut))?.description.contains("ends in the middle of one") == true)
        let half: [UInt8] = bigEndian ? [0xFE, 0xFF, 0xD8, 0] : [0xFF, 0xFE, 0, 0xD8]
        #expect(complaint(half)?.description.contains("holds half a character") == true)
    }

    @Test(
        "a NUL is no text, wherever it stands",
        arguments: ["a\u{0}b\n", "ok\n\u{0}\n", "cat\u{0}dog\n", "a man\na\u{0}\u{0}\u{0}man\n"])
    func nul(_ text: String) {
        for allowing in [false, true] {
            let found = #expect(throws: UserError.self) {
                try CaptionFile(Array(text.utf8), source: "faces.txt", allowingEmpty: allowing)
            }
            #expect(
                found?.kind == .badData && found?.description.contains("holds a NUL") == true,
                "\(found?.description ?? "")")
        }
    }

    @Test(
        "what is no text is named",
        arguments: [
            ([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61], "UTF-32"),
            ([0x1F, 0x8B, 8, 0], "gunzip"), ([0x50, 0x4B, 3, 4, 20, 0], "zip archive"),
        ] as [([UInt8], String)])
    func strangers(_ bytes: [UInt8], _ word: String) {
        #expect(complaint(bytes)?.description.contains(word) == true)
    }

    @Test("ten megabytes are a caption still, more are none")
    func longest() throws {
        #expect(try captions(String(repeating: "x", count: 10_000_000))[0].utf8.count == 10_000_000)
        let found = complaint([UInt8](repeating: 0x78, count: 10_000_001))
        #expect(found?.description.hasPrefix("faces.txt, line 1: 10 megabytes without a line end") == true)
    }

    @Test("a missing file and a folder are told apart")
    func paths() throws {
        let missing = #expect(throws: UserError.self) { try CaptionFile(path: "/no/such/file") }
        #expect(missing?.kind == .missing)
        let folder = #expect(throws: UserError.self) { try CaptionFile(path: "/") }
        #expect(folder?.kind == .badData)
    }
}

import Foundation
import SynFiles
import Testing

@Suite("Text from outside on a terminal")
struct PrintableTextTests {
    @Test("what steers a terminal, turns text or cannot be seen becomes visible")
    func shown() {
        #expect(printable("a\u{1B}[2Jb") == "a\\u{1B}[2Jb")
        #expect(
            printable("\u{9B}\u{202E}\u{200B}\u{2028}\u{7F}\n\u{FEFF}\u{3164}\u{115F}\u{E0041}\u{E000}")
                == "\\u{9B}\\u{202E}\\u{200B}\\u{2028}\\u{7F}\\u{A}\\u{FEFF}\\u{3164}\\u{115F}\\u{E0041}\\u{E000}")
        #expect(printable("Größe 漢字 ✓ é ❤\u{FE0F}") == "Größe 漢字 ✓ é ❤\u{FE0F}")
        #expect(printableLines("a\u{7}\nb\r\n") == "a\\u{7}\nb\\u{D}\n")
    }

    @Test("much becomes less; of a sentence the advice at its end stays")
    func short() {
        #expect(printable(String(repeating: "x", count: 300)).count == 201)
        let sentence = "file has no tensor \(String(repeating: "\u{1B}x", count: 5_000_000)); fetch it again"
        let shown = printableSentence(sentence)
        #expect(shown.hasPrefix("file has no tensor \\u{1B}x") && shown.hasSuffix("; fetch it again"))
        #expect(shown.unicodeScalars.count < 6000 && !shown.contains("\u{1B}"))
        #expect(printableSentence("short") == "short")
    }

    @Test("JSON says the same, with escapes that no terminal obeys")
    func json() throws {
        let texts = ["ä\u{9B}31m\u{202E}\u{200B}\u{FEFF}", "plain", "\u{E0041}\u{1B}\n", "漢 ❤\u{FE0F}"]
        let safe = terminalSafe(json: try JSONEncoder().encode(texts))
        #expect(try JSONDecoder().decode([String].self, from: safe) == texts)
        let shown = String(decoding: safe, as: UTF8.self)
        #expect(shown.contains("\\u202e") && shown.contains("\\udb40\\udc41") && shown.contains("漢"))
        for scalar in shown.unicodeScalars { #expect(printable("\(scalar)") == "\(scalar)") }
    }
}

import SynReports
import Testing

@Suite struct TextTableTests {
    static let table = TextTable(
        "Scores",
        columns: [.init("Encoder"), .init("CLIP-Score", .right)],
        rows: [["bert-mini", "22.46 ± 0.04"], ["a|b *c* <d>", "9.00"], ["日本 🙂"]],
        notes: ["± is the standard deviation over seeds."])

    @Test func terminalIsAligned() {
        #expect(
            Self.table.terminal == """
                Scores
                Encoder        CLIP-Score
                ───────────  ────────────
                bert-mini    22.46 ± 0.04
                a|b *c* <d>          9.00
                日本 🙂
                  ± is the standard deviation over seeds.

                """)
    }

    @Test func markdownIsAlignedAndEscaped() {
        #expect(
            Self.table.markdown == #"""
                **Scores**

                | Encoder              |   CLIP-Score |
                | -------------------- | -----------: |
                | bert-mini            | 22.46 ± 0.04 |
                | a\|b \*c\* &lt;d&gt; |         9.00 |
                | 日本 🙂              |              |

                _± is the standard deviation over seeds._  

                """#)
    }

    @Test func emptyColumnsAndLongRows() {
        let table = TextTable(
            columns: [.init("a"), .init("b"), .init("c")], rows: [["1", "", "3", "too much"], ["4"]])
        #expect(table.withoutEmptyColumns.columns.map(\.heading) == ["a", "c"])
        #expect(table.withoutEmptyColumns.rows == [["1", "3"], ["4", ""]])
    }

    @Test func aCellCannotMoveTheCursor() {
        let table = TextTable(columns: [.init("x")], rows: [["\u{1B}[2Jgone\nnext\u{202E}"]])
        #expect(table.terminal == "x\n\(String(repeating: "─", count: 26))\n\\u{1B}[2Jgone next\\u{202E}\n")
        #expect(!table.markdown.unicodeScalars.contains("\u{1B}"))
    }

    @Test func widthOfWideAndCombiningCharacters() {
        #expect(TerminalText.width("abc") == 3)
        #expect(TerminalText.width("e\u{301}") == 1)
        #expect(TerminalText.width("日本") == 4)
        #expect(TerminalText.width("🙂") == 2)
        #expect(TerminalText.width("± é −") == 5)
    }

    @Test func longSentencesAreWrapped() {
        #expect(TerminalText.wrapped("one two three", columns: 8, indent: " ") == [" one two", " three"])
        #expect(TerminalText.wrapped("incomprehensible word", columns: 6) == ["incomprehensible", "word"])
        #expect(TerminalText.wrapped("") == [])
    }
}

import Foundation
import SynTokenizers
import TestSupport
import Testing

/// What CLIP's first tokenizer does before it cuts a text: ftfy, entities of HTML, lower case.
@Suite("Texts are cleaned as OpenAI's tokenizer cleans them")
struct CleaningTests {
    private struct Line: Decodable {
        let text: String
        let clean: String
        let ids: [Int32]
    }

    private func lines(_ url: URL) throws -> [Line] {
        try JSONDecoder().decode([Line].self, from: Data(contentsOf: url))
    }

    private func shown(_ text: some Sequence<Unicode.Scalar>) -> String {
        text.prefix(80).map { $0.isASCII && $0.value >= 0x20 ? String($0) : "{\(String($0.value, radix: 16))}" }
            .joined()
    }

    /// Prints how many differ, and the first few of those.
    private func compareTexts(_ lines: [Line], _ name: String) -> Int {
        var different = 0
        for line in lines {
            let found = TextRepair.clean(Array(line.text.unicodeScalars))
            guard !found.elementsEqual(line.clean.unicodeScalars) else { continue }
            different += 1
            if different <= 12 {
                print(
                    "\(shown(line.text.unicodeScalars))\n  ours   \(shown(found))\n  ftfy's "
                        + "\(shown(line.clean.unicodeScalars))"
                )
            }
        }
        print("\(name): \(lines.count) texts, \(different) cleaned otherwise than by ftfy")
        return different
    }

    @Test func texts() throws {
        #expect(compareTexts(try lines(Fixture.url("tokenizers/cleaning.json")), "cleaning") == 0)
    }

    @Test(
        "ids with OpenAI's vocabulary",
        .enabled(if: RealVocabularies.folder != nil, Comment(rawValue: Fixture.absent)))
    func ids() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try RealVocabularies.build("clip, OpenAI's file", at: folder)
        let tokenizer = try Tokenizer(folder: folder)
        #expect(tokenizer.encode("Tom &amp; Jerry", maximumLength: nil).ids == [49406, 2435, 261, 9164, 49407])
        #expect(tokenizer.startID == 49406 && tokenizer.endID == 49407 && tokenizer.padID == 49407)
        #expect(tokenizer.vocabularySize == 49408 && tokenizer.id(ofToken: "<|endoftext|>") == 49407)
        let lines = try lines(Fixture.url("tokenizers/cleaning.json"))
        let different = lines.filter { tokenizer.encode($0.text, maximumLength: nil).ids != $0.ids }
        for line in different.prefix(5) {
            print(shown(line.text.unicodeScalars), tokenizer.encode(line.text, maximumLength: nil).ids, line.ids)
        }
        print("\(lines.count) texts, \(different.count) with other ids than OpenAI's tokenizer")
        #expect(different.isEmpty)
    }

    private static let many = ProcessInfo.processInfo.environment["SYNESTHESIA_CLEANING"].map { URL(filePath: $0) }

    @Test("thousands of texts, made by hand with make_cleaning.py --many", .enabled(if: many != nil))
    func thousands() throws {
        let lines = try lines(#require(Self.many))
        #expect(compareTexts(lines, "many texts") * 1000 <= lines.count)
    }

    /// What is made to hurt ends soon: entities within entities, long lines that look bad all over.
    @Test(arguments: [
        "&" + String(repeating: "amp;", count: 50_000) + "lt;",
        String(repeating: "\u{c3}\u{192}\u{c2}\u{a9}", count: 20_000),
        String(repeating: "\u{3a3}.", count: 50_000), String(repeating: "\u{1b}[1;", count: 50_000),
        String(repeating: "&#", count: 50_000) + String(repeating: "9", count: 50_000),
        String(repeating: "\u{e2}\u{20ac}\u{c3} ", count: 10_000),
    ])
    func longTexts(_ text: String) {
        let start = ContinuousClock.now
        let cleaned = TextRepair.clean(Array(text.unicodeScalars))
        print("\(text.unicodeScalars.count) scalars cleaned to \(cleaned.count) in \(ContinuousClock.now - start)")
        #expect(ContinuousClock.now - start < .seconds(60))
    }
}

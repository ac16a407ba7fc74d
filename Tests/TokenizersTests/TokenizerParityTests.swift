import Foundation
import SynTokenizers
import TestSupport
import Testing

@Suite("Ids equal Hugging Face's")
struct TokenizerParityTests {
    static let fixtures = Fixture.url("tokenizers")

    @Test("small vocabularies", arguments: ["bert", "bert-cased", "clip", "clip-json", "gpt2", "roberta"])
    func small(_ name: String) throws {
        let texts = try Reference.texts(Self.fixtures.appending(path: "corpus.json"))
        let reference = try #require(try Reference.all(Self.fixtures.appending(path: "small.json"))[name])
        let tokenizer = try Tokenizer(folder: Self.fixtures.appending(path: "small/\(name)"))
        reference.check(tokenizer, texts, name)
    }

    @Test(
        "real vocabularies", .enabled(if: RealVocabularies.folder != nil, Comment(rawValue: Fixture.absent)),
        arguments: ["bert-base-uncased", "bert-base-cased", "clip", "gpt2", "roberta"])
    func real(_ name: String) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try RealVocabularies.build(name, at: folder)
        let texts = try Reference.texts(Self.fixtures.appending(path: "corpus.json"))
        let reference = try #require(try Reference.all(Self.fixtures.appending(path: "real.json"))[name])
        let start = ContinuousClock.now
        let tokenizer = try Tokenizer(folder: folder)
        print("\(name): opened in \(ContinuousClock.now - start), \(tokenizer.vocabularySize) ids")
        reference.check(tokenizer, texts, name)
        measure(tokenizer, name)
    }

    /// Captions a second, on one thread: told, not judged.
    private func measure(_ tokenizer: Tokenizer, _ name: String) {
        let captions = (0..<4000).map {
            "The woman has wavy hair, brown hair, and pointy nose. She is wearing heavy makeup, number \($0)."
        }
        let start = ContinuousClock.now
        let count = captions.reduce(0) { $0 + tokenizer.encode($1, maximumLength: 77).ids.count }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("\(name): \(Int(Double(captions.count) / seconds)) captions/s, \(Int(Double(count) / seconds)) ids/s")
        #expect(count > captions.count)
    }

    static let fuzz = ProcessInfo.processInfo.environment["SYNESTHESIA_TOKENIZER_FUZZ"].map { URL(filePath: $0) }

    @Test("random texts, made by hand with make.py --fuzz", .enabled(if: fuzz != nil))
    func random() throws {
        let folder = try #require(Self.fuzz)
        let texts = try Reference.texts(folder.appending(path: "corpus.json"))
        for (name, reference) in try Reference.all(folder.appending(path: "expected.json")) {
            reference.check(try Tokenizer(folder: folder.appending(path: name)), texts, name)
        }
    }
}

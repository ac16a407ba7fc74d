import Foundation
import SynTokenizers
import TestSupport
import Testing

@Suite("Learned vocabularies")
struct TrainerTests {
    static let captions: [String] = {
        let url = Fixture.url("tokenizers/captions.txt")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { String($0) }
    }()

    /// `trained.json` holds what transformers printed for these folders (check_trained.py).
    @Test("Hugging Face and we read the same ids from a written folder", arguments: ["bert", "clip"])
    func roundTrip(_ name: String) throws {
        let named = ProcessInfo.processInfo.environment["SYNESTHESIA_TRAINED_OUT"].map { URL(filePath: $0) }
        let folder = try named ?? Fixture.temporaryFolder()
        defer { if named == nil { try? FileManager.default.removeItem(at: folder) } }
        let target = folder.appending(path: name)
        try train(name).write(to: target, modelMaximumLength: 77)
        let url = Fixture.url("tokenizers/trained.json")
        let expected = try JSONDecoder().decode([String: [[Int32]]].self, from: Data(contentsOf: url))
        let tokenizer = try Tokenizer(folder: target)
        #expect(tokenizer.modelMaximumLength == 77)
        #expect(Self.captions.count == 18)
        #expect(Self.captions.map { tokenizer.encode($0, maximumLength: nil).ids } == expected[name])
    }

    private func train(_ name: String) throws -> TrainedVocabulary {
        name == "bert"
            ? try WordPieceTrainer(vocabularySize: 400).train(on: Self.captions)
            : try BPETrainer(vocabularySize: 700).train(on: Self.captions)
    }

    /// low ×5, lower ×2, newest ×6, widest ×3: the example of the paper that brought byte pairs to words
    /// (Sennrich, Haddow and Birch 2016); its first merges are e s, es t, est </w>, l o.
    @Test func pairsAreMergedInOrderOfFrequency() throws {
        let text = [("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)]
            .flatMap { Array(repeating: $0.0, count: $0.1) }.joined(separator: " ")
        let merges = try BPETrainer(vocabularySize: 514 + 4).train(on: [text]).merges
        // "t</w>" is one symbol here, so the last two of the paper's three merges are one.
        #expect(merges.map { "\($0.left) \($0.right)" } == ["e s", "es t</w>", "l o", "e w"])
    }

    @Test func theSameTextsGiveTheSameVocabulary() throws {
        for name in ["bert", "clip"] {
            let first = try train(name)
            for _ in 0..<3 {
                let again = try train(name)
                #expect(first.pieces == again.pieces && first.merges == again.merges)
            }
            #expect(Set(first.pieces.map { Array($0.utf8) }).count == first.pieces.count)
        }
    }

    @Test func wordPieceLayout() throws {
        let vocabulary = try WordPieceTrainer(vocabularySize: 220).train(on: Self.captions)
        #expect(vocabulary.pieces.count == 220)
        #expect(vocabulary.pieces.prefix(5) == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        #expect(vocabulary.pieces.contains("hair"))
        #expect(!vocabulary.pieces.contains { $0.contains("H") })
        let cased = try WordPieceTrainer(vocabularySize: 220, lowercases: false).train(on: Self.captions)
        #expect(cased.pieces.contains("H") && cased.pieces.contains("##H"))
    }

    @Test func clipLayout() throws {
        let vocabulary = try BPETrainer(vocabularySize: 600).train(on: Self.captions)
        #expect(vocabulary.pieces.count == 600 && vocabulary.merges.count == 600 - 514)
        #expect(vocabulary.pieces[0] == "!" && vocabulary.pieces[256] == "!</w>")
        #expect(vocabulary.pieces.suffix(2) == ["<|startoftext|>", "<|endoftext|>"])
    }

    @Test func tooSmallIsASentence() {
        #expect(throws: TokenizerError.self) { try BPETrainer(vocabularySize: 500).train(on: ["a"]) }
        let error = #expect(throws: TokenizerError.self) {
            try WordPieceTrainer(vocabularySize: 10).train(on: ["a"])
        }
        #expect(error?.description.hasPrefix("A vocabulary of 10 pieces is too small") == true)
    }

    @Test func rarePairsAreLeftAlone() throws {
        let vocabulary = try BPETrainer(vocabularySize: 2000, minimumFrequency: 2).train(on: ["abc", "abd", "xyz"])
        #expect(vocabulary.merges.map { [$0.left, $0.right] } == [["a", "b"]])
    }
}

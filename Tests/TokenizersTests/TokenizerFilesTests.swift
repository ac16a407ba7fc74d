import Foundation
import SynTokenizers
import TestSupport
import Testing

@Suite("Tokenizer files")
struct TokenizerFilesTests {
    private static let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\ncaf\u{e9}\ncafe\u{301}\ncafe\n##s\n"

    @Test func canonicallyEquivalentPiecesStayTwo() throws {
        let tokenizer = try TokenizerFolder.open([
            "vocab.txt": Self.vocabulary, "tokenizer_config.json": #"{"do_lower_case": false}"#,
        ])
        #expect(tokenizer.encode("caf\u{e9} cafe\u{301}", maximumLength: nil).ids == [2, 7, 8, 3])
        #expect(tokenizer.id(ofToken: "caf\u{e9}") == 7 && tokenizer.id(ofToken: "cafe\u{301}") == 8)
        #expect(tokenizer.vocabularySize == 11)
        #expect(tokenizer.kind == .wordPiece && tokenizer.padID == 0 && tokenizer.unknownID == 1)
        #expect(tokenizer.startID == 2 && tokenizer.endID == 3 && tokenizer.maskID == 4)
        #expect(tokenizer.token(10) == "##s" && tokenizer.token(11) == nil && tokenizer.token(-1) == nil)
    }

    @Test func settingsDecideCaseAndAccents() throws {
        let text = "A caf\u{e9}s"
        func ids(_ settings: String?) throws -> [Int32] {
            var files = ["vocab.txt": Self.vocabulary]
            files["tokenizer_config.json"] = settings
            return try TokenizerFolder.open(files).encode(text, maximumLength: nil).ids
        }
        #expect(try ids(nil) == [2, 5, 9, 10, 3])
        #expect(try ids(#"{"do_lower_case": false}"#) == [2, 6, 7, 10, 3])
        #expect(try ids(#"{"do_lower_case": true, "strip_accents": false}"#) == [2, 5, 7, 10, 3])
        #expect(try ids(#"{"do_lower_case": false, "strip_accents": true}"#) == [2, 6, 9, 10, 3])
    }

    @Test func truncationKeepsTheEnd() throws {
        let tokenizer = try TokenizerFolder.open([
            "vocab.txt": Self.vocabulary, "config.json": #"{"max_position_embeddings": 16}"#,
        ])
        #expect(tokenizer.modelMaximumLength == 16)
        func cut(_ length: Int) -> Encoding { tokenizer.encode("a a a", maximumLength: length) }
        #expect(cut(5) == Encoding(ids: [2, 5, 5, 5, 3], tokens: ["[CLS]", "a", "a", "a", "[SEP]"], truncated: false))
        #expect(cut(4) == Encoding(ids: [2, 5, 5, 3], tokens: ["[CLS]", "a", "a", "[SEP]"], truncated: true))
        #expect(cut(2).ids == [2, 3] && cut(1).ids == [3] && cut(0).ids.isEmpty && cut(0).truncated)
        #expect(
            tokenizer.encode("", maximumLength: 2)
                == Encoding(
                    ids: [2, 3], tokens: ["[CLS]", "[SEP]"], truncated: false))
    }

    @Test func lengthsOfPositions() throws {
        let roberta = #"{"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}"#
        let pieces = #"{"tokenizer_class": "BertTokenizer"}"#
        #expect(
            try TokenizerFolder.open([
                "vocab.txt": Self.vocabulary, "config.json": roberta, "tokenizer_config.json": pieces,
            ]).modelMaximumLength == 512)
        let clip = #"{"model_type": "clip", "text_config": {"max_position_embeddings": 77}}"#
        #expect(
            try TokenizerFolder.open([
                "vocab.txt": Self.vocabulary, "config.json": clip, "tokenizer_config.json": pieces,
            ]).modelMaximumLength == 77)
        let endless = #"{"model_max_length": 1000000000000000019884624838656}"#
        #expect(
            try TokenizerFolder.open(["vocab.txt": Self.vocabulary, "tokenizer_config.json": endless])
                .modelMaximumLength == nil)
    }

    @Test func specialTokensMapNamesTokens() throws {
        let tokenizer = try TokenizerFolder.open([
            "vocab.txt": "<none>\n<go>\n<stop>\na\n",
            "special_tokens_map.json":
                #"{"unk_token": "<none>", "cls_token": {"content": "<go>"}, "sep_token": "<stop>"}"#,
        ])
        #expect(tokenizer.encode("a <stop> b", maximumLength: nil).ids == [1, 3, 2, 0, 2])
        // What BERT has and the vocabulary lacks takes the next ids.
        #expect(tokenizer.padID == 4 && tokenizer.maskID == 5)
    }

    @Test("what is wrong is told in a sentence")
    func complaints() {
        #expect(TokenizerFolder.complaint([:]).contains("has no tokenizer: neither tokenizer.json"))
        #expect(TokenizerFolder.complaint(["vocab.json": "{}"]).contains("has vocab.json but no merges.txt"))
        #expect(TokenizerFolder.complaint(["vocab.txt": "a\nb\n"]).contains("lacks the token [UNK]"))
        #expect(
            TokenizerFolder.complaint(["vocab.txt": Self.vocabulary, "tokenizer_config.json": #"{"do_lower_case": 1}"#])
                == #"tokenizer_config.json: "do_lower_case" must be true, false or null."#)
        #expect(
            TokenizerFolder.complaint(["vocab.json": "{\"a\": 0,\n\"b\": ", "merges.txt": ""])
                == "vocab.json, line 2: a value was expected here; is the file complete?")
        #expect(
            TokenizerFolder.complaint(["vocab.json": #"{"a": -1}"#, "merges.txt": ""])
                == "vocab.json, line 1: -1.0 is no token id.")
        #expect(
            TokenizerFolder.complaint(["vocab.json": #"{"a": 1e300}"#, "merges.txt": ""]).contains("is no token id"))
        #expect(TokenizerFolder.complaint(["vocab.json": #"{"\ud800": 1}"#, "merges.txt": ""]).contains("half a pair"))
        #expect(
            TokenizerFolder.complaint(["vocab.json": #"{"a": 0}"#, "merges.txt": "#version: 0.2\na b\n"])
                .hasPrefix("merges.txt, line 2: \"a b\" merges pieces that vocab.json lacks"))
        #expect(
            TokenizerFolder.complaint(["vocab.json": #"{"a": 0}"#, "merges.txt": "abc\n"]).contains("one blank between")
        )
        #expect(
            TokenizerFolder.complaint(["tokenizer.json": String(repeating: "[", count: 100_000)]).contains(
                "an object was expected"))
        #expect(
            TokenizerFolder.complaint(["tokenizer.json": "{\"x\": " + String(repeating: "[", count: 100_000)])
                .contains("nested more than 100 deep"))
    }

    @Test("what is not implemented is named")
    func unknownParts() {
        func part(_ part: String) -> String {
            TokenizerFolder.complaint([
                "tokenizer.json": #"{\#(part)"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#
            ])
        }
        #expect(part("") == "no error")
        #expect(part(#""normalizer": {"type": "Nmt"}, "#).contains(#"normalizer "Nmt" is not"#))
        #expect(
            part(#""pre_tokenizer": {"type": "UnicodeScripts"}, "#).contains(#"pre-tokenizer "UnicodeScripts" is not"#))
        let split = #"{"type": "Split", "pattern": {"Regex": "\\d"}, "behavior": "Isolated", "invert": false}"#
        #expect(part(#""pre_tokenizer": \#(split), "#).contains(#"pre-tokenizer Split at "\d" is not"#))
        #expect(part(#""post_processor": {"type": "Odd"}, "#).contains(#"post-processor "Odd" is not"#))
        let unigram = #"{"model": {"type": "Unigram", "vocab": [["a", -1.5]]}}"#
        #expect(TokenizerFolder.complaint(["tokenizer.json": unigram]).contains("has no unknown token"))
        let wordLevel = #"{"model": {"type": "WordLevel", "vocab": {"a": 0}}}"#
        #expect(
            TokenizerFolder.complaint(["tokenizer.json": wordLevel]).contains(#"model "WordLevel" is not implemented"#))
        let dropout = #"{"model": {"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []}}"#
        #expect(TokenizerFolder.complaint(["tokenizer.json": dropout]).contains("dropout"))
    }

    /// 200,000 characters in one word: a quadratic merge would take minutes.
    @Test func longWordsAreQuick() throws {
        let tokenizer = try Tokenizer(folder: Fixture.url("tokenizers/small/gpt2"))
        let start = ContinuousClock.now
        let ids = tokenizer.encode(String(repeating: "thewoman", count: 25_000), maximumLength: nil).ids
        print("a word of 200,000 characters: \(ids.count) ids in \(ContinuousClock.now - start)")
        #expect(ids.count < 200_000)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    /// OpenAI's list of merges: 512 symbols, a piece for each line after the first, start and end.
    @Test func mergesOfOpenAI() throws {
        let name = "bpe_simple_vocab_16e6.txt"
        let tokenizer = try TokenizerFolder.open([name: "a heading of \u{e9} any kind\na b</w>\nc ab</w>\n"])
        #expect(tokenizer.kind == .clip && tokenizer.vocabularySize == 516)
        #expect(tokenizer.startID == 514 && tokenizer.endID == 515)
        #expect(tokenizer.encode("AB cab", maximumLength: nil).ids == [514, 512, 513, 515])
        #expect(TokenizerFolder.complaint([name: "heading\na b c\n"]).contains("\(name), line 2: two pieces"))
        #expect(
            TokenizerFolder.complaint([name: "heading\nab c\n"]).contains(
                "merge 1 joins a piece that no other line makes"))
        #expect(TokenizerFolder.complaint([name + ".gz": ""]).contains("unpack it with: gunzip"))
    }
}

import Foundation
import SynTokenizers
import TestSupport
import Testing

/// Numbers no tokenizer has, and files that ask for more work than their size: an answer or a sentence, and soon.
@Suite("Hostile tokenizer files")
struct HostileFilesTests {
    private static let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n"

    private func wordPiece(_ parts: String, _ model: String = "") -> [String: String] {
        let pieces = ###""[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4, "b": 5"###
        return ["tokenizer.json": #"{\#(parts)"model": {"type": "WordPiece", \#(model)"vocab": {\#(pieces)}}}"#]
    }

    @Test(
        "lengths that are none",
        arguments: [
            ("-1", nil), ("1e30", nil), ("1000000000000000019884624838656", nil), ("null", nil), ("Infinity", nil),
            ("1", 1),
            ("12.0", 12), ("9e15", nil),
        ] as [(String, Int?)])
    func length(_ value: String, _ expected: Int?) throws {
        let tokenizer = try TokenizerFolder.open([
            "vocab.txt": Self.vocabulary, "tokenizer_config.json": #"{"model_max_length": \#(value)}"#,
        ])
        #expect(tokenizer.modelMaximumLength == expected)
        #expect(tokenizer.encode("a a a", maximumLength: expected.map { min($0, 4) } ?? 4).truncated)
    }

    @Test(
        "lengths that are refused",
        arguments: ["0", "-2", "-1e300", "12.5", "NaN", "-Infinity", "\"512\"", "true", "[12]"])
    func noLength(_ value: String) {
        let told = TokenizerFolder.complaint([
            "vocab.txt": Self.vocabulary, "tokenizer_config.json": #"{"model_max_length": \#(value)}"#,
        ])
        #expect(
            told.hasPrefix(#"tokenizer_config.json: "model_max_length" is "#) && told.contains("at least 1"), "\(told)")
    }

    @Test("positions that are none", arguments: ["-1", "0", "-2147483648", "1e300", "NaN", "\"x\"", "[1]"])
    func positions(_ value: String) throws {
        for type in ["bert", "roberta"] {
            let config =
                #"{"model_type": "\#(type)", "max_position_embeddings": \#(value), "pad_token_id": 2147483647}"#
            let pieces = Self.vocabulary.split(separator: "\n").enumerated().map { "\"\($1)\": \($0)" }.joined(
                separator: ", ")
            let specials = #"{"cls_token": "[CLS]", "sep_token": "[SEP]"}"#
            let files =
                type == "bert"
                ? ["vocab.txt": Self.vocabulary]
                : ["vocab.json": "{\(pieces)}", "merges.txt": "", "special_tokens_map.json": specials]
            let tokenizer = try TokenizerFolder.open(files.merging(["config.json": config]) { $1 })
            #expect(tokenizer.modelMaximumLength == nil)
        }
    }

    @Test(
        "ids that are none",
        arguments: ["-1", "2147483648", "4294967296", "1e300", "NaN", "0.5", "\"3\"", "null", "true", "[3]"])
    func ids(_ id: String) {
        let added = #"[{"id": \#(id), "content": "[X]"}]"#
        let inFile = TokenizerFolder.complaint(wordPiece(#""added_tokens": \#(added), "#))
        #expect(inFile.contains("tokenizer.json, line 1: an entry of \"added_tokens\""), "\(inFile)")
        let inMap = TokenizerFolder.complaint(["vocab.txt": Self.vocabulary, "added_tokens.json": #"{"[X]": \#(id)}"#])
        #expect(inMap.contains("the id of \"[X]\" is no token id"), "\(inMap)")
        let key = id.replacing("\"", with: "")
        let inSettings = TokenizerFolder.complaint([
            "vocab.txt": Self.vocabulary,
            "tokenizer_config.json": #"{"added_tokens_decoder": {"\#(key)": {"content": "[X]"}}}"#,
        ])
        // Large ones are as good as any: tokens take the next ids, whatever the file says.
        let isID = Int(key).map { (0..<1 << 32).contains($0) } ?? false
        #expect(isID ? inSettings == "no error" : inSettings.contains("has a bad entry"), "\(inSettings)")
        let inVocabulary = TokenizerFolder.complaint(["vocab.json": #"{"a": \#(id)}"#, "merges.txt": ""])
        #expect(inVocabulary != "no error")
        let processor = #"{"type": "BertProcessing", "cls": ["[CLS]", \#(id)], "sep": ["[SEP]", 2]}"#
        #expect(
            TokenizerFolder.complaint(wordPiece(#""post_processor": \#(processor), "#)).contains(
                "is no token with its id"))
    }

    @Test func idsNobodyHas() {
        for (cls, sep) in [(1, 16_000_000), (16_000_000, 2), (6, 2)] {
            let processor = #"{"type": "BertProcessing", "cls": ["[CLS]", \#(cls)], "sep": ["[SEP]", \#(sep)]}"#
            let told = TokenizerFolder.complaint(wordPiece(#""post_processor": \#(processor), "#))
            #expect(told.contains("which no token has"), "\(told)")
        }
        let last = TokenizerFolder.complaint([
            "vocab.json": #"{"a": 16777215, "b": 0}"#, "merges.txt": "",
            "tokenizer_config.json": #"{"extra_special_tokens": ["[X]"]}"#,
        ])
        #expect(last == "no error")
    }

    @Test(
        "longest words",
        arguments: [("2147483648", 5), ("1e300", 5), ("18446744073709551616", 5), ("3", 1), ("0", 1)] as [(String, Int)]
    )
    func longestWord(_ value: String, _ count: Int) throws {
        let pre = #""pre_tokenizer": {"type": "BertPreTokenizer"}, "#
        let tokenizer = try TokenizerFolder.open(wordPiece(pre, #""max_input_chars_per_word": \#(value), "#))
        #expect(tokenizer.encode("aaaaa", maximumLength: nil).ids.count == count)
        for value in ["-1", "1.5", "NaN", "\"9\"", "true"] {
            let told = TokenizerFolder.complaint(wordPiece(pre, #""max_input_chars_per_word": \#(value), "#))
            #expect(told.contains("must be a whole number"), "\(told)")
        }
    }

    // MARK: Work

    @Test func growingNormalizers() throws {
        func told(_ steps: Int, _ old: String, _ new: String) -> String {
            let step = #"{"type": "Replace", "pattern": {"String": "\#(old)"}, "content": "\#(new)"}"#
            let list = Array(repeating: step, count: steps).joined(separator: ", ")
            return TokenizerFolder.complaint(
                wordPiece(#""normalizer": {"type": "Sequence", "normalizers": [\#(list)]}, "#))
        }
        #expect(told(28, "a", "aa").contains("out of proportion"))
        #expect(told(5, "a", "aa") == "no error" && told(90, "aa", "a") == "no error")
        #expect(told(5000, "a", "a").contains("5000 steps"))
        #expect(told(1, "a", String(repeating: "a", count: 1_000_000)).contains("times longer"))
        #expect(told(1, String(repeating: "a", count: 1_000_000), "a").contains("looks for a text of 1000000 bytes"))
        let bytes = Array(repeating: #"{"type": "ByteLevel"}"#, count: 28).joined(separator: ", ")
        let pre = TokenizerFolder.complaint(
            wordPiece(#""pre_tokenizer": {"type": "Sequence", "pretokenizers": [\#(bytes)]}, "#))
        #expect(pre.contains("its pre-tokenizers are out of proportion"))
    }

    @Test("200,000 added tokens with one first letter", arguments: ["", "ab"])
    func manyAddedTokens(_ beginning: String) throws {
        let entries = (0..<200_000).map { #"{"id": \#($0 + 6), "content": "<\#(beginning)\#($0)>"}"# }
        let tokens = entries.joined(separator: ",\n")
        let start = ContinuousClock.now
        let tokenizer = try TokenizerFolder.open(
            wordPiece(#""added_tokens": [\#(tokens)], "pre_tokenizer": {"type": "BertPreTokenizer"}, "#))
        let opened = ContinuousClock.now
        let text = String(repeating: "<\(beginning)77><\(beginning)199999>a<<", count: 5000)
        let ids = tokenizer.encode(text, maximumLength: nil).ids
        print("200,000 added tokens: opened in \(opened - start), 20,000 found in \(ContinuousClock.now - opened)")
        #expect(Array(ids.prefix(5)) == [83, 200_005, 3, 0, 0] && ids.count == 25_000)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func fortyThousandTwice() throws {
        let entries = (0..<40_000).map { #"{"id": \#($0 + 6), "content": "<\#($0)>"}"# }.joined(separator: ",")
        let again = (0..<40_000).map { #""\#($0 + 6)": {"content": "<\#($0)>"}"# }.joined(separator: ",")
        let start = ContinuousClock.now
        var files = wordPiece(#""added_tokens": [\#(entries)], "#)
        files["tokenizer_config.json"] = #"{"added_tokens_decoder": {\#(again)}}"#
        let tokenizer = try TokenizerFolder.open(files)
        #expect(tokenizer.id(ofToken: "<39999>") == 40_005)
        print("40,000 added tokens in two files: opened in \(ContinuousClock.now - start)")
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// A piece as long as the word: looked for from its end at every place, this would take minutes.
    @Test func longPieces() throws {
        let piece = String(repeating: "a", count: 4000)
        let pieces = ###""[UNK]": 0, "a": 1, "##a": 2, "\###(piece)b": 3, "##\###(piece)b": 4"###
        let model = #"{"type": "WordPiece", "max_input_chars_per_word": 2147483648, "vocab": {\#(pieces)}}"#
        let start = ContinuousClock.now
        let ids = try TokenizerFolder.open(["tokenizer.json": #"{"model": \#(model)}"#])
            .encode(String(repeating: "a", count: 100_000), maximumLength: nil).ids
        print("a word of 100,000 characters and a piece of 4,000: \(ids.count) ids in \(ContinuousClock.now - start)")
        #expect(ids.count == 100_000 && ContinuousClock.now - start < .seconds(30))
        let longer = #""[UNK]": 0, "\#(String(repeating: "a", count: 5000))": 1"#
        let told = TokenizerFolder.complaint([
            "tokenizer.json": #"{"model": {"type": "WordPiece", "vocab": {\#(longer)}}}"#
        ])
        #expect(told.contains("a piece of 5000 bytes"))
    }

    /// 100 MB of text, of which 77 ids are wanted.
    @Test(arguments: ["bert", "clip", "gpt2"]) func hugeText(_ name: String) throws {
        let tokenizer = try Tokenizer(folder: Fixture.url("tokenizers/small/\(name)"))
        let text = String(repeating: "The woman has wavy hair, brown hair. ", count: 2_800_000)
        let start = ContinuousClock.now
        let encoding = tokenizer.encode(text, maximumLength: 77)
        print("\(name): 77 ids of a text of \(text.utf8.count) bytes in \(ContinuousClock.now - start)")
        #expect(encoding.ids.count == 77 && encoding.truncated)
        #expect(
            encoding.ids.dropLast() == tokenizer.encode(String(text.prefix(4000)), maximumLength: 77).ids.dropLast())
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test("what is no file is not read", arguments: ["tokenizer.json", "vocab.txt", "tokenizer_config.json"])
    func devices(_ name: String) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.vocabulary.utf8).write(to: folder.appending(path: "vocab.txt"))
        let place = folder.appending(path: name)
        func told() -> String {
            do {
                _ = try Tokenizer(folder: folder)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        try? FileManager.default.removeItem(at: place)
        #expect(mkfifo(place.path, 0o600) == 0)
        #expect(told().contains("\(place.path) is a pipe or a device"))
        try FileManager.default.removeItem(at: place)
        try FileManager.default.createSymbolicLink(at: place, withDestinationURL: URL(filePath: "/dev/zero"))
        #expect(told().contains("\(place.path) is a pipe or a device"))
        try FileManager.default.removeItem(at: place)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        #expect(told().contains("Cannot read it: ") && told().contains(place.path))
        try FileManager.default.removeItem(at: place)
        #expect(truncate(place, 1 << 40) && told().contains("which no file of its kind is"))
    }

    private func truncate(_ file: URL, _ size: Int) -> Bool {
        FileManager.default.createFile(atPath: file.path, contents: nil) && Foundation.truncate(file.path, size) == 0
    }
}

import Foundation
import SynTokenizers
import TestSupport
import Testing

/// Which of a folder's files is believed: special tokens in every place and shape, flags, classes, numbers.
@Suite("Folders are read as transformers reads them")
struct FolderTests {
    private struct Fixture: Decodable {
        let parts: [String: String]
        let texts: [String]
        let cases: [Case]
    }

    private struct Case: Decodable {
        let name: String
        let files: [String: String]
        let ids: [[Int32]]?
        /// The fifth text, cut to eight ids.
        let cut: [Int32]?
        let error: String?
    }

    private static let fixture = Result {
        try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: TestSupport.Fixture.url("tokenizers/folders.json")))
    }

    private func open(_ files: [String: String], _ parts: [String: String]) throws -> Tokenizer {
        try TokenizerFolder.open(files.mapValues { complete($0, parts) })
    }

    /// `@NAME@` stands for a part, which may have parts itself.
    private func complete(_ text: String, _ parts: [String: String]) -> String {
        guard let name = parts.keys.first(where: { text.contains("@\($0)@") }), let part = parts[name] else {
            return text
        }
        return text.components(separatedBy: "@\(name)@").map { complete($0, parts) }.joined(
            separator: complete(part, parts))
    }

    @Test func allCases() throws {
        let fixture = try Self.fixture.get()
        var (right, wrong) = (0, 0)
        for entry in fixture.cases {
            guard let ids = entry.ids, let cut = entry.cut else { continue }
            do {
                let tokenizer = try open(entry.files, fixture.parts)
                let found = fixture.texts.map { tokenizer.encode($0, maximumLength: nil).ids }
                let short = tokenizer.encode(fixture.texts[4], maximumLength: 8)
                if found == ids, short.ids == cut {
                    right += 1
                    continue
                }
                wrong += 1
                let place = found.indices.first { found[$0] != ids[$0] }
                if wrong <= 40 {
                    Issue.record(
                        "\(entry.name): \(place.map { "\(fixture.texts[$0].debugDescription) \(found[$0]) for \(ids[$0])" } ?? "cut \(short.ids) for \(cut)")"
                    )
                }
            } catch {
                let isRefused = Self.refused.contains { entry.name.hasSuffix($0) }
                if !isRefused {
                    wrong += 1
                    Issue.record("\(entry.name): \(error)")
                }
            }
        }
        print("\(right) folders read as transformers reads them, \(wrong) otherwise")
        #expect(right > 500 && wrong == 0)
    }

    /// Classes and types whose algorithm we have not, though the original finds something to do in these folders.
    private static let refused = ["FunnelTokenizer", "FunnelTokenizerFast", "model xlm-roberta"]

    /// What the original gives up on, and what it means here.
    @Test func moreThanTheOriginal() throws {
        let fixture = try Self.fixture.get()
        let byName = Dictionary(fixture.cases.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let meanings = [
            "settings, additional_special_tokens, plain objects": "settings, additional_special_tokens",
            "settings, extra_special_tokens, plain objects": "settings, extra_special_tokens",
            "map, additional_special_tokens, objects": "map, additional_special_tokens",
            "map, additional_special_tokens, object": "settings, additional_special_tokens, object",
            "flags {\"do_lower_case\":null}": "nothing else",
            // GPT-2's vocabulary is told from RoBERTa's by its end.
            "no model": "nothing else", "model without type": "nothing else", "model clip_text_model": "nothing else",
        ]
        var compared = 0
        for entry in fixture.cases where entry.error != nil {
            let parts = entry.name.split(separator: ": ", maxSplits: 1).map(String.init)
            guard parts.count == 2, let meaning = meanings[parts[1]] else { continue }
            guard let ids = byName["\(parts[0]): \(meaning)"]?.ids else { continue }
            let tokenizer = try open(entry.files, fixture.parts)
            let found = fixture.texts.map { tokenizer.encode($0, maximumLength: nil).ids }
            #expect(found == ids, "\(entry.name)")
            compared += 1
        }
        #expect(compared > 20)
    }

    /// A folder of any files under a class's name.
    private func complaint(_ class: String, _ more: [String: String] = [:], config: Bool = false) throws -> String {
        let fixture = try Self.fixture.get()
        let said = #"{"tokenizer_class": "\#(`class`)"}"#
        var files = ["vocab.txt": "@pieces@", "vocab.json": "@bytes@", "merges.txt": "@byte-merges@"]
        files[config ? "config.json" : "tokenizer_config.json"] = said
        do {
            _ = try open(files.merging(more) { $1 }, fixture.parts)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "other classes are refused by name, whatever the files look like",
        arguments: [
            "BertJapaneseTokenizer", "HerbertTokenizer", "HerbertTokenizerFast", "XLMRobertaTokenizerFast",
            "T5Tokenizer",
            "OpenAIGPTTokenizer", "XLMTokenizer", "CTRLTokenizer", "BioGptTokenizer", "BertweetTokenizer",
            "PhobertTokenizer",
            "RoFormerTokenizer", "DebertaTokenizer", "EsmTokenizer", "CanineTokenizer", "Qwen2Tokenizer",
            "WhisperTokenizer",
            "BlenderbotTokenizer", "FunnelTokenizer", "MyOwnTokenizer", "berttokenizer", "Fast", "",
        ])
    func refusedClasses(_ name: String) throws {
        let json = #"{"model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}}"#
        for more in [[:], ["tokenizer.json": json]] {
            for config in [false, true] {
                let told = try complaint(name, more, config: config)
                #expect(told.contains("the tokenizer_class \"\(name)\" is not implemented"), "\(told)")
                #expect(
                    told.hasPrefix(config ? "config.json" : "tokenizer_config.json") && told.contains("BertTokenizer"))
            }
        }
    }

    @Test func classesAndFilesThatDoNotFit() throws {
        let pairs = #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#
        #expect(
            try complaint("BertTokenizer", ["tokenizer.json": pairs]).contains(
                "has a BPE model, which is not what BertTokenizer"))
        #expect(
            try complaint("PreTrainedTokenizerFast").contains("lacks tokenizer.json, which PreTrainedTokenizerFast"))
        let fixture = try Self.fixture.get()
        func told(_ files: [String: String]) -> String {
            do {
                _ = try open(files, fixture.parts)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let bert = #"{"model_type": "bert"}"#
        let herbert = told(["vocab.json": "@clip@", "merges.txt": "@clip-merges@", "config.json": bert])
        #expect(herbert.contains("lacks vocab.txt or tokenizer.json, which the tokenizer of bert"))
        let japanese = told([
            "vocab.txt": "@pieces@", "config.json": bert, "tokenizer_config.json": #"{"word_tokenizer_type": "mecab"}"#,
        ])
        #expect(japanese.contains("BertJapaneseTokenizer, which is not implemented"))
        let unknown = told([
            "vocab.json": "@bytes@", "merges.txt": "@byte-merges@", "config.json": #"{"model_type": "xlm"}"#,
        ])
        #expect(unknown.contains("the model type \"xlm\""))
        #expect(
            told(["vocab.txt": "@pieces@", "tokenizer_config.json": #"{"tokenizer_class": 3}"#]).contains(
                "tokenizer_class 3"))
        #expect(
            told(["vocab.txt": "@pieces@", "tokenizer_config.json": #"{"truncation_side": "middle"}"#]).contains(
                "\"left\" or"))
        // The original refuses each with a TypeError.
        for value in ["7", "0", "true", "false", "1.5", #""x""#, #""""#] {
            for file in ["tokenizer_config.json", "special_tokens_map.json"] {
                let refused = told([
                    "vocab.txt": "@pieces@", "config.json": bert, file: #"{"extra_special_tokens": \#(value)}"#,
                ])
                #expect(refused.hasPrefix(file) && refused.contains("list of tokens"), "\(file) \(value): \(refused)")
            }
        }
        for value in ["null", "[]", "{}"] {
            let read = told([
                "vocab.txt": "@pieces@", "config.json": bert,
                "tokenizer_config.json": #"{"extra_special_tokens": \#(value)}"#,
            ])
            #expect(read == "no error", "\(value): \(read)")
        }
        #expect(
            told(["vocab.txt": "@pieces@", "tokenizer_config.json": #"{"cls_token": 7}"#]).contains(
                "\"cls_token\" is 7"))
        #expect(
            told(["vocab.txt": "@pieces@", "tokenizer_config.json": #"{"cls_token": null}"#]).contains(
                "no file names a cls_token"))
    }
}

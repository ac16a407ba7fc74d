import Foundation
import SynTokenizers
import TestSupport
import Testing

/// SigLIP's tokenizer against Hugging Face's, on what `make_siglip.py` wrote.
@Suite("Unigram")
struct UnigramTests {
    private struct Expected: Decodable {
        let texts: [String]
        let ids: [[Int32]]
        let captions: Int
        let byteIDs: [[Int32]]
        let corpus, byteCorpus: [String]
        let blocks: [UInt32]
        let digests: [String]

        enum CodingKeys: String, CodingKey {
            case texts, ids, captions, corpus, blocks, digests
            case byteIDs = "byte_ids"
            case byteCorpus = "byte_corpus"
        }
    }

    private static let folder = Fixture.url("models/siglip")
    private let expected: Expected

    init() throws {
        let data = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
        expected = try JSONDecoder().decode(Expected.self, from: data)
    }

    private static func digest(_ ids: [Int32]) -> String {
        let hash = ids.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func expectSame(
        _ tokenizer: Tokenizer, _ texts: ArraySlice<String>, _ ids: [[Int32]], corpus digests: [String]
    ) throws {
        for (text, expected) in zip(texts, ids) {
            let found = tokenizer.encode(text, maximumLength: nil).ids
            #expect(found == expected, "\(text.debugDescription)")
        }
        let corpus = try Reference.texts(Fixture.url("tokenizers/corpus.json"))
        #expect(corpus.count == digests.count)
        for (text, digest) in zip(corpus, digests) {
            let found = tokenizer.encode(text, maximumLength: nil).ids
            #expect(Self.digest(found) == digest, "\(text.prefix(200).debugDescription): \(found.prefix(50))")
        }
    }

    @Test func idsOfTexts() throws {
        let tokenizer = try Tokenizer(folder: Self.folder)
        #expect(tokenizer.kind == .unigram && tokenizer.endID == 1 && tokenizer.startID == nil)
        #expect(tokenizer.padID == 1 && tokenizer.unknownID == 2 && tokenizer.modelMaximumLength == 19)
        try expectSame(tokenizer, expected.texts[...], expected.ids, corpus: expected.corpus)
    }

    /// The same file with bytes in place of what is unknown, nothing but SentencePiece's table before, and no cuts.
    private func spelling() throws -> Tokenizer {
        let data = try Data(contentsOf: Self.folder.appending(path: "tokenizer.json"))
        var file = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let written = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
        let pieces = try #require((JSONSerialization.jsonObject(with: written) as? [String: Any])?["byte_pieces"])
        let steps = (file["normalizer"] as? [String: Any])?["normalizers"] as? [Any]
        file["model"] = ["type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": pieces]
        file["normalizer"] = try #require(steps)[4]
        file["pre_tokenizer"] = [
            "type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "never", "split": false,
        ]
        file["added_tokens"] = [Any]()
        file["post_processor"] = NSNull()
        let text = String(decoding: try JSONSerialization.data(withJSONObject: file), as: UTF8.self)
        return try TokenizerFolder.open(["tokenizer.json": text])
    }

    @Test func bytesOfTexts() throws {
        try expectSame(
            try spelling(), expected.texts[expected.captions...], expected.byteIDs, corpus: expected.byteCorpus)
    }

    /// Every scalar below U+30000 goes through SentencePiece's table as it does at Hugging Face.
    @Test func everyScalar() throws {
        let tokenizer = try spelling()
        var wrong: [UInt32] = []
        for (block, digest) in zip(expected.blocks, expected.digests) {
            let scalars = (block..<block + 256).compactMap(Unicode.Scalar.init).map { String($0) }
            let found = tokenizer.encode(scalars.joined(separator: "\n"), maximumLength: nil).ids
            if Self.digest(found) != digest { wrong.append(block) }
        }
        print("\(expected.blocks.count - wrong.count) of \(expected.blocks.count) blocks of 256 scalars agree")
        #expect(wrong.isEmpty, "blocks at \(wrong.map { String($0, radix: 16) })")
    }

    @Test func truncationKeepsTheEnd() throws {
        let tokenizer = try Tokenizer(folder: Self.folder)
        let whole = tokenizer.encode(expected.texts[0], maximumLength: nil)
        let cut = tokenizer.encode(expected.texts[0], maximumLength: 5)
        #expect(cut.truncated && cut.ids == whole.ids.prefix(4) + [1] && !whole.truncated)
    }

    @Test("what is wrong is told in a sentence")
    func complaints() {
        func said(_ vocabulary: String, _ more: String = "", _ parts: String = "") -> String {
            TokenizerFolder.complaint([
                "tokenizer.json": #"{\#(parts)"model": {"type": "Unigram"\#(more), "vocab": \#(vocabulary)}}"#
            ])
        }
        #expect(said(#"[["a", -1]]"#).contains("has no unknown token"))
        #expect(said(#"[["a", -1]]"#, #", "unk_id": 1"#).contains(#""unk_id" is 1, but there are 1 pieces"#))
        #expect(said(#"[["a", -1]]"#, #", "unk_id": "a""#).contains("must be the place of a piece"))
        #expect(said("[]", #", "unk_id": 0"#).contains("has no pieces"))
        #expect(said(#"[["a"]]"#, #", "unk_id": 0"#).contains("a text and its log probability"))
        #expect(said(#"[["a", NaN]]"#, #", "unk_id": 0"#).contains("log probability of piece 0 is nan"))
        let marks = #""pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "first"}, "#
        #expect(said(#"[["a", -1]]"#, #", "unk_id": 0"#, marks).contains(#"prepend_scheme "first" is not implemented"#))
        for map in ["%%%", "", "AAAAAA==", "/////w=="] {
            let table = #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "\#(map)"}, "#
            #expect(said(#"[["a", -1]]"#, #", "unk_id": 0"#, table).contains("is no table of characters"))
        }
        let file = TokenizerFolder.complaint([
            "tokenizer_config.json": #"{"tokenizer_class": "SiglipTokenizer"}"#, "vocab.txt": "a\n",
        ])
        #expect(file.contains("lacks tokenizer.json, which SiglipTokenizer (tokenizer_config.json) reads"))
    }
}

import Foundation
import SynCheckpoints
import SynEmbedding
import SynModels
import SynRuns
import SynTensors
import SynTokenizers
import TestSupport
import Testing

/// Folders that limit, prompt, cut and transform in every way; the right values are sentence-transformers'
/// (`Tests/Fixtures/sentences/make.py`).
@Suite("Texts under all limits") struct TextReaderTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let files: [String: String]
        let weights: [String: String]
        let ids: [[Int32]]
        let transformer: String
        var testDescription: String { name }
    }

    struct Cases: Decodable {
        let captions: [String]
        let cases: [Case]
    }

    static let folder = Fixture.url("sentences")
    static let all: Cases = {
        let empty = Cases(captions: [], cases: [])
        guard let bytes = try? Data(contentsOf: folder.appending(path: "cases.json")) else { return empty }
        return (try? JSONDecoder().decode(Cases.self, from: bytes)) ?? empty
    }()

    /// The folder of a case, made of its texts and the encoder of `models/sentence`.
    static func make(_ files: [String: String], weights: [String: String] = [:], transformer: String) throws -> URL {
        let place = try Fixture.temporaryFolder()
        let inner = transformer.isEmpty ? place : place.appending(path: transformer)
        func put(_ source: URL, _ target: URL) throws {
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: source, to: target)
        }
        let model = Fixture.url("models/sentence/0_Transformer")
        for name in ["model.safetensors", "vocab.txt"] {
            try put(model.appending(path: name), inner.appending(path: name))
        }
        for (path, name) in weights {
            try put(folder.appending(path: name + ".safetensors"), place.appending(path: path + "/model.safetensors"))
        }
        for (path, text) in files {
            let url = place.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return place
    }

    static func make(_ named: String, _ edits: [String: String] = [:]) throws -> URL {
        let found = try #require(all.cases.first { $0.name == named })
        return try make(
            found.files.merging(edits) { $1 }, weights: found.weights, transformer: found.transformer)
    }

    @Test func allCasesAreThere() { #expect(Self.all.cases.count > 50 && Self.all.captions.count == 6) }

    @Test(arguments: all.cases) func idsAndVectors(of example: Case) throws {
        let place = try Self.make(example.files, weights: example.weights, transformer: example.transformer)
        defer { try? FileManager.default.removeItem(at: place) }
        let captions = Self.all.captions
        // What `tokenize` shows, with the weights closed.
        let reader = try TextReader(folder: place)
        let shown = captions.map { TokenizedCaption($0, with: reader, maximumLength: nil) }
        #expect(shown.map(\.ids) == example.ids)
        // What `encode` and all that follow it read.
        let encoder = try TextEmbedder(folder: place)
        #expect(captions.map { encoder.reader.encoding($0).ids } == example.ids)
        let whole = encoder.reader
        let isLong = captions.map { whole.tokenizer.encode(whole.prompt + $0, maximumLength: nil).ids.count }
            .map { $0 > whole.maximumLength ?? .max }
        #expect(shown.map(\.truncated) == isLong)
        let found = try encoder.embed(captions)
        #expect(found.truncated == isLong.count { $0 })
        let expected = try SafetensorsFile(Self.folder.appending(path: "expected.safetensors")).tensor(example.name)
        #expect(found.vectors.shape == expected.shape && encoder.encoder.vectorSize(.probe) == expected.size(1))
        let closeness = Closeness(found.vectors.floats, expected.floats)
        print("sentence-transformers, \(example.name): \(closeness)")
        #expect(closeness.within(1e-5), "\(closeness)")
    }

    @Test("the smallest of all limits counts, whoever names it, as does what RoBERTa's positions leave")
    func smallest() throws {
        func limit(_ settings: Int?, _ tokenizer: String) throws -> Int? {
            let place = try Self.make(
                "limit of the tokenizer",
                [
                    "0_Transformer/sentence_bert_config.json": settings.map { #"{"max_seq_length": \#($0)}"# } ?? "{}",
                    "0_Transformer/tokenizer_config.json": #"{"model_max_length": \#(tokenizer)}"#,
                ])
            defer { try? FileManager.default.removeItem(at: place) }
            let closed = try TextReader(folder: place).maximumLength
            #expect(try TextEmbedder(folder: place).reader.maximumLength == closed)
            return closed
        }
        #expect(try limit(14, "8") == 8)
        #expect(try limit(8, "14") == 8)
        #expect(try limit(512, "1000000000000000019884624838656") == 21)
        #expect(try limit(nil, "1000000000000000019884624838656") == 21)
        #expect(try limit(nil, "null") == 21)
        #expect(
            try TextReader(folder: Fixture.url("text/clip")).maximumLength
                == CLIPText(folder: Fixture.url("text/clip")).maximumLength)
        let place = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: place) }
        for (name, text) in [
            (
                "config.json",
                #"{"model_type": "roberta", "max_position_embeddings": 21, "pad_token_id": 1, "vocab_size": 9}"#
            ),
            ("vocab.json", #"{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "Ġ": 5}"#), ("merges.txt", ""),
        ] { try Data(text.utf8).write(to: place.appending(path: name)) }
        #expect(try TextReader(folder: place).encoding(String(repeating: "a", count: 40)).ids.count == 19)
    }

    @Test("an added token is found before letters are made small, as the library has it")
    func addedTokens() throws {
        let place = try Self.make("lower case")
        defer { try? FileManager.default.removeItem(at: place) }
        let reader = try TextReader(folder: place)
        #expect(reader.encoding("A [MASK] Hat").tokens == ["[CLS]", "a", "[MASK]", "hat", "[SEP]"])
    }

    static let modules = #"""
        [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
         {"path": "2_X", "type": "MODULE"}]
        """#

    static let dense = #"{"in_features": 36, "out_features": 20, "bias": true, "activation_function": "ACTIVATION"}"#

    static func refusals() -> [(String, String, String)] {
        let inner = "0_Transformer/sentence_bert_config.json"
        let whole = "config_sentence_transformers.json"
        let layer = "2_Dense/config.json"
        return [
            (inner, #"{"max_seq_length": -1}"#, "max_seq_length is -1"),
            (inner, #"{"max_seq_length": 7.5}"#, "max_seq_length is 7.5"),
            (inner, #"{"tokenizer_args": {"do_lower_case": true}}"#, "tokenizer_args.do_lower_case is set"),
            (inner, #"{"model_args": {"rope_scaling": {"factor": 2}}}"#, "model_args.rope_scaling is set"),
            (inner, #"{"config_kwargs": {"num_hidden_layers": 1}}"#, "config_kwargs.num_hidden_layers is set"),
            (
                inner, #"{"processing_kwargs": {"text": {"add_special_tokens": false}}}"#,
                "text.add_special_tokens is set"
            ),
            (inner, #"{"transformer_task": "fill-mask"}"#, "transformer_task is fill-mask"),
            (inner, #"{"tokenizer_name_or_path": "other/one"}"#, "taken from other/one"),
            (inner, #"{"modality_config": {"message": {"method": "forward"}}}"#, "chat templates"),
            (
                inner, #"{"modality_config": {"text": {"method": "encode", "method_output_name": "x"}}}"#,
                "takes x of encode"
            ),
            (whole, #"{"default_prompt_name": "title", "prompts": {"query": "q: "}}"#, "default_prompt_name is title"),
            (whole, #"{"truncate_dim": 0}"#, "truncate_dim is 0"),
            (whole, #"{"truncate_dim": -3}"#, "truncate_dim is -3"),
            (whole, #"{"model_type": "SparseEncoder"}"#, "of type SparseEncoder"),
            (
                layer, dense.replacing("ACTIVATION", with: "torch.nn.modules.activation.PReLU"),
                "activation.PReLU is not one"
            ),
            (layer, dense.replacing("ACTIVATION", with: "mine.Tanh"), "the activation mine.Tanh"),
            (layer, dense.replacing("\"ACTIVATION\"", with: "null"), "the activation null"),
            (
                layer,
                dense.replacing("ACTIVATION\"", with: #"torch.nn.Tanh", "module_input_name": "token_embeddings""#),
                "token_embeddings"
            ),
            ("modules.json", modules.replacing("MODULE", with: "custom_st.Normalize"), "somebody's own code"),
        ]
            + [
                "CNN", "LSTM", "WordEmbeddings", "WordWeights", "BoW", "Router", "Asym", "WeightedLayerPooling",
                "StaticEmbedding",
            ].map {
                (
                    "modules.json", modules.replacing("MODULE", with: "sentence_transformers.models.\($0)"),
                    "models.\($0) is not implemented"
                )
            }
    }

    @Test(arguments: refusals()) func refused(file: String, text: String, expected: String) throws {
        let place = try Self.make("Tanh", [file: text])
        defer { try? FileManager.default.removeItem(at: place) }
        let complaint = #expect(throws: (any Error).self) { try TextEmbedder(folder: place) }
        let said = complaint.map { UserError($0).description } ?? "nothing"
        #expect(said.contains(expected) && said.contains(place.path), "\(said)")
    }

    @Test("a prompt that fills the limit is refused, also where only ids are shown")
    func promptTooLong() throws {
        let place = try Self.make(
            "prompt", ["0_Transformer/sentence_bert_config.json": #"{"max_seq_length": 5}"#])
        defer { try? FileManager.default.removeItem(at: place) }
        let complaint = #expect(throws: UserError.self) { try TextReader(folder: place) }
        #expect(
            complaint?.kind == .badData && complaint?.description.contains("has 4 tokens and leaves no room") == true)
    }

    @Test("a CLIP in a sentence-transformers folder gives its own projected vectors")
    func clip() throws {
        let place = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.copyItem(at: Fixture.url("text/clip"), to: place.appending(path: "0_CLIPModel"))
        let old = #"[{"path": "0_CLIPModel", "type": "sentence_transformers.models.CLIPModel"}]"#
        let list = place.appending(path: "modules.json")
        try Data(old.utf8).write(to: list)
        let expected = try TextEmbedder(folder: Fixture.url("text/clip")).embed(["a face", "a man"]).vectors
        #expect(try TextEmbedder(folder: place).embed(["a face", "a man"]).vectors.floats == expected.floats)
        // As version 6 saves it, with a norm behind.
        try Data(
            #"""
            [{"path": "0_CLIPModel", "type": "sentence_transformers.base.modules.transformer.Transformer"},
             {"path": "1_Normalize", "type": "sentence_transformers.base.modules.normalize.Normalize"}]
            """#.utf8
        ).write(to: list)
        try Data(
            #"""
            {"modality_config": {"text": {"method": "get_text_features", "method_output_name": "pooler_output"}},
             "module_output_name": "sentence_embedding"}
            """#.utf8
        ).write(to: place.appending(path: "0_CLIPModel/sentence_bert_config.json"))
        let opened = try TextEmbedder(folder: place)
        #expect(opened.isContrastive)
        #expect(try opened.embed(["a face", "a man"]).vectors.floats == expected.l2Normalised().floats)
    }
}

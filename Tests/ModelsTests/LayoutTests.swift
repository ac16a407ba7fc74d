import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import Synchronization
import TestSupport
import Testing

/// One tiny model in every layout that training programs and people save: it is found by the names it needs.
@Suite(.serialized) struct LayoutTests {
    /// A folder with the settings and one file, which is named as itself or as the folder's checkpoint.
    private func place(_ file: String, as name: String? = nil, settings: String? = nil) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        let source = Fixture.url("models/layouts")
        let text = try settings ?? String(contentsOf: source.appending(path: "config.json"), encoding: .utf8)
        try Data(text.utf8).write(to: folder.appending(path: "config.json"))
        let url = folder.appending(path: name ?? file)
        try FileManager.default.copyItem(at: source.appending(path: file), to: url)
        return url
    }

    /// What readers remark of a folder while something is done; other suites are remarked on at the same time.
    private func remarks(of folder: URL, _ body: () throws -> Void) rethrows -> String {
        let heard = Heard()
        Remarks.listen { heard.add($0) }
        defer { Remarks.listen(nil) }
        try body()
        return heard.all.filter { $0.contains(folder.lastPathComponent) }.joined(separator: "\n")
    }

    private final class Heard: Sendable {
        private let sentences = Mutex<[String]>([])
        var all: [String] { sentences.withLock { $0 } }
        func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    }

    static let layouts = [
        ("training.pt", ""), ("nested.ckpt", "read below checkpoint.weights.encoder.bert."),
        ("lightning.ckpt", "read below model."),
        ("same-twice.pt", ""), ("one-fits.pt", "read below teacher."), ("whole.pt", ""), ("whole-in.pt", ""),
        ("quantised-legacy.bin", ""), ("quantised.bin", ""),
        ("question-answering.safetensors", "left alone: qa_outputs (2)"),
        ("sentence.safetensors", "read below 0.auto_model."), ("compiled.safetensors", "read below _orig_mod.module."),
        ("classifier.safetensors", "left alone: classifier (2)"),
    ]

    @Test(arguments: layouts) func everyLayoutIsTheSameModel(file: String, remark: String) throws {
        let fixture = try ModelFixture("layouts")
        let url = try place(file)
        defer { try? FileManager.default.removeItem(at: url.deletingLastPathComponent()) }
        let said = try remarks(of: url.deletingLastPathComponent()) {
            let encoder = try TextEncoderFolder(url).encoder
            try fixture.expectLayers(encoder.hiddenStates(ids: fixture.ids()))
        }
        #expect(remark.isEmpty ? said.isEmpty : said.contains(remark), "\(file): \(said)")
    }

    @Test func severalThatFitAreNamed() throws {
        let url = try place("two-models.pt")
        let said = sentence { _ = try TextEncoderFolder(url) }
        #expect(said.contains("holds several models that fit: student") && said.contains("teacher"), "\(said)")
    }

    @Test func typesThatNobodyReads() throws {
        for file in ["types", "null-notes"] {
            let weights = try Weights(reading: Fixture.url("models/layouts/\(file).safetensors"))
            #expect(try weights.scope.tensor("a", [2], initially: .zeros).floats == [1, 1])
        }
        let contents = try CheckpointContents(of: Fixture.url("models/layouts/null-notes.safetensors"))
        #expect(contents.metadata.isEmpty && contents.tensors.map(\.type) == ["F32", "F4", "F6_E2M3"])
    }

    @Test func robertaThatCountsFromZero() throws {
        let fixture = try ModelFixture("layouts-roberta")
        try fixture.expectLayers(BERT(folder: fixture.folder).hiddenStates(ids: fixture.ids()))
    }

    // MARK: - Settings

    /// The settings of a fixture, changed as text: its first line, what is said or the largest error.
    private func opened(_ name: String, _ change: (String) -> String) throws -> String {
        let fixture = try ModelFixture(name)
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = try String(contentsOf: fixture.folder.appending(path: "config.json"), encoding: .utf8)
        let changed = change(text)
        #expect(changed != text)
        try Data(changed.utf8).write(to: folder.appending(path: "config.json"))
        let weights =
            ["model.safetensors", "training.pt"].first {
                FileManager.default.fileExists(atPath: fixture.folder.appending(path: $0).path)
            } ?? ""
        try FileManager.default.copyItem(
            at: fixture.folder.appending(path: weights), to: folder.appending(path: weights))
        return sentence {
            let encoder = try TextEncoderFolder(folder).encoder
            try fixture.expectLayers(encoder.hiddenStates(ids: fixture.ids()))
        }
    }

    @Test func synonymsOfGPT2() throws {
        let renamed = try opened("gpt2") {
            $0.replacing("\"n_head\"", with: "\"num_attention_heads\"").replacing(
                "\"n_layer\"", with: "\"num_hidden_layers\""
            )
            .replacing("\"n_embd\"", with: "\"hidden_size\"").replacing(
                "\"n_positions\"", with: "\"max_position_embeddings\"")
        }
        #expect(renamed == "no error")
        let torn = try opened("gpt2") { $0.replacing("\"n_head\"", with: "\"num_attention_heads\": 4, \"n_head\"") }
        #expect(torn.contains("n_head is 3, but num_attention_heads, which means the same, is 4"), "\(torn)")
    }

    static let settings: [(with: String, piece: String)] = [
        ("\"loss\": NaN, \"best\": -Infinity,", "no error"),
        ("\"hidden_size\": 11, \"eos_token_id\": [1, 2],", "no error"),
        ("\"initializer_range\": NaN,", "no error"), ("\"pad_token_id\": -1,", "no error"),
        ("\"pad_token_id\": null,", "no error"),
        ("\"architectures\": null,", "no error"), ("\"rope_scaling\": null, \"is_decoder\": false,", "no error"),
        ("\"layer_norm_eps\": NaN,", "layer_norm_eps"), ("\"layer_norm_eps\": null,", "layer_norm_eps is null"),
        ("\"layer_norm_eps\": 7.0,", "from 0 to 1"), ("\"hidden_act\": \"mish\",", "the activation mish"),
        ("\"hidden_act\": null,", "hidden_act is null"), ("\"is_decoder\": true,", "is_decoder is set"),
        ("\"rope_theta\": 10000.0,", "rope_theta is set"),
        ("\"position_embedding_type\": \"relative_key\",", "only absolute"),
        ("\"quantization_config\": {\"bits\": 8},", "quantization_config is set"),
        ("\"pruned_heads\": {\"0\": [1]},", "pruned_heads is set"),
        ("\"hidden_act\": \"gelu\",}", "this is not JSON"),
        ("\"type_vocab_size\": 2.25,", "type_vocab_size is 2.25, but a whole"),
        ("\"pad_token_id\": 0.5,", "pad_token_id is 0.5, but a whole"),
        ("\"pad_token_id\": 4294967296,", "pad_token_id is 4294967296, but a whole"),
        ("\"layer_norm_eps\": \"small\",", "layer_norm_eps is \"small\", but a number is needed"),
        ("\"layer_norm_eps\": 1e300,", "layer_norm_eps is"),
        ("\"hidden_act\": 3,", "hidden_act is 3, but a text is needed"),
    ]

    @Test(arguments: settings) func settingsAsPythonReadsThem(with: String, piece: String) throws {
        // Written first, so that of equal keys the fixture's own, which come last, count.
        let said = try opened("layouts") { "{" + with + $0.dropFirst() }
        #expect(said.contains(piece), "\(with): \(said)")
    }

    @Test(arguments: [
        ("num_attention_heads", "0", "num_attention_heads is 0"),
        ("num_attention_heads", "-3", "num_attention_heads is -3"),
        ("num_attention_heads", "5", "cannot be divided among 5"), ("num_attention_heads", "3.0", "no error"),
        ("num_attention_heads", "3.5", "config.json: num_attention_heads is 3.5, but a whole number is needed"),
        ("num_attention_heads", "true", "num_attention_heads is true, but a whole number is needed"),
        ("num_hidden_layers", "1e30", "num_hidden_layers is 1e+30, but a whole number is needed"),
        ("hidden_size", "\"wide\"", "hidden_size is \"wide\", but a whole number is needed"),
        ("max_position_embeddings", "{\"a\": 1}", "max_position_embeddings is an object, but a whole number"),
        ("model_type", "[]", "model_type is a list of 0, but a text is needed"),
        ("num_hidden_layers", "1073741824", "num_hidden_layers is 1073741824; it must be a number from 1 to"),
        ("vocab_size", "9223372036854775807", "vocab_size is"), ("vocab_size", "1e400", "vocab_size is Infinity, but"),
        ("intermediate_size", "null", "intermediate_size is null"),
        ("num_hidden_layers", "[2]", "num_hidden_layers is a list of 1, but"),
    ]) func sizes(key: String, value: String, piece: String) throws {
        let said = try opened("layouts") { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.contains("\"\(key)\"") ? "\"\(key)\": \(value)\(line.hasSuffix(",") ? "," : "")" : String(line)
            }.joined(separator: "\n")
        }
        #expect(said.contains(piece), "\(key) \(value): \(said)")
    }

    @Test func sizesThatTogetherAreTooMuch() throws {
        let text = """
            {"model_type": "bert", "vocab_size": 16000000, "hidden_size": 65536, "num_attention_heads": 64,
             "num_hidden_layers": 4096, "intermediate_size": 1048576}
            """
        let said = sentence { _ = try JSONDecoder().decode(BERTConfiguration.self, from: Data(text.utf8)) }
        #expect(said.contains("would need") && said.contains("B of memory"), "\(said)")
    }

    @Test func aPipeInPlaceOfAFile() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["config.json", "model.safetensors"] {
            #expect(mkfifo(folder.appending(path: name).path, 0o600) == 0)
        }
        #expect(sentence { _ = try TextEncoderFolder(folder) } != "no error")
        #expect(sentence { _ = try Weights(reading: folder) }.contains("is not a regular file"))
    }

    // MARK: - open_clip

    private func openCLIP(settings: Bool, as name: String = "open_clip_pytorch_model.bin") throws -> URL {
        let folder = try Fixture.temporaryFolder()
        let source = Fixture.url("models/open-clip")
        try FileManager.default.copyItem(
            at: source.appending(path: "open_clip_pytorch_model.bin"), to: folder.appending(path: name))
        if settings {
            try FileManager.default.copyItem(
                at: source.appending(path: "open_clip_config.json"), to: folder.appending(path: "open_clip_config.json")
            )
        }
        return folder
    }

    private func expect(_ model: CLIP, _ prefix: String) throws {
        let fixture = try ModelFixture("open-clip")
        try fixture.expectClose(model.embed(ids: fixture.ids()), "\(prefix).text_embeds")
        try fixture.expectClose(
            model.embed(images: fixture.expected.tensor("images").channelsLast), "\(prefix).image_embeds")
    }

    @Test func activationsOfOpenCLIP() throws {
        let told = try openCLIP(settings: true)
        let said = try remarks(of: told) { try expect(CLIP(folder: told), "gelu") }
        #expect(said.contains("activations are gelu (open_clip_config.json)"), "\(said)")
        let torn = sentence { _ = try CLIP(folder: told, activation: .quickGELU) }
        #expect(torn.contains("quick_gelu was asked for, but open_clip_config.json says gelu"), "\(torn)")
        let silent = try openCLIP(settings: false)
        #expect(sentence { _ = try CLIP(folder: silent) }.contains("give --activation quick_gelu"))
        for activation in CLIPActivation.allCases {
            try expect(CLIP(folder: silent, activation: activation), activation.rawValue)
            let file = silent.appending(path: "open_clip_pytorch_model.bin")
            let encoder = try TextEncoderFolder(file, activation: activation)
            let fixture = try ModelFixture("open-clip")
            try fixture.expectClose(
                encoder.encoder.captionVectors(ids: fixture.ids()), "\(activation.rawValue).text_embeds")
        }
        let own = sentence { _ = try TextEncoderFolder(Fixture.url("models/clip"), activation: .gelu) }
        #expect(own.contains("config.json tells its own"), "\(own)")
    }

    @Test(arguments: [
        ("\"text_cfg\": {\"hf_model_name\": \"roberta-base\"}", "hf_model_name is set"),
        ("\"vision_cfg\": {\"timm_model_name\": \"convnext\"}", "timm_model_name is set"),
        ("\"text_cfg\": {\"pool_type\": \"last\"}", "pool_type is last"),
        ("\"text_cfg\": {\"no_causal_mask\": true}", "no_causal_mask is set"),
        ("\"vision_cfg\": {\"act_kwargs\": {\"approximate\": \"tanh\"}}", "act_kwargs is set"),
    ]) func whatOpenCLIPMayAskForIsRefused(settings: String, piece: String) throws {
        let folder = try openCLIP(settings: false)
        try Data("{\"model_cfg\": {\(settings)}}".utf8).write(to: folder.appending(path: "open_clip_config.json"))
        let said = sentence { _ = try CLIP(folder: folder) }
        #expect(said.contains(piece), "\(said)")
    }
}

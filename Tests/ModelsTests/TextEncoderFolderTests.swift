import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct TextEncoderFolderTests {
    @Test(arguments: [
        ("bert", "bert", 36), ("bert-mlm", "bert", 36), ("roberta", "roberta", 36), ("clip", "clip", 28),
        ("clip-text-old", "clip_text_model", 28), ("gpt2", "gpt2", 36), ("openai-vit", "clip", 28),
        ("openai-resnet", "clip", 28),
    ]) func everyKindOpens(name: String, type: String, width: Int) throws {
        let fixture = try ModelFixture(name)
        let folder = try TextEncoderFolder(fixture.folder, activation: name.hasPrefix("openai") ? .quickGELU : nil)
        #expect(folder.modelType == type && folder.encoder.isContrastive == type.hasPrefix("clip"))
        let ids = try fixture.ids()
        #expect(try folder.encoder.captionVectors(ids: ids).shape == [ids.count, width])
        try fixture.expectLayers(folder.encoder.hiddenStates(ids: ids))
    }

    /// A copy of a fixture whose settings or weights are spoilt.
    private func spoilt(
        _ name: String, settings: (inout [String: Any]) -> Void = { _ in },
        weights: ([(name: String, tensor: Tensor)]) -> [(name: String, tensor: Tensor)] = { $0 }
    ) throws -> String {
        let source = Fixture.url("models/" + name)
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try Data(contentsOf: source.appending(path: "config.json"))
        var object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        settings(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: folder.appending(path: "config.json"))
        let file = try SafetensorsFile(source.appending(path: "model.safetensors"))
        try writeSafetensors(
            weights(file.names.map { ($0, try file.tensor($0)) }), to: folder.appending(path: "model.safetensors"))
        return sentence { _ = try TextEncoderFolder(folder) }
    }

    @Test func spoiltWeights() throws {
        #expect(try spoilt("bert") == "no error")
        let query = "encoder.layer.1.attention.self.query.weight"
        let missing = try spoilt("bert", weights: { $0.filter { $0.name != query } })
        #expect(missing.contains("model.safetensors has no tensor \(query), did you mean"))
        let wrong = try spoilt(
            "bert", weights: { $0.map { $0.name == query ? (query, $0.tensor.reshaped([18, 72])) : $0 } })
        #expect(wrong.contains("\(query) has the shape [18, 72], but the model's settings ask for [36, 36]"))
        let unread = try spoilt("bert", weights: { $0 + [("encoder.layer.3.output.dense.bias", Tensor.zeros([36]))] })
        #expect(unread.contains("1 tensor that the model does not use: encoder.layer.3.output.dense.bias"))
        for name in [
            "extra", "extra.weight", "h.0.attn.weight", "encoder.extra", "embeddings.more.weight",
            "visual_projection.weight",
        ] {
            let more = try spoilt("bert", weights: { $0 + [(name, Tensor.zeros([3]))] })
            #expect(more.contains("1 tensor that the model does not use: \(name)"), "\(more)")
        }
        for name in ["text_model.extra", "extra"] {
            let more = try spoilt("clip", weights: { $0 + [(name, Tensor.zeros([3]))] })
            #expect(more.contains("1 tensor that the model does not use: \(name)"), "\(more)")
        }
        for name in [
            "qa_outputs.bias", "classifier.out_proj.weight", "multiple_choice_head.weight", "score.weight",
            "optimizer.0", "loss", "step",
        ] {
            #expect(try spoilt("bert", weights: { $0 + [(name, Tensor.zeros([3]))] }) == "no error", "\(name)")
        }
        let ignored = ("embeddings.position_ids", Tensor.zeros([1, 21]))
        #expect(try spoilt("bert", weights: { $0 + [ignored] }) == "no error")
        let ones = Tensor([Int32](repeating: 1, count: 40), shape: [40])
        let whole = try spoilt("clip", weights: { $0.map { ($0.name, $0.tensor.shape == [40] ? ones : $0.tensor) } })
        #expect(whole.contains("holds whole numbers, but the model expects fractions"))
    }

    @Test func spoiltSettings() throws {
        let heads = try spoilt("bert", settings: { $0["num_attention_heads"] = 5 })
        #expect(heads.contains("36 cannot be divided among 5 heads"))
        #expect(try spoilt("bert", settings: { $0["hidden_act"] = "sine" }).contains("the activation sine"))
        #expect(
            try spoilt("bert", settings: { $0["hidden_size"] = "wide" })
                .contains("hidden_size is \"wide\", but a whole number is needed"))
        #expect(try spoilt("bert", settings: { $0["num_hidden_layers"] = 0 }).contains("num_hidden_layers is 0"))
        #expect(try spoilt("bert", settings: { $0["model_type"] = "t5" }).contains("a model of type t5"))
        #expect(try spoilt("bert", settings: { $0["model_type"] = nil }).contains("model_type is missing"))
        #expect(
            try spoilt("bert", settings: { $0["position_embedding_type"] = "relative_key" }).contains("only absolute"))
        #expect(try spoilt("bert", settings: { $0["num_hidden_layers"] = 2 }).contains("16 tensors that the model"))
        let clip = try spoilt("clip", settings: { $0["text_config"] = ["hidden_size": 41, "num_attention_heads": 8] })
        #expect(clip.contains("hidden_size 41 cannot be divided among 8 heads"))
        let nested = try spoilt("clip", settings: { $0["text_config"] = ["num_attention_heads": 7.5] })
        #expect(nested.contains("text_config.num_attention_heads is 7.5, but a whole number is needed"), "\(nested)")
        let pairs = try spoilt("gpt2", settings: { $0["n_layer"] = 1.5 })
        #expect(pairs.contains("config.json: n_layer is 1.5, but a whole number is needed"), "\(pairs)")
    }

    @Test func spoiltFiles() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(sentence { _ = try TextEncoderFolder(folder) }.contains("config.json cannot be read"))
        let settings = folder.appending(path: "config.json")
        try Data("{".utf8).write(to: settings)
        #expect(sentence { _ = try TextEncoderFolder(folder) }.contains("this is not JSON"))
        try Data(contentsOf: Fixture.url("models/roberta/config.json")).write(to: settings)
        #expect(sentence { _ = try TextEncoderFolder(folder) }.contains("has no model.safetensors"))
        let weights = try Data(contentsOf: Fixture.url("models/roberta/model.safetensors"))
        for length in [0, 7, 100, 5000, weights.count - 1] {
            try weights.prefix(length).write(to: folder.appending(path: "model.safetensors"))
            #expect(sentence { _ = try TextEncoderFolder(folder) }.contains("model.safetensors"))
        }
    }

    /// New models: everything is a parameter, everything is written, and the written folder is the same model.
    @Test func newModelsAreSavedAndOpened() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = BERTConfiguration()
        (settings.vocabularySize, settings.hiddenSize, settings.layerCount) = (50, 24, 2)
        (settings.headCount, settings.feedForwardSize, settings.positionCount) = (2, 40, 16)
        settings.architectures = ["BertForMaskedLM"]
        let weights = Weights(fresh: 7)
        let model = try MaskedLanguageModel(weights.scope, settings)
        #expect(weights.parameters.count == weights.all.count && weights.all.count == 5 + 16 * 2 + 5)
        try JSONEncoder().encode(settings).write(to: folder.appending(path: "config.json"))
        try writeSafetensors(weights.all, to: folder.appending(path: "model.safetensors"))
        let opened = try MaskedLanguageModel(folder: folder)
        #expect(opened.encoder.configuration == settings)
        let ids: [[Int32]] = [[1, 2, 3], [4, 5, 6, 7]]
        let same = Dictionary(uniqueKeysWithValues: weights.all.map { ($0.name, $0.tensor.detached) })
        let frozenBERT = try MaskedLanguageModel(Weights(tensors: same).scope, settings)
        #expect(
            try opened.encoder.captionVectors(ids: ids).floats == frozenBERT.encoder.captionVectors(ids: ids).floats)
        expectClose(
            try opened.encoder.captionVectors(ids: ids), try model.encoder.captionVectors(ids: ids), "opened",
            within: 1e-6)

        var pair = CLIPConfiguration()
        (pair.text.vocabularySize, pair.text.hiddenSize, pair.text.layerCount, pair.text.headCount) = (50, 24, 2, 3)
        (pair.text.feedForwardSize, pair.text.positionCount, pair.text.endID) = (40, 16, 49)
        (pair.vision.hiddenSize, pair.vision.layerCount, pair.vision.headCount) = (36, 1, 2)
        (pair.vision.feedForwardSize, pair.vision.imageSize, pair.vision.patchSize) = (44, 16, 8)
        (pair.projectionSize, pair.text.projectionSize, pair.vision.projectionSize) = (20, 20, 20)
        let made = Weights(fresh: 8)
        let clip = try CLIP(made.scope, pair)
        try JSONEncoder().encode(pair).write(to: folder.appending(path: "config.json"))
        try writeSafetensors(made.all, to: folder.appending(path: "model.safetensors"))
        let again = try CLIP(folder: folder)
        #expect(again.configuration == pair)
        // The parameters themselves, frozen: frozen layers multiply in another order than those under training.
        let kept = Dictionary(uniqueKeysWithValues: made.all.map { ($0.name, $0.tensor.detached) })
        let frozen = try CLIP(Weights(tensors: kept).scope, pair)
        #expect(try again.embed(ids: [[48, 3, 49]]).floats == frozen.embed(ids: [[48, 3, 49]]).floats)
        let image = Tensor.full([1, 16, 16, 3], 0.5)
        #expect(again.embed(images: image).floats == frozen.embed(images: image).floats)
        expectClose(frozen.embed(images: image), clip.embed(images: image), "frozen and under training", within: 1e-6)
    }
}

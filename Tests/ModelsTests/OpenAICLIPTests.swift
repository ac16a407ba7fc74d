import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct OpenAICLIPTests {
    /// A copy of a checkpoint with other names, other tensors or settings beside it.
    private func copy(
        _ name: String, settings: String? = nil, renaming: (String) -> String? = { $0 }
    ) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        let file = try SafetensorsFile(Fixture.url("models/\(name)/model.safetensors"))
        let tensors = try file.names.compactMap { old in
            try renaming(old).map { (name: $0, tensor: try file.tensor(old)) }
        }
        try writeSafetensors(tensors, to: folder.appending(path: "model.safetensors"))
        if let settings { try Data(settings.utf8).write(to: folder.appending(path: "open_clip_config.json")) }
        return folder
    }

    private func expectEverything(_ model: CLIP, _ fixture: ModelFixture, _ prefix: String = "") throws {
        let ids = try fixture.ids()
        let images = try fixture.expected.tensor("images").channelsLast   // [batch, height, width, channels]
        try fixture.expectLayers(model.text.hiddenStates(ids: ids), named: prefix + "hidden")
        try fixture.expectLayers(model.vision.hiddenStates(images), named: prefix + "seen", padded: false)
        let (captions, seen) = (try model.embed(ids: ids), model.embed(images: images))
        try fixture.expectClose(captions, prefix + "text_embeds")
        try fixture.expectClose(seen, prefix + "image_embeds")
        try fixture.expectClose(model.similarities(images: seen, captions: captions), prefix + "logits")
    }

    @Test func visionTransformer() throws {
        let fixture = try ModelFixture("openai-vit")
        let model = try CLIP(folder: fixture.folder, activation: .quickGELU)
        let (text, vision) = (model.configuration.text, model.configuration.vision)
        #expect(text.vocabularySize == 83 && text.hiddenSize == 64 && text.headCount == 1 && text.layerCount == 2)
        #expect(text.positionCount == 13 && text.feedForwardSize == 256 && text.activation == "quick_gelu")
        #expect(vision.imageSize == 21 && vision.patchSize == 7 && vision.headCount == 2 && vision.hiddenSize == 128)
        #expect(model.imageSize == 21 && model.configuration.projectionSize == 28)
        try expectEverything(model, fixture)
    }

    /// What open_clip writes beside its own models: an exact GELU unless it says otherwise, and heads of other widths.
    @Test func settingsOfOpenCLIP() throws {
        let fixture = try ModelFixture("openai-vit")
        let folder = try copy(
            "openai-vit",
            settings: #"{"model_cfg": {"embed_dim": 28, "vision_cfg": {"head_width": 32}, "text_cfg": {"heads": 2}}}"#)
        defer { try? FileManager.default.removeItem(at: folder) }
        try expectEverything(CLIP(folder: folder), fixture, "gelu.")
        let quick = try copy("openai-vit", settings: #"{"model_cfg": {"quick_gelu": true}}"#)
        defer { try? FileManager.default.removeItem(at: quick) }
        try expectEverything(CLIP(folder: quick), fixture)
        let wrong = try copy("openai-vit", settings: #"{"model_cfg": {"text_cfg": {"heads": 7}}}"#)
        defer { try? FileManager.default.removeItem(at: wrong) }
        #expect(sentence { _ = try CLIP(folder: wrong) }.contains("text tower's 64 channels cannot be divided among 7"))
    }

    /// The program in a TorchScript archive, scripted or traced, tells the activation; asking for the other is refused.
    ///
    /// quick.pt is what the references are of; exact.pt has the same weights and heads, of which no references stand
    /// here, and must equal what settings that say the same make of them, which `settingsOfOpenCLIP` holds against
    /// others.
    @Test func activationOfAnArchive() throws {
        let fixture = try ModelFixture("openai-vit")
        func archive(_ name: String) -> URL { Fixture.url("models/openai-scripts/\(name)") }
        try expectEverything(CLIP(folder: archive("quick.pt")), fixture)
        let told = try copy("openai-vit", settings: #"{"model_cfg": {"embed_dim": 28}}"#)
        defer { try? FileManager.default.removeItem(at: told) }
        let (exact, same) = (try CLIP(folder: archive("exact.pt")), try CLIP(folder: told))
        let images = try fixture.expected.tensor("images").channelsLast   // [batch, side, side, 3]
        #expect(exact.embed(images: images).floats == same.embed(images: images).floats)
        for (name, other) in [("quick.pt", CLIPActivation.gelu), ("exact.pt", .quickGELU)] {
            let said = sentence { _ = try CLIP(folder: archive(name), activation: other) }
            #expect(said.contains("but the program in it says"), "\(name): \(said)")
        }
    }

    @Test func residualNetwork() throws {
        let fixture = try ModelFixture("openai-resnet")
        let model = try CLIP(folder: fixture.folder, activation: .quickGELU)
        #expect(
            model.configuration.resNet
                == CLIPResNetConfiguration(
                    width: 6, blockCounts: [2, 1, 2, 1], imageSize: 96, headCount: 3, projectionSize: 28))
        try expectEverything(model, fixture)
        let images = try fixture.expected.tensor("images").channelsLast
        let alone = (0..<2).flatMap { model.embed(images: images.slice(axis: 0, from: $0, to: $0 + 1)).floats }
        #expect(Closeness(alone, model.embed(images: images).floats).within(2e-6))
    }

    /// CLOOB keeps the text tower below `transformer` and calls its scale `logit_inv_tau`.
    @Test func namesOfCLOOB() throws {
        let fixture = try ModelFixture("openai-resnet")
        let folder = try copy("openai-resnet") { name in
            if name.contains(".visual.") { return name }
            if name.hasSuffix("logit_scale") { return "module.logit_inv_tau" }
            return "module.transformer." + name.dropFirst("module.".count)
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        try expectEverything(CLIP(folder: folder, activation: .quickGELU), fixture)
        let encoder = try TextEncoderFolder(folder, activation: .quickGELU)
        try fixture.expectClose(encoder.encoder.captionVectors(ids: fixture.ids()), "text_embeds")
    }

    /// The text half alone, from a folder or from the file itself.
    @Test(arguments: ["openai-vit", "openai-resnet"]) func asATextEncoder(name: String) throws {
        let fixture = try ModelFixture(name)
        for place in [fixture.folder, fixture.folder.appending(path: "model.safetensors")] {
            let opened = try TextEncoderFolder(place, activation: .quickGELU)
            #expect(opened.modelType == "clip" && opened.encoder.isContrastive)
            #expect(opened.rules.tokenizerFolder.path == fixture.folder.path)
            try fixture.expectLayers(opened.encoder.hiddenStates(ids: fixture.ids()))
            try fixture.expectClose(opened.encoder.captionVectors(ids: fixture.ids()), "text_embeds")
        }
    }

    @Test func whatDoesNotFitIsNamed() throws {
        func said(_ renaming: (String) -> String?) throws -> String {
            let folder = try copy("openai-vit", renaming: renaming)
            defer { try? FileManager.default.removeItem(at: folder) }
            return sentence { _ = try CLIP(folder: folder, activation: .quickGELU) }
        }
        #expect(try said { $0 == "text_projection" ? nil : $0 }.contains("its tensor text_projection is missing"))
        #expect(try said { $0 == "ln_final.bias" ? nil : $0 }.contains("has no tensor ln_final.bias"))
        #expect(try said { $0 == "ln_final.bias" ? "ln_final.shift" : $0 }.contains("ln_final.bias, did you mean"))
        #expect(try said { $0 == "visual.conv1.weight" ? nil : $0 }.contains("config.json cannot be read"))
        let trained = sentence {
            _ = try CLIP(folder: Fixture.url("models/openai-vit"), trainable: true, activation: .quickGELU)
        }
        #expect(trained.contains("can be used but not trained further"))
    }

    /// A tower's settings below `text_config`, and at the root.
    @Test func textTowersWithAWholeModelsSettings() throws {
        let fixture = try ModelFixture("clip-text-old")
        let folder = try copy("clip-text-old")
        defer { try? FileManager.default.removeItem(at: folder) }
        let flat = try String(contentsOf: fixture.folder.appending(path: "config.json"), encoding: .utf8)
        for type in ["clip", "clip_text_model"] {
            let nested = #"{"model_type": "\#(type)", "projection_dim": 28, "text_config": \#(flat)}"#
            try Data(nested.utf8).write(to: folder.appending(path: "config.json"))
            let opened = try TextEncoderFolder(folder)
            try fixture.expectLayers(opened.encoder.hiddenStates(ids: fixture.ids()))
            try fixture.expectClose(opened.encoder.captionVectors(ids: fixture.ids()), "text_embeds")
        }
    }
}

import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct SigLIPTests {
    private let fixture: ModelFixture
    init() throws { fixture = try ModelFixture("siglip") }

    /// Within 2e-6 of the array's scale; the reference was computed in double precision.
    private func expectClose(_ actual: [Float], _ name: String, _ reference: [Float]) {
        let closeness = Closeness(actual, reference)
        print("siglip \(name): \(closeness)")
        #expect(closeness.within(2e-6), "\(name): \(closeness)")
    }

    private func expectClose(_ actual: Tensor, _ name: String) throws {
        let reference = try fixture.expected.tensor(name)
        #expect(actual.shape == reference.shape)
        expectClose(actual.floats, name, reference.floats)
    }

    @Test func bothTowers() throws {
        let model = try SigLIP(folder: fixture.folder)
        let ids = try fixture.ids()
        let images = try fixture.expected.tensor("images").channelsLast   // [3, 30, 30, 3]
        for (layer, states) in try model.text.hiddenStates(ids: ids).enumerated() {
            let reference = try fixture.expected.tensor("hidden.\(layer)")
            #expect(states.shape == reference.shape)
            expectClose(try fixture.real(states), "hidden.\(layer)", try fixture.real(reference))
        }
        for (layer, states) in model.vision.hiddenStates(images).enumerated() {
            try expectClose(states, "seen.\(layer)")
        }
        let (captions, pictures) = (try model.embed(ids: ids), model.embed(images: images))
        try expectClose(captions, "text_embeds")
        try expectClose(pictures, "image_embeds")
        let logits = model.similarities(images: pictures, captions: captions)
        try expectClose(logits, "logits")
        try expectClose(logits.sigmoid(), "probabilities")
    }

    @Test func textTowerAsAnEncoder() throws {
        let opened = try TextEncoderFolder(fixture.folder)
        let encoder = opened.encoder
        #expect(opened.modelType == "siglip" && encoder.isContrastive && encoder.hasProjection)
        #expect(encoder.maximumLength == 19 && encoder.vectorSize(.probe) == 28 && encoder.vectorSize(.mean) == 36)
        #expect(opened.rules.positions == 19)
        let ids = try fixture.ids()
        let found = try encoder.encode(ids: ids, pooling: .probe, everyLayer: true)
        try expectClose(found.vectors, "text_embeds")
        #expect(found.layers.count == 4)
        for (layer, states) in found.layers.enumerated() { try expectClose(states, "last.\(layer)") }
        for pooling in [Pooling.mean, .eos] {
            try expectClose(encoder.captionVectors(ids: ids, pooling: pooling), pooling.rawValue)
        }
        // A text that fills every position has no padding to be read at.
        let full = try fixture.expected.tensor("full").integers
        try expectClose(encoder.captionVectors(ids: [full]), "full_embeds")
        #expect(sentence { _ = try encoder.captionVectors(ids: [full + [1]]) }.contains("reads at most 19"))
    }

    @Test(arguments: Pooling.allCases) func neighboursChangeNothing(pooling: Pooling) throws {
        let encoder = try SigLIPText(folder: fixture.folder)
        let ids = try fixture.ids()
        let together = try encoder.captionVectors(ids: ids, pooling: pooling)
        let alone = try ids.flatMap { try encoder.captionVectors(ids: [$0], pooling: pooling).floats }
        #expect(together.shape == [ids.count, encoder.vectorSize(pooling)])
        expectClose(alone, "\(pooling) alone and together", together.floats)
    }

    @Test func halfPrecision() throws {
        let model = try SigLIP(folder: fixture.folder, precision: .bfloat16)
        let captions = try model.embed(ids: fixture.ids())
        let closeness = Closeness(captions.floats, try fixture.floats("text_embeds"))
        let images = Closeness(
            model.embed(images: try fixture.expected.tensor("images").channelsLast).floats,
            try fixture.floats("image_embeds"))
        print("siglip in bf16: texts \(closeness), pictures \(images)")
        #expect(closeness.within(0.05) && images.within(0.05))
    }

    @Test func textTowerAlone() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try SafetensorsFile(fixture.folder.appending(path: "model.safetensors"))
        let names = file.names.filter { $0.hasPrefix("text_model.") }
        try writeSafetensors(
            names.map { ($0, try file.tensor($0)) }, to: folder.appending(path: "model.safetensors"))
        let data = try Data(contentsOf: fixture.folder.appending(path: "config.json"))
        let whole = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        try JSONSerialization.data(withJSONObject: try #require(whole["text_config"]))
            .write(to: folder.appending(path: "config.json"))
        let opened = try TextEncoderFolder(folder)
        #expect(opened.modelType == "siglip_text_model")
        try expectClose(opened.encoder.captionVectors(ids: fixture.ids()), "text_embeds")
    }

    /// A copy of the fixture with other settings.
    private func spoilt(_ change: (inout [String: Any]) -> Void) throws -> String {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let data = try Data(contentsOf: fixture.folder.appending(path: "config.json"))
        var settings = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        change(&settings)
        try JSONSerialization.data(withJSONObject: settings).write(to: folder.appending(path: "config.json"))
        try FileManager.default.copyItem(
            at: fixture.folder.appending(path: "model.safetensors"), to: folder.appending(path: "model.safetensors"))
        return sentence {
            _ = try TextEncoderFolder(folder)
            _ = try SigLIP(folder: folder)
        }
    }

    @Test func whatIsWrongIsSaid() throws {
        func text(_ key: String, _ value: Any) throws -> String {
            try spoilt { settings in
                var part = settings["text_config"] as? [String: Any] ?? [:]
                part[key] = value
                settings["text_config"] = part
            }
        }
        #expect(try spoilt { _ in } == "no error")
        #expect(try text("num_attention_heads", 5).contains("36 cannot be divided among 5 heads"))
        #expect(try text("pad_token_id", 5000).contains("pad_token_id is 5000"))
        #expect(try text("projection_size", 29).contains("[28, 36]"))
        #expect(try text("hidden_act", "sine").contains("the activation sine"))
        let headless = try spoilt { settings in
            var part = settings["vision_config"] as? [String: Any] ?? [:]
            part["vision_use_head"] = false
            settings["vision_config"] = part
        }
        #expect(headless.contains("vision_use_head is false"))
        let unknown = try spoilt { $0["model_type"] = "altclip" }
        #expect(unknown.contains("of type altclip"))
        for type in TextEncoderRegistry.modelTypes { #expect(unknown.contains(type)) }
    }
}

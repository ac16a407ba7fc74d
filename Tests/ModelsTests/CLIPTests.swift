import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct CLIPTests {
    @Test func bothTowers() throws {
        let fixture = try ModelFixture("clip")
        let model = try CLIP(folder: fixture.folder)
        let ids = try fixture.ids()
        let images = try fixture.expected.tensor("images").channelsLast   // [batch, height, width, channels]
        try fixture.expectLayers(model.text.hiddenStates(ids: ids))
        try fixture.expectLayers(model.vision.hiddenStates(images), named: "seen", padded: false)
        try fixture.expectClose(model.vision.summary(images), "summary")
        try fixture.expectClose(model.text.captionVectors(ids: ids, pooling: .eos), "eos")
        let captionVectors = try model.embed(ids: ids)
        let imageVectors = model.embed(images: images)
        try fixture.expectClose(captionVectors, "text_embeds")
        try fixture.expectClose(imageVectors, "image_embeds")
        try fixture.expectClose(model.similarities(images: imageVectors, captions: captionVectors), "logits")
        // The same folder as a text encoder: the vision half is left alone.
        let text = try CLIPText(folder: fixture.folder)
        #expect(text.vectorSize(.probe) == 28)
        try fixture.expectClose(text.captionVectors(ids: ids), "text_embeds")
    }

    @Test func textTowersAlone() throws {
        let old = try ModelFixture("clip-text-old")
        let model = try CLIPText(folder: old.folder)
        try old.expectLayers(model.hiddenStates(ids: old.ids()))
        try old.expectClose(model.captionVectors(ids: old.ids()), "text_embeds")
        let bare = try ModelFixture("clip-text")
        let tower = try CLIPText(folder: bare.folder)
        try bare.expectLayers(tower.hiddenStates(ids: bare.ids()))
        try bare.expectClose(tower.captionVectors(ids: bare.ids(), pooling: .pooler), "eos")
        #expect(sentence { _ = try tower.captionVectors(ids: bare.ids()) }.contains("has no projection"))
        let endless = sentence { _ = try tower.captionVectors(ids: [[90, 5]], pooling: .eos) }
        #expect(endless.contains("lacks the end token 96"))
    }

    @Test func gradientsOfTheContrastiveLoss() throws {
        let fixture = try ModelFixture("clip")
        let configuration = try JSONDecoder().decode(
            CLIPConfiguration.self, from: Data(contentsOf: fixture.folder.appending(path: "config.json")))
        let weights = try Weights(reading: fixture.folder, trainable: true)
        let model = try CLIP(weights.scope, configuration)
        try weights.finish()
        let captions = try model.embed(ids: Array(fixture.ids().prefix(3)))
        let images = model.embed(images: try fixture.expected.tensor("images").channelsLast)
        let logits = model.similarities(images: images, captions: captions)   // [3, 3]
        let diagonal = Tensor([Int32(0), 1, 2], shape: [3])
        let transposed = logits.transposed(axes: [1, 0])
        let loss = (logits.crossEntropy(diagonal) + transposed.crossEntropy(diagonal)) * 0.5
        try fixture.expectClose(loss, "loss")
        let names = fixture.expected.names.filter { $0.hasPrefix("gradient.") }
        let parameters = Dictionary(uniqueKeysWithValues: weights.parameters.map { ("gradient." + $0.name, $0.tensor) })
        #expect(parameters.count == weights.storedNames.count && names.count == 7)
        for (name, gradient) in zip(names, gradients(of: loss, for: try names.map { try #require(parameters[$0]) })) {
            try fixture.expectClose(gradient, name)
        }
    }

    @Test func paddingAndNeighboursChangeNothing() throws {
        let fixture = try ModelFixture("clip")
        let model = try CLIP(folder: fixture.folder)
        let ids = try fixture.ids()
        for pooling in Pooling.allCases {
            let together = try model.text.captionVectors(ids: ids, pooling: pooling)
            let alone = try ids.flatMap { try model.text.captionVectors(ids: [$0], pooling: pooling).floats }
            let closeness = Closeness(alone, together.floats)
            print("clip \(pooling) alone and together: \(closeness)")
            #expect(together.shape == [ids.count, model.text.vectorSize(pooling)])
            #expect(closeness.within(2e-6))
        }
        let images = try fixture.expected.tensor("images").channelsLast
        let alone = (0..<3).flatMap { model.embed(images: images.slice(axis: 0, from: $0, to: $0 + 1)).floats }
        #expect(Closeness(alone, model.embed(images: images).floats).within(2e-6))
    }

    /// The published folders write settings twice, and the second counts.
    @Test func oldSettings() throws {
        let text = """
            {"model_type": "clip", "text_config": {"hidden_size": 512, "num_attention_heads": 8, "pad_token_id": null},
             "text_config_dict": {"hidden_size": 768, "num_attention_heads": 12}, "vision_config_dict": null,
             "vision_config": {"patch_size": 14}, "projection_dim": 768}
            """
        let settings = try JSONDecoder().decode(CLIPConfiguration.self, from: Data(text.utf8))
        #expect(settings.text.hiddenSize == 768 && settings.text.headCount == 12 && settings.text.endID == 49407)
        // What the second leaves out has its default, also where the first says otherwise.
        #expect(settings.text.paddingID == 1 && settings.text.positionCount == 77)
        #expect(settings.vision.patchSize == 14 && settings.vision.imageSize == 224 && settings.projectionSize == 768)
    }
}

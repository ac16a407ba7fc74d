import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct GPT2Tests {
    @Test func everyLayerAndTheLogits() throws {
        let fixture = try ModelFixture("gpt2")
        let model = try GPT2(folder: fixture.folder)
        #expect(model.hiddenSize == 36 && model.layerCount == 4 && model.maximumLength == 21)
        #expect(model.configuration.activation == "gelu_new" && model.configuration.feedForwardSize == 52)
        let ids = try fixture.ids()
        try fixture.expectLayers(model.hiddenStates(ids: ids))
        let logits = model.logits(of: try model.batch(ids))
        try fixture.expectClose(fixture.real(logits), fixture.real(fixture.expected.tensor("logits")), "logits")
    }

    /// Without the language model's head, with scores scaled by the layer's number, and the masks of old versions.
    @Test func aBareModel() throws {
        let fixture = try ModelFixture("gpt2-bare")
        let model = try GPT2(folder: fixture.folder)
        #expect(model.configuration.scalesByLayer && model.configuration.feedForwardSize == 4 * 36)
        try fixture.expectLayers(model.hiddenStates(ids: fixture.ids()))
        let stored = try SafetensorsFile(fixture.folder.appending(path: "model.safetensors")).names
        #expect(stored.contains("h.0.attn.bias") && stored.contains("wte.weight"))
    }

    @Test func paddingChangesNothing() throws {
        let fixture = try ModelFixture("gpt2")
        let model = try GPT2(folder: fixture.folder)
        let ids = try fixture.ids()
        for pooling in [Pooling.probe, .mean, .cls, .last] {
            let together = try model.captionVectors(ids: ids, pooling: pooling)
            let alone = try ids.flatMap { try model.captionVectors(ids: [$0], pooling: pooling).floats }
            let closeness = Closeness(alone, together.floats)
            print("gpt2 \(pooling) alone and together: \(closeness)")
            #expect(closeness.within(2e-6))
        }
    }

    @Test func poolingsPickTheirTokens() throws {
        let fixture = try ModelFixture("gpt2")
        let model = try GPT2(folder: fixture.folder)
        let ids: [[Int32]] = [[5, 6, 7, 96], [96, 8, 9], [96]]
        let states = try model.hiddenStates(ids: ids)
        let last = states[states.count - 1]
        func state(_ row: Int, _ place: Int) -> [Float] {
            last.slice(axis: 0, from: row, to: row + 1).slice(axis: 1, from: place, to: place + 1).floats
        }
        func vectors(_ pooling: Pooling, _ rows: [Int]) throws -> [Float] {
            try model.captionVectors(ids: rows.map { ids[$0] }, pooling: pooling).floats
        }
        func near(_ a: [Float], _ b: [Float]) -> Bool { Closeness(a, b).within(2e-6) }
        #expect(try near(vectors(.last, [0, 1, 2]), state(0, 2) + state(1, 2) + state(2, 0)))
        #expect(try near(vectors(.cls, [0, 1, 2]), state(0, 0) + state(1, 0) + state(2, 0)))
        #expect(try near(vectors(.eos, [0, 2]), state(0, 3) + state(2, 0)))
        #expect(sentence { _ = try vectors(.eos, [0, 1]) }.contains("Caption 2 of the batch does not end with"))
        #expect(sentence { _ = try vectors(.pooler, [0]) }.contains("GPT-2 has no pooler"))
        let layers = try model.encode(ids: ids, pooling: .last, everyLayer: true).layers
        #expect(layers.count == 5)
        #expect(try near(layers[4].floats, vectors(.last, [0, 1, 2])))
    }

    @Test(arguments: [
        ("n_head", "5" as any Sendable, "n_embd 36 cannot be divided among 5 heads"), ("n_layer", "0", "n_layer is 0"),
        ("add_cross_attention", "true", "reads text only"), ("n_embd", "0", "n_embd is 0"),
        ("n_layer", "3", "does not use"),
        ("activation_function", "\"sine\"", "the activation sine"),
    ]) func spoiltSettings(key: String, value: any Sendable, expected: String) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = Fixture.url("models/gpt2")
        let data = try Data(contentsOf: source.appending(path: "config.json"))
        var object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        object[key] = try JSONSerialization.jsonObject(with: Data("\(value)".utf8), options: .fragmentsAllowed)
        try JSONSerialization.data(withJSONObject: object).write(to: folder.appending(path: "config.json"))
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "model.safetensors"),
            withDestinationURL: source.appending(path: "model.safetensors"))
        let said = sentence { _ = try TextEncoderFolder(folder) }
        #expect(said.contains(expected), "\(said)")
    }
}

import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct BERTTests {
    @Test func bert() throws {
        let fixture = try ModelFixture("bert")
        let model = try BERT(folder: fixture.folder)
        #expect(model.configuration.activation == "gelu" && model.configuration.normEpsilon == 1e-12)   // defaults
        #expect(model.maximumLength == 21 && model.hiddenSize == 36 && model.layerCount == 3)
        let ids = try fixture.ids()
        try fixture.expectLayers(model.hiddenStates(ids: ids))
        try fixture.expectClose(model.captionVectors(ids: ids, pooling: .pooler), "pooled")
        let typed = try model.hiddenStates(of: model.batch(ids), types: fixture.ids("types"))
        try fixture.expectClose(
            fixture.real(typed[3]), fixture.real(fixture.expected.tensor("typed")), "last layer with types")
    }

    @Test func roberta() throws {
        let fixture = try ModelFixture("roberta")
        let model = try BERT(folder: fixture.folder)
        #expect(model.maximumLength == 19 && !model.hasPooler)
        try fixture.expectLayers(model.hiddenStates(ids: fixture.ids()))
        let refusal = sentence { _ = try model.captionVectors(ids: [[0, 2]], pooling: .pooler) }
        #expect(refusal.contains("has no trained pooler"))
    }

    @Test(arguments: ["bert-mlm", "roberta-mlm"]) func maskedLanguageModels(name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try MaskedLanguageModel(folder: fixture.folder)
        let states = try model.encoder.hiddenStates(ids: fixture.ids())
        try fixture.expectLayers(states)
        let logits = model.logits(states[states.count - 1])
        try fixture.expectClose(
            fixture.real(logits), fixture.real(fixture.expected.tensor("logits")), "logits")
        // The same folder as an encoder: the head is left alone.
        try fixture.expectLayers(BERT(folder: fixture.folder).hiddenStates(ids: fixture.ids()))
    }

    @Test func gradientsOfTheMaskedLanguageModel() throws {
        let fixture = try ModelFixture("bert-mlm")
        let configuration = try JSONDecoder().decode(
            BERTConfiguration.self, from: Data(contentsOf: fixture.folder.appending(path: "config.json")))
        let weights = try Weights(reading: fixture.folder, trainable: true)
        let model = try MaskedLanguageModel(weights.scope, configuration)
        try weights.finish()
        let states = try model.encoder.hiddenStates(ids: fixture.ids())
        let targets = try fixture.expected.tensor("targets")
        let loss = model.logits(states[states.count - 1]).crossEntropy(targets, ignoring: -100)
        try fixture.expectClose(loss, "loss")
        let names = fixture.expected.names.filter { $0.hasPrefix("gradient.") }
        let parameters = Dictionary(uniqueKeysWithValues: weights.parameters.map { ("gradient." + $0.name, $0.tensor) })
        #expect(parameters.count == weights.storedNames.count && names.count == 6)
        for (name, gradient) in zip(names, gradients(of: loss, for: try names.map { try #require(parameters[$0]) })) {
            try fixture.expectClose(gradient, name)
        }
    }

    /// A caption alone and the same caption beside longer ones.
    @Test(arguments: ["bert", "roberta"]) func paddingChangesNothing(name: String) throws {
        let fixture = try ModelFixture(name)
        let model = try BERT(folder: fixture.folder)
        let ids = try fixture.ids()
        for pooling in Pooling.allCases where pooling != .pooler || model.hasPooler {
            let together = try model.captionVectors(ids: ids, pooling: pooling)
            let alone = try ids.flatMap { try model.captionVectors(ids: [$0], pooling: pooling).floats }
            let closeness = Closeness(alone, together.floats)
            print("\(name) \(pooling) alone and together: \(closeness)")
            #expect(together.shape == [ids.count, model.vectorSize(pooling)])
            #expect(closeness.within(2e-6))
        }
    }

    @Test func poolingsPickTheirTokens() throws {
        let fixture = try ModelFixture("bert")
        let model = try BERT(folder: fixture.folder)
        let ids = try fixture.ids()
        let last = try #require(model.hiddenStates(ids: ids).last)
        func state(_ row: Int, _ place: Int) -> [Float] {
            last.slice(axis: 0, from: row, to: row + 1).slice(axis: 1, from: place, to: place + 1).floats
        }
        for (row, tokens) in ids.enumerated() {
            func vector(_ pooling: Pooling) throws -> [Float] {
                try model.captionVectors(ids: ids, pooling: pooling)
                    .slice(axis: 0, from: row, to: row + 1).floats
            }
            #expect(try vector(.cls) == state(row, 0))
            #expect(try vector(.eos) == state(row, tokens.count - 1))
            #expect(try vector(.last) == state(row, tokens.count - 2))
            let mean = (0..<36).map { i in
                tokens.indices.map { Double(state(row, $0)[i]) }.reduce(0, +) / Double(tokens.count)
            }
            #expect(Closeness(try vector(.mean).map(Double.init), mean).within(1e-6))
            #expect(try vector(.probe) == vector(.mean))
        }
        let layers = try model.encode(ids: ids, pooling: .pooler, everyLayer: true).layers
        #expect(layers.count == 4 && layers.allSatisfy { $0.shape == [4, 36] })
        #expect(layers[3].slice(axis: 0, from: 1, to: 2).floats == state(1, 0))
    }

    @Test func bfloat16IsClose() throws {
        let fixture = try ModelFixture("bert")
        let ids = try fixture.ids()
        let exact = try BERT(folder: fixture.folder).captionVectors(ids: ids)
        let narrow = try BERT(folder: fixture.folder, precision: .bfloat16).captionVectors(ids: ids)
        let closeness = Closeness(narrow.floats, exact.floats)
        print("bert in bfloat16: \(closeness)")
        #expect(closeness.within(0.02) && !closeness.within(1e-6))
    }

    @Test func dropoutOnlyWhenAskedAndByItsStream() throws {
        let model = try BERT(folder: Fixture.url("models/bert"))
        let batch = try model.batch([[2, 7, 9, 3]])
        func embedded(_ dropout: Dropout?) throws -> [[Float]] {
            try model.hiddenStates(of: batch, dropout: dropout).map(\.floats)
        }
        func stream(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed, purpose: "test", index: 0) }
        let plain = try embedded(nil)
        let noisy = try embedded(Dropout(0.25, stream(1)))
        #expect(try embedded(Dropout(0, stream(1))) == plain)
        #expect(try embedded(Dropout(0.25, stream(1))) == noisy)
        #expect(try embedded(Dropout(0.25, stream(2))) != noisy)
        for (kept, value) in zip(noisy[0], plain[0]) where kept != 0 { #expect(abs(kept - value / 0.75) < 1e-5) }
        let silent = noisy[0].filter { $0 == 0 }.count
        #expect((15...60).contains(silent))   // of 144, 36 expected
    }

    @Test func tokensThatDoNotFit() throws {
        let model = try BERT(folder: Fixture.url("models/bert"))
        #expect(sentence { _ = try model.hiddenStates(ids: [[1], []]) }.contains("Caption 2 of the batch has no"))
        #expect(sentence { _ = try model.hiddenStates(ids: [[97]]) }.contains("token id 97"))
        #expect(sentence { _ = try model.hiddenStates(ids: [[-1]]) }.contains("token id -1"))
        let long = [Int32](repeating: 5, count: 22)
        #expect(sentence { _ = try model.hiddenStates(ids: [long]) }.contains("22 tokens, but the model"))
        #expect(sentence { _ = try model.hiddenStates(of: model.batch([[5]]), types: [[2]]) }.contains("token type 2"))
    }
}

import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct ImageTransformerTests {
    let expected: ImageFixture
    let configuration: ImageTransformerConfiguration

    init() throws {
        expected = try ImageFixture("decoder/transformer.safetensors")
        configuration = try ImageDecoderConfiguration(
            projectFile: ImageFixture.decoderFolder.appending(path: "project.yaml")
        ).transformer
    }

    func weights(precision: Precision = .float32, trainable: Bool = false) throws -> Weights {
        try Weights(reading: ImageFixture.decoderFolder, precision: precision, trainable: trainable)
    }

    func transformer(precision: Precision = .float32) throws -> ImageTransformer {
        try ImageTransformer(weights(precision: precision).scope["transformer"], configuration)
    }

    func prefix(_ count: Int) throws -> Tensor? { count == 0 ? nil : try expected["prefix\(count)"] }

    @Test(arguments: [0, 1, 3])
    func logitsMatchTheReference(prefixCount: Int) throws {
        let logits = try transformer().logits(tokens: expected["tokens"], prefix: prefix(prefixCount))
        #expect(logits.shape == [2, 22, 61])
        expectClose(
            logits, try expected["logits" + (prefixCount == 0 ? "" : "\(prefixCount)")], "logits, prefix \(prefixCount)"
        )
    }

    @Test(arguments: [0, 1, 3])
    func cachedLogitsEqualTheWholePass(prefixCount: Int) throws {
        let model = CachedTransformer(try transformer())
        let tokens = try expected["tokens"]
        let reference = try expected["logits" + (prefixCount == 0 ? "" : "\(prefixCount)")]
        let cache = try model.cache(batch: 2, prefix: prefix(prefixCount), capacity: 22)
        var rows: [Tensor] = []
        for time in 0..<22 {
            rows.append(
                model.next(tokens: tokens.slice(axis: 1, from: time, to: time + 1), cache: cache).reshaped([2, 1, 61]))
        }
        #expect(cache.time == 22)
        expectClose(concatenated(rows, axis: 1), reference, "cached logits, prefix \(prefixCount)")

        let inParts = try model.cache(batch: 2, prefix: prefix(prefixCount))
        _ = model.next(tokens: tokens.slice(axis: 1, from: 0, to: 9), cache: inParts)
        let last = model.next(tokens: tokens.slice(axis: 1, from: 9, to: 22), cache: inParts)
        expectClose(last, reference.slice(axis: 1, from: 21, to: 22), "cached in two parts, prefix \(prefixCount)")
    }

    @Test func greedyTokensEqualTheReference() throws {
        let model = CachedTransformer(try transformer())
        let cache = try model.cache(batch: 2, prefix: expected["prefix3"])
        var newest = Tensor([Int32](repeating: 0, count: 2), shape: [2])
        var columns: [[Int32]] = []
        for _ in 0..<30 {
            newest = model.next(tokens: newest, cache: cache).argmax()
            columns.append(newest.integers)
        }
        let tokens = (0..<2).flatMap { row in columns.map { $0[row] } }
        #expect(try tokens == expected["greedy3"].integers)
    }

    @Test func theGradientReachesAPrefixOfAFrozenModel() throws {
        let prefix = try #require(try self.prefix(1)).asParameter()
        let loss = try transformer().logits(tokens: expected["tokens"], prefix: prefix).crossEntropy(
            expected["targets"])
        expectClose(loss, try expected["loss"], "loss")
        expectClose(gradients(of: loss, for: [prefix])[0], try expected["gradient.prefix1"], "gradient of the prefix")
    }

    @Test func gradientsOfTrainableWeightsMatchTheReference() throws {
        let weights = try weights(trainable: true)
        let model = try ImageTransformer(weights.scope["transformer"], configuration)
        let loss = try model.logits(tokens: expected["tokens"], prefix: prefix(1)).crossEntropy(expected["targets"])
        let named = Dictionary(uniqueKeysWithValues: weights.parameters.map { ($0.name, $0.tensor) })
        let wanted = expected.file.names.filter { $0.hasPrefix("gradient.") && !$0.hasSuffix("prefix1") }
        #expect(wanted.count == 8)
        let parameters = try wanted.map { try #require(named["transformer." + $0.dropFirst(9)]) }
        for (name, gradient) in zip(wanted, gradients(of: loss, for: parameters)) {
            expectClose(gradient, try expected[name], name)
        }
    }

    @Test func aSampleDoesNotDependOnItsBatch() throws {
        let model = try transformer()
        let (tokens, prefix) = try (expected["tokens"], #require(try prefix(3)))
        let both = model.logits(tokens: tokens, prefix: prefix)
        for row in 0..<2 {
            let alone = model.logits(
                tokens: tokens.slice(axis: 0, from: row, to: row + 1),
                prefix: prefix.slice(axis: 0, from: row, to: row + 1))
            expectClose(alone, both.slice(axis: 0, from: row, to: row + 1), "sample \(row) alone", within: 1e-5)
        }
    }

    @Test func dropoutFollowsItsStream() throws {
        let model = try transformer()
        let tokens = try expected["tokens"]
        func dropped(_ seed: UInt64) -> [Float] {
            model.logits(tokens: tokens, dropout: Dropout(RandomStream(seed: seed, purpose: "dropout"))).floats
        }
        let plain = model.logits(tokens: tokens).floats
        #expect(dropped(1) == dropped(1))
        #expect(dropped(1) != dropped(2))
        #expect(dropped(1) != plain)

        var certain = configuration
        (certain.embeddingDropout, certain.attentionDropout, certain.residualDropout) = (0, 0, 0)
        let dropout = Dropout(RandomStream(seed: 1, purpose: "dropout"))
        let unchanged = try ImageTransformer(weights().scope["transformer"], certain).logits(
            tokens: tokens, dropout: dropout)
        #expect(unchanged.floats == plain)
    }

    /// With attention weights dropping out at a vanishing rate, the step-by-step attention must give what the
    /// fused one gives.
    @Test func attentionWithDropoutIsTheSameAttention() throws {
        var nearly = configuration
        (nearly.embeddingDropout, nearly.attentionDropout, nearly.residualDropout) = (0, 1e-12, 0)
        let dropout = Dropout(RandomStream(seed: 1, purpose: "dropout"))
        let model = try ImageTransformer(weights().scope["transformer"], nearly)
        let logits = try model.logits(tokens: expected["tokens"], prefix: prefix(3), dropout: dropout)
        expectClose(logits, try expected["logits3"], "attention step by step")
    }

    /// The promise of `next`: to the bit, whatever else is drawn beside a sequence and in whatever precision.
    @Test(.enabled(if: SkinnyWeight.isAvailable, "this processor has no BFloat16 products"))
    func aDrawnSequenceDoesNotDependOnItsBatch() throws {
        let (tokens, prefix) = try (expected["tokens"], #require(try prefix(3)))
        let narrow = try transformer(precision: .bfloat16)
        let models = [
            CachedTransformer(try transformer()), CachedTransformer(narrow),
            CachedTransformer(narrow, roundingToInt8: true),
        ]
        for model in models {
            func drawn(_ rows: [Int]) -> [[Float]] {
                let cache = model.cache(
                    batch: rows.count,
                    prefix: concatenated(rows.map { prefix.slice(axis: 0, from: $0, to: $0 + 1) }, axis: 0))
                var logits = Tensor.zeros([0])
                for time in 0..<22 {
                    let ids = rows.map { tokens.integers[$0 * 22 + time] }
                    logits = model.next(tokens: Tensor(ids, shape: [rows.count]), cache: cache)
                }
                return rows.indices.map { Array(logits.floats[$0 * 61..<($0 + 1) * 61]) }
            }
            let alone = [drawn([0])[0], drawn([1])[0]]
            for rows in [[0, 1], [1, 1, 0, 1, 0, 0, 1], (0..<32).map { $0 % 2 }] {
                #expect(drawn(rows) == rows.map { alone[$0] })
            }
        }
    }

    @Test func cachesAdvanceTogetherAsAlone() throws {
        let model = CachedTransformer(try transformer())
        let (tokens, prefix) = try (expected["tokens"], #require(try prefix(3)))
        func step(_ time: Int) -> Tensor { tokens.slice(axis: 1, from: time, to: time + 1) }
        let together = [model.cache(batch: 2, prefix: prefix), model.cache(batch: 2)]
        let (with, without) = (model.cache(batch: 2, prefix: prefix), model.cache(batch: 2))
        for time in 0..<5 {
            let both = model.next(tokens: concatenated([step(time), step(time)], axis: 0), caches: together)
            let alone = [model.next(tokens: step(time), cache: with), model.next(tokens: step(time), cache: without)]
            expectClose(both, concatenated(alone, axis: 0), "caches at \(time)", within: 1e-6)
        }
    }

    @Test func wholeNumberWeightsStayNear() throws {
        let (model, tokens) = try (CachedTransformer(transformer(), roundingToInt8: true), expected["tokens"])
        let error = try #require(model.roundingError)
        #expect(error > 0 && error < 0.01)
        let cache = try model.cache(batch: 2, prefix: expected["prefix3"])
        let logits = model.next(tokens: tokens, cache: cache).reshaped([2, 1, 61])
        expectClose(logits, try expected["logits3"].slice(axis: 1, from: 21, to: 22), "int8 logits", within: 0.03)
    }

    @Test func halfPreciseWeightsStayNear() throws {
        let model = try transformer(precision: .bfloat16)
        let logits = try model.logits(tokens: expected["tokens"], prefix: prefix(3))
        expectClose(logits, try expected["logits3"], "bfloat16 logits", within: 0.02)
    }

    @Test func aNewModelLearnsToContinueARepeatedSequence() throws {
        let shape = ImageTransformerConfiguration(
            vocabularySize: 7, blockSize: 12, layerCount: 1, headCount: 2, width: 16)
        let weights = Weights(fresh: 5)
        let model = try ImageTransformer(weights.scope["transformer"], shape)
        let parameters = weights.parameters.map(\.tensor)
        let optimiser = AdamW(parameters)
        let tokens = Tensor((0..<24).map { Int32($0 % 12 % 5) }, shape: [2, 12])
        let (inputs, targets) = (tokens.slice(axis: 1, from: 0, to: 11), tokens.slice(axis: 1, from: 1, to: 12))
        var losses: [Float] = []
        for _ in 0..<60 {
            let loss = model.logits(tokens: inputs).crossEntropy(targets)
            losses.append(loss.item)
            optimiser.step(gradients: gradients(of: loss, for: parameters), learningRate: 0.01)
        }
        print("a new model's loss: \(losses[0]) → \(losses[59])")
        #expect(abs(losses[0] - log(7)) < 0.1)
        #expect(losses[59] < 0.1)
    }
}

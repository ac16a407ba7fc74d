import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct VQGANTests {
    let expected: ImageFixture
    let configuration: VQGANConfiguration

    init() throws {
        expected = try ImageFixture("decoder/vqgan.safetensors")
        configuration = try ImageDecoderConfiguration(
            projectFile: ImageFixture.decoderFolder.appending(path: "project.yaml")
        ).vqgan
    }

    func vqgan() throws -> VQGAN {
        try VQGAN(Weights(reading: ImageFixture.decoderFolder).scope["first_stage_model"], configuration)
    }

    @Test func latentsTokensAndPixelsMatchTheReference() throws {
        let model = try vqgan()
        let images = try expected["images"]   // [2, 24, 40, 3]
        let latents = model.latents(of: images)
        expectClose(latents, try expected["latents"], "latents")
        let quantised = model.quantised(latents)
        #expect(quantised.tokens.shape == [2, 12 * 20])
        #expect(try quantised.tokens.integers == expected["tokens"].integers)
        #expect(try model.tokens(of: images).integers == expected["tokens"].integers)
        expectClose(model.images(from: quantised.chosen), try expected["pixels"], "pixels")
        expectClose(
            model.images(fromTokens: quantised.tokens, height: 12, width: 20), try expected["pixels"],
            "pixels of tokens")
    }

    @Test func freeTokensDecodeRowByRow() throws {
        let drawn = try vqgan().images(fromTokens: expected["free"], height: 3, width: 5)
        #expect(drawn.shape == [2, 6, 10, 3])
        expectClose(drawn, try expected["drawn"], "pixels of free tokens")
    }

    @Test func trainingLossesAndGradientsMatchTheReference() throws {
        let weights = try Weights(reading: ImageFixture.decoderFolder, trainable: true)
        let model = try VQGAN(weights.scope["first_stage_model"], configuration)
        let images = try expected["images"]
        let quantised = model.quantised(model.latents(of: images))
        expectClose(quantised.commitment, try expected["commitment"], "commitment")
        expectClose(quantised.loss(), try expected["embedding_loss"], "embedding loss")
        expectClose(
            quantised.loss(legacy: false), try expected["embedding_loss"],
            "embedding loss of the paper: both terms have the same value here")
        let loss = (model.images(from: quantised.straightThrough) - images).absolute().mean() + quantised.loss()
        expectClose(loss, try expected["loss"], "training loss")

        let named = Dictionary(uniqueKeysWithValues: weights.parameters.map { ($0.name, $0.tensor) })
        let wanted = expected.file.names.filter { $0.hasPrefix("gradient.") }
        #expect(wanted.count == 10)
        let parameters = try wanted.map { try #require(named["first_stage_model." + $0.dropFirst(9)]) }
        for (name, gradient) in zip(wanted, gradients(of: loss, for: parameters)) {
            expectClose(gradient, try expected[name], name)
        }
    }

    @Test func anImageDoesNotDependOnItsBatch() throws {
        let model = try vqgan()
        let images = try expected["images"]
        let both = model.latents(of: images)
        for row in 0..<2 {
            let alone = model.latents(of: images.slice(axis: 0, from: row, to: row + 1))
            expectClose(alone, both.slice(axis: 0, from: row, to: row + 1), "image \(row) alone", within: 1e-5)
        }
    }

    /// More pictures than go through together: 40 × 24 pixels each, 68 at a time.
    @Test(arguments: [Precision.float32, .bfloat16]) func aBatchInPartsIsTheBatch(_ precision: Precision) throws {
        let weights = try Weights(reading: ImageFixture.decoderFolder, precision: precision)
        let model = try VQGAN(weights.scope["first_stage_model"], configuration)
        let tokens = try expected["tokens"]   // [2, 12 * 20]
        let many = tokens.rows(at: (0..<150).map { $0 % 2 })
        let drawn = model.images(fromTokens: many, height: 12, width: 20)
        #expect(drawn.shape == [150, 24, 40, 3])
        let images = try expected["images"].rows(at: (0..<150).map { $0 % 2 })
        let latents = model.latents(of: images)
        for row in [0, 67, 68, 149] {
            let alone = model.images(fromTokens: many.rows(at: [row]), height: 12, width: 20)
            expectClose(drawn.rows(at: [row]), alone, "picture \(row) of 150, \(precision)", within: 1e-5)
            let latentsAlone = model.latents(of: images.rows(at: [row]))
            expectClose(latents.rows(at: [row]), latentsAlone, "latents \(row) of 150, \(precision)", within: 1e-5)
        }
    }

    @Test func aNewVQGANLearns() throws {
        let shape = VQGANConfiguration(
            codeWidth: 8, codeCount: 16, latentChannels: 8, resolution: 16, baseChannels: 32, multipliers: [1, 1],
            residualBlockCount: 1, attentionResolutions: [])
        let weights = Weights(fresh: 3)
        let model = try VQGAN(weights.scope, shape)
        let parameters = weights.parameters.map(\.tensor)
        #expect(parameters.allSatisfy { $0.wantsGradient })
        let optimiser = AdamW(parameters)
        let images = Tensor(shape: [2, 16, 16, 3]) { pixels in
            for i in pixels.indices { pixels[i] = (i / 48 % 16) < 8 ? 0.8 : -0.6 }
        }
        var losses: [Float] = []
        for _ in 0..<20 {
            let quantised = model.quantised(model.latents(of: images))
            let loss = (model.images(from: quantised.straightThrough) - images).squared().mean() + quantised.loss()
            losses.append(loss.item)
            optimiser.step(gradients: gradients(of: loss, for: parameters), learningRate: 1e-3)
        }
        print("a new VQGAN's loss: \(losses[0]) → \(losses[19])")
        #expect(losses[19] < losses[0] / 3)
    }
}

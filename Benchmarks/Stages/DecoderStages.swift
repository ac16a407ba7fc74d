import SynCheckpoints
import SynModels
import SynProbe
import SynTensors

extension Stage {
    /// A step of the adapter's training: caption vectors through the linear layer and the frozen transformer,
    /// cross-entropy of the picture's tokens, gradients of the layer alone, AdamW.
    static let train = Stage(name: "train", unit: .sample, usualBatch: 8, arithmetic: .product) { setting in
        let shape = try FrozenModels.decoderConfiguration(setting.size)
        let transformer = try FrozenModels.transformer(setting)
        let vectorSize = setting.size == .full ? 512 : 96
        let (batch, count) = (setting.batch, shape.tokensPerImage)

        let adapter = try Adapter(from: vectorSize, to: shape.transformer.width, prefixTokens: 1, seed: 1)
        let optimiser = AdamW(adapter.parameters)
        let tokens = InputData.tokens([batch, count], below: shape.transformer.vocabularySize)   // [batch, tokens]
        let input = ImageTransformer.teacherInput(tokens, start: shape.startTokens)
        let vectors = InputData.normal([batch, vectorSize])
        return Preparation(work: .training(shape.transformer, tokens: count)) {
            try seconds {
                let prefix = adapter(vectors)   // [batch, 1, width]
                let loss = transformer.logits(tokens: input, prefix: prefix).crossEntropy(tokens)
                try expectFinite(loss.item, "the loss")
                optimiser.step(gradients: gradients(of: loss, for: adapter.parameters), learningRate: 1e-4)
            } / Double(batch)
        }
    }

    /// A picture's tokens one by one behind a prefix, top-k of 100, as `FaceSampler` draws them without guidance.
    ///
    /// With `steps`, only so many steps are timed, each in the middle of an equal part of the picture. What stands
    /// between them is not computed: keys and values there are normal numbers, as the peers' are. The time of all steps
    /// is their mean times their number; a step's time grows evenly with what it looks back on, so nothing is left out.
    static let sample = Stage(name: "sample", unit: .picture, usualBatch: 1, arithmetic: .product) { setting in
        let shape = try FrozenModels.decoderConfiguration(setting.size)
        let transformer = CachedTransformer(
            try FrozenModels.transformer(setting), roundingToInt8: setting.roundsWeights)
        let sampler = try TokenSampler(topK: 100)
        let (batch, count) = (setting.batch, shape.tokensPerImage)
        let prefix = InputData.normal([batch, 1, shape.transformer.width])
        let chosen = timedSteps(min(setting.steps ?? count, count), of: count)

        return Preparation(
            work: .sampling(shape.transformer, tokens: count, batch: batch, weightWidth: setting.weightWidth)
        ) {
            var streams = (0..<batch).map { RandomStream(seed: 1, purpose: "benchmark draws", index: $0) }
            var cache = transformer.cache(batch: batch, capacity: 1)
            var spent = seconds { cache = transformer.cache(batch: batch, prefix: prefix, capacity: count) }
            if chosen.count < count { spent = 0 }
            var newest = [Int32](repeating: shape.startTokens[0], count: batch)
            for place in chosen {
                if cache.time < place { cache.pretend(time: place) }
                spent += try seconds {
                    let logits = transformer.next(tokens: Tensor(newest, shape: [batch]), cache: cache)
                    let (values, width) = (logits.floats, logits.size(1))
                    for i in 0..<batch {
                        newest[i] = try sampler.draw(from: Array(values[i * width..<(i + 1) * width]), &streams[i])
                    }
                }
            }
            return spent / Double(chosen.count) * Double(count) / Double(batch)
        }
    }

    /// Places in the middle of `steps` equal parts of a picture; every place when there are as many.
    static func timedSteps(_ steps: Int, of count: Int) -> [Int] {
        (0..<steps).map { (2 * $0 + 1) * count / (2 * steps) }
    }

    /// Pictures to tokens, the search in the codebook included.
    static let vqganEncode = Stage(
        name: "vqgan-encode", unit: .picture, usualBatch: 4, arithmetic: .convolution
    ) { setting in
        let (model, weights) = try FrozenModels.vqgan(setting)
        let side = model.configuration.resolution
        let images = InputData.pictures(setting.batch, side: side, range: -1...1)
        return Preparation(work: .vqgan("encoder", weights, model.configuration)) {
            try seconds {
                let tokens = model.tokens(of: images).integers
                guard tokens.allSatisfy({ $0 >= 0 }) else { throw StageError("A picture has a token below 0.") }
            } / Double(setting.batch)
        }
    }

    /// Tokens to pictures.
    static let vqganDecode = Stage(
        name: "vqgan-decode", unit: .picture, usualBatch: 4, arithmetic: .convolution
    ) { setting in
        let (model, weights) = try FrozenModels.vqgan(setting)
        let shape = model.configuration
        let tokens = InputData.tokens([setting.batch, shape.latentSide * shape.latentSide], below: shape.codeCount)
        return Preparation(work: .vqgan("decoder", weights, shape)) {
            try seconds {
                let images = model.images(fromTokens: tokens)
                try images.withFloats { try expectFinite($0[0], "a pixel") }
            } / Double(setting.batch)
        }
    }
}

/// Random weights can blow up, and numbers that are none are computed with at another speed.
func expectFinite(_ value: Float, _ what: String) throws {
    guard value.isFinite else { throw StageError("\(what) is \(value); times of such numbers tell nothing.") }
}

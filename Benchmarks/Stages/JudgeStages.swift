import SynCheckpoints
import SynModels
import SynTensors

extension Stage {
    /// The cosine of a picture and its caption by a CLIP, from pictures that are already of its size and tokens that
    /// are already ids: 25 of them.
    static let clipScore = Stage(name: "clip-score", unit: .pair, usualBatch: 32, arithmetic: .product) { setting in
        let model = try FrozenModels.judge(setting)
        let images = InputData.pictures(setting.batch, side: model.imageSize, range: -2...2)
        let ids = CaptionStages.equal(setting.batch).captions(for: model.text.configuration)
        return Preparation(work: .pair(model.configuration)) {
            try seconds {
                let x = model.embed(images: images).l2Normalised()   // [batch, projection]
                let y = try model.embed(ids: ids).l2Normalised()
                for score in (x * y).sum(axis: -1).floats { try expectFinite(score, "a score") }
            } / Double(setting.batch)
        }
    }

    /// Everything that the Inception Score and the Fréchet distance ask for, from pictures already of the right size.
    static let inception = Stage(
        name: "inception", unit: .picture, usualBatch: 32, arithmetic: .convolution
    ) { setting in
        let (model, weights) = try FrozenModels.inception(setting)
        let images = InputData.pictures(setting.batch, side: model.configuration.inputSize, range: 0...255)
        return Preparation(work: .inception(weights, model.configuration)) {
            try seconds {
                for logit in model.features(of: images).logits.floats { try expectFinite(logit, "a logit") }
            } / Double(setting.batch)
        }
    }
}

extension Work {
    /// A picture and a caption of 25 tokens through both towers of a CLIP.
    static func pair(_ shape: CLIPConfiguration) -> Work {
        let vision = shape.vision
        let patches = (vision.imageSize / vision.patchSize) * (vision.imageSize / vision.patchSize)
        let patchValues = vision.patchSize * vision.patchSize * vision.channelCount
        let embedding = 2 * Double(patches * patchValues * vision.hiddenSize)
        let seen = layers(
            vision.layerCount, width: vision.hiddenSize, feedForward: vision.feedForwardSize, time: patches + 1,
            isCausal: false)
        let projection = 2 * Double(vision.hiddenSize * shape.projectionSize)
        return Work(
            operations: embedding + seen + projection
                + CaptionStages.operations(shape.text, length: CaptionStages.equalLength))
    }
}

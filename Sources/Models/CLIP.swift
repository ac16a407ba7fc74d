import Foundation
import SynCheckpoints
import SynTensors

/// CLIP (Radford et al. 2021): a text tower and a vision tower that place captions and images in one space, and a
/// learned scale for their similarities.
///
/// Follows `CLIPModel` of Hugging Face transformers, whose folders it reads, and OpenAI's own code, whose names
/// open_clip, CyCLIP and CLOOB share; with those names a residual network may see instead of a vision transformer.
package struct CLIP: Sendable {
    package let configuration: CLIPConfiguration
    package let text: CLIPText
    package let vision: any CLIPImageTower
    /// Absent where the image tower projects by itself.
    let visualProjection: Linear?
    /// The logarithm of the scale, a single number.
    package let logScale: Tensor
    /// What is added to scaled similarities, a single number: only in models that learned by SigLIP's objective.
    package let logitBias: Tensor?

    package init(_ weights: WeightScope, _ configuration: CLIPConfiguration) throws {
        self.configuration = configuration
        text = try CLIPText(weights, configuration.textInSharedSpace, projects: true)
        vision = try CLIPVision(weights["vision_model"], configuration.vision)
        let width = configuration.vision.hiddenSize
        visualProjection = try Linear(
            weights["visual_projection"], from: width, to: configuration.projectionSize, bias: false,
            initially: .normal(deviation: 1 / Float(width).squareRoot()))
        logScale = try weights.tensor("logit_scale", [], initially: .constant(configuration.initialLogScale))
        logitBias =
            weights.has("logit_bias", whenFresh: configuration.initialLogitBias != nil)
            ? try weights.tensor("logit_bias", [], initially: .constant(configuration.initialLogitBias ?? 0)) : nil
    }

    /// Position numbers that older versions saved.
    package static let ignoredNames = ["*embeddings.position_ids"]

    /// Reads a folder with `config.json` and `model.safetensors`, or a checkpoint with OpenAI's names, which needs no
    /// settings and can only be frozen. `activation` must be given for one that does not tell its own.
    package init(
        folder: URL, precision: Precision = .float32, trainable: Bool = false, activation: CLIPActivation? = nil
    ) throws {
        let configuration =
            ConfigurationFile.exists(in: folder) ? try ConfigurationFile.read(CLIPConfiguration.self, in: folder) : nil
        let weights = try Weights(reading: folder, precision: precision, trainable: trainable)
        if let found = try OpenAICLIP(weights, at: folder, activation: activation) {
            guard !trainable else {
                throw ModelError("\(folder.path): a CLIP with OpenAI's names can be used but not trained further.")
            }
            try self.init(found)
            try weights.finish(ignoring: OpenAICLIP.ignoredNames)
            return
        }
        try CLIPActivation.requireNone(activation, at: folder)
        let shape = try configuration ?? ConfigurationFile.read(CLIPConfiguration.self, in: folder)
        try self.init(shape.text.place(in: weights), shape)
        try weights.finish(ignoring: Self.ignoredNames)
    }

    /// Height and width of the images it sees.
    package var imageSize: Int { vision.imageSize }

    /// Caption vectors in the shared space, not normalised: [batch, projection].
    package func embed(ids: [[Int32]], dropout: Dropout? = nil) throws -> Tensor {
        try text.embed(ids: ids, dropout: dropout)
    }

    /// Image vectors in the shared space, not normalised: [batch, projection].
    package func embed(images: Tensor, dropout: Dropout? = nil) -> Tensor {
        let summary = vision.summary(images, dropout: dropout)
        return visualProjection?(summary) ?? summary
    }

    /// e^logScale times the cosine of every image with every caption, plus the bias where there is one: [images,
    /// captions].
    package func similarities(images: Tensor, captions: Tensor) -> Tensor {
        let scaled = images.l2Normalised().matmul(captions.l2Normalised(), transposeRight: true) * logScale.exp()
        return logitBias.map { scaled + $0 } ?? scaled
    }
}

extension CLIPConfiguration {
    /// The text tower's settings with the whole model's projection, which is the one that counts there.
    var textInSharedSpace: CLIPTextConfiguration {
        var text = text
        text.projectionSize = projectionSize
        return text
    }
}

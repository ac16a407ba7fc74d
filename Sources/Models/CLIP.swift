import Checkpoints
import Foundation
import Tensors

/// CLIP (Radford et al. 2021): a text tower and a vision tower that place captions and images in one space, and a
/// learned scale for their similarities.
///
/// Follows `CLIPModel` of Hugging Face transformers, whose folders it reads.
public struct CLIP: Sendable {
    public let configuration: CLIPConfiguration
    public let text: CLIPText
    public let vision: CLIPVision
    let visualProjection: Linear
    /// The logarithm of the scale, a single number.
    public let logScale: Tensor

    public init(_ weights: WeightScope, _ configuration: CLIPConfiguration) throws {
        self.configuration = configuration
        text = try CLIPText(weights, configuration.textInSharedSpace, projects: true)
        vision = try CLIPVision(weights["vision_model"], configuration.vision)
        let width = configuration.vision.hiddenSize
        visualProjection = try Linear(
            weights["visual_projection"], from: width, to: configuration.projectionSize, bias: false,
            initially: .normal(deviation: 1 / Float(width).squareRoot()))
        logScale = try weights.tensor("logit_scale", [], initially: .constant(configuration.initialLogScale))
    }

    /// Position numbers that older versions saved.
    public static let ignoredNames = ["*embeddings.position_ids"]

    /// Reads a folder with `config.json` and `model.safetensors`.
    public init(folder: URL, precision: Precision = .float32, trainable: Bool = false) throws {
        let configuration = try ConfigurationFile.read(CLIPConfiguration.self, in: folder)
        let weights = try Weights(reading: folder, precision: precision, trainable: trainable)
        try self.init(weights.scope, configuration)
        try weights.finish(ignoring: Self.ignoredNames)
    }

    /// Caption vectors in the shared space, not normalised: [batch, projection].
    public func embed(ids: [[Int32]], dropout: Dropout? = nil) throws -> Tensor {
        try text.embed(ids: ids, dropout: dropout)
    }

    /// Image vectors in the shared space, not normalised: [batch, projection].
    public func embed(images: Tensor, dropout: Dropout? = nil) -> Tensor {
        visualProjection(vision.summary(images, dropout: dropout))
    }

    /// e^logScale times the cosine of every image with every caption: [images, captions].
    public func similarities(images: Tensor, captions: Tensor) -> Tensor {
        images.l2Normalised().matmul(captions.l2Normalised(), transposeRight: true) * logScale.exp()
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

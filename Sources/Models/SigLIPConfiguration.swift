import Foundation
import SynTensors

/// The numbers of SigLIP's text tower, as `config.json` holds them; a missing key has Hugging Face's default.
package struct SigLIPTextConfiguration: Sendable, Decodable, Equatable {
    package var vocabularySize = 32000
    package var hiddenSize = 768
    package var layerCount = 12
    package var headCount = 12
    package var feedForwardSize = 3072
    package var activation = "gelu_pytorch_tanh"
    /// Every text is padded to so many tokens, which the model sees.
    package var positionCount = 64
    package var normEpsilon: Float = 1e-6
    package var paddingID: Int32 = 1
    /// The width of the space that texts and pictures share.
    package var projectionSize = 768

    enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case positionCount = "max_position_embeddings"
        case normEpsilon = "layer_norm_eps"
        case paddingID = "pad_token_id"
        case projectionSize = "projection_size"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&vocabularySize, .vocabularySize)
        try found.update(&hiddenSize, .hiddenSize)
        try found.update(&layerCount, .layerCount)
        try found.update(&headCount, .headCount)
        try found.update(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&positionCount, .positionCount)
        try found.update(&normEpsilon, .normEpsilon)
        projectionSize = hiddenSize
        try found.updateUnlessNull(&projectionSize, .projectionSize)
        if let id = try found.tokenIDs(.paddingID)?.first { paddingID = id }
        try validate()
    }

    private func validate() throws {
        try requirePositive([
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("intermediate_size", feedForwardSize),
            ("max_position_embeddings", positionCount), ("projection_size", projectionSize),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) cannot be divided among \(headCount) heads.")
        }
        guard (0..<vocabularySize).contains(Int(paddingID)) else {
            throw ModelError("pad_token_id is \(paddingID), but the ids are those below vocab_size, \(vocabularySize).")
        }
        try requireEpsilon("layer_norm_eps", normEpsilon)
        _ = try Activation(huggingFace: activation)
        try requireRoom(
            forNumbers: (vocabularySize + positionCount + projectionSize) * hiddenSize
                + layerCount * (4 * hiddenSize * hiddenSize + 2 * hiddenSize * feedForwardSize),
            in: "a text tower of these settings (\(layerCount) layers of width \(hiddenSize), \(vocabularySize) words)")
    }

    /// A text tower's settings, from its own `config.json` or from a whole SigLIP's.
    init(folder: URL) throws {
        struct Parts: Decodable {
            let modelType: String?
            let hasText: Bool

            private enum Keys: String, CodingKey {
                case modelType = "model_type"
                case text = "text_config"
            }

            init(from decoder: any Decoder) throws {
                let found = try decoder.container(keyedBy: Keys.self)
                modelType = try found.decodeIfPresent(String.self, forKey: .modelType)
                hasText = found.contains(.text)
            }
        }
        let parts = try ConfigurationFile.read(Parts.self, in: folder)
        self =
            parts.hasText || parts.modelType == "siglip"
            ? try ConfigurationFile.read(SigLIPConfiguration.self, in: folder).text
            : try ConfigurationFile.read(Self.self, in: folder)
    }
}

/// The numbers of SigLIP's vision tower.
package struct SigLIPVisionConfiguration: Sendable, Decodable, Equatable {
    package var hiddenSize = 768
    package var layerCount = 12
    package var headCount = 12
    package var feedForwardSize = 3072
    package var activation = "gelu_pytorch_tanh"
    package var channelCount = 3
    package var imageSize = 224
    package var patchSize = 16
    package var normEpsilon: Float = 1e-6

    enum CodingKeys: String, CodingKey {
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case channelCount = "num_channels"
        case imageSize = "image_size"
        case patchSize = "patch_size"
        case normEpsilon = "layer_norm_eps"
        case usesHead = "vision_use_head"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&hiddenSize, .hiddenSize)
        try found.update(&layerCount, .layerCount)
        try found.update(&headCount, .headCount)
        try found.update(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&channelCount, .channelCount)
        try found.updateSquare(&imageSize, .imageSize)
        try found.updateSquare(&patchSize, .patchSize)
        try found.update(&normEpsilon, .normEpsilon)
        var usesHead = true
        try found.update(&usesHead, .usesHead)
        guard usesHead else {
            throw ModelError("vision_use_head is false, but without its head the tower gives no vector of a picture.")
        }
        try validate()
    }

    /// Patches along each side; what does not fill a patch is cut off at the right and the bottom.
    var patchesPerSide: Int { imageSize / patchSize }

    private func validate() throws {
        try requirePositive([
            ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount), ("num_attention_heads", headCount),
            ("intermediate_size", feedForwardSize), ("num_channels", channelCount), ("image_size", imageSize),
            ("patch_size", patchSize),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) cannot be divided among \(headCount) heads.")
        }
        guard patchSize <= imageSize else {
            throw ModelError("patch_size \(patchSize) is larger than image_size \(imageSize).")
        }
        try requireEpsilon("layer_norm_eps", normEpsilon)
        _ = try Activation(huggingFace: activation)
        try requireRoom(
            forNumbers: (patchesPerSide * patchesPerSide + channelCount * patchSize * patchSize) * hiddenSize
                + (layerCount + 1) * (4 * hiddenSize * hiddenSize + 2 * hiddenSize * feedForwardSize),
            in: "an image tower of these settings (\(layerCount) layers of width \(hiddenSize), "
                + "\(imageSize) pixels a side)"
        )
    }
}

/// The numbers of a whole SigLIP.
package struct SigLIPConfiguration: Sendable, Decodable, Equatable {
    package var text = SigLIPTextConfiguration()
    package var vision = SigLIPVisionConfiguration()

    private enum CodingKeys: String, CodingKey {
        case text = "text_config"
        case vision = "vision_config"
        case quantization = "quantization_config"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.updateUnlessNull(&text, .text)
        try found.updateUnlessNull(&vision, .vision)
        try found.refuse([.quantization], "quantised weights are not read; save the model in float32")
    }

    /// Throws unless both towers end in one space.
    func requireOneSpace() throws {
        guard text.projectionSize == vision.hiddenSize else {
            throw ModelError(
                "the text tower ends with \(text.projectionSize) numbers (projection_size), the vision tower with "
                    + "\(vision.hiddenSize) (hidden_size); they cannot be compared.")
        }
    }
}

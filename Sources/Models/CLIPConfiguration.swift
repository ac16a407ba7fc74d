import SynTensors

/// The numbers of CLIP's text tower, as `config.json` holds them; a missing key has Hugging Face's default.
package struct CLIPTextConfiguration: Sendable, Codable, Equatable {
    package var modelType = "clip_text_model"
    package var vocabularySize = 49408
    package var hiddenSize = 512
    package var layerCount = 12
    package var headCount = 8
    package var feedForwardSize = 2048
    package var activation = "quick_gelu"
    package var positionCount = 77
    package var normEpsilon: Float = 1e-5
    package var projectionSize = 512
    package var startID: Int32 = 49406
    package var paddingID: Int32? = 1
    /// The end token. The published checkpoints say 2, which is wrong and means: the largest id of a caption.
    package var endID: Int32 = 49407
    /// The end token that means the largest id.
    package static let largestID: Int32 = 2

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case positionCount = "max_position_embeddings"
        case normEpsilon = "layer_norm_eps"
        case projectionSize = "projection_dim"
        case startID = "bos_token_id"
        case paddingID = "pad_token_id"
        case endID = "eos_token_id"
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
        try found.update(&projectionSize, .projectionSize)
        if let ids = try found.tokenIDs(.startID) { startID = ids.first ?? startID }
        if let ids = try found.tokenIDs(.paddingID) { paddingID = ids.first }
        if let ids = try found.tokenIDs(.endID) {
            guard ids.count == 1, let id = ids.first else {
                throw ModelError("eos_token_id names \(ids.count) ids; a caption's place is the state at one.")
            }
            endID = id
        }
        try validate()
    }

    /// Whether the end of a caption is its largest id instead of `endID`.
    var endsAtLargestID: Bool { endID == Self.largestID }

    private func validate() throws {
        try requirePositive([
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("intermediate_size", feedForwardSize),
            ("max_position_embeddings", positionCount), ("projection_dim", projectionSize),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) can not be divided among \(headCount) heads.")
        }
        try requireEpsilon("layer_norm_eps", normEpsilon)
        _ = try Activation(huggingFace: activation)
        try requireRoom(
            forNumbers: (vocabularySize + positionCount + projectionSize) * hiddenSize
                + layerCount * (4 * hiddenSize * hiddenSize + 2 * hiddenSize * feedForwardSize),
            in: "a text tower of these settings (\(layerCount) layers of width \(hiddenSize), \(vocabularySize) words)")
    }
}

/// The numbers of CLIP's vision tower.
package struct CLIPVisionConfiguration: Sendable, Codable, Equatable {
    package var modelType = "clip_vision_model"
    package var hiddenSize = 768
    package var layerCount = 12
    package var headCount = 12
    package var feedForwardSize = 3072
    package var activation = "quick_gelu"
    package var channelCount = 3
    package var imageSize = 224
    package var patchSize = 32
    package var normEpsilon: Float = 1e-5
    package var projectionSize = 512

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case channelCount = "num_channels"
        case imageSize = "image_size"
        case patchSize = "patch_size"
        case normEpsilon = "layer_norm_eps"
        case projectionSize = "projection_dim"
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
        try found.update(&projectionSize, .projectionSize)
        try validate()
    }

    /// Patches along each side; what does not fill a patch is cut off at the right and the bottom.
    var patchesPerSide: Int { imageSize / patchSize }

    private func validate() throws {
        try requirePositive([
            ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount), ("num_attention_heads", headCount),
            ("intermediate_size", feedForwardSize), ("num_channels", channelCount), ("image_size", imageSize),
            ("patch_size", patchSize), ("projection_dim", projectionSize),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) can not be divided among \(headCount) heads.")
        }
        guard patchSize <= imageSize else {
            throw ModelError("patch_size \(patchSize) is larger than image_size \(imageSize).")
        }
        try requireEpsilon("layer_norm_eps", normEpsilon)
        try requireRoom(
            forNumbers: (patchesPerSide * patchesPerSide + channelCount * patchSize * patchSize + projectionSize)
                * hiddenSize
                + layerCount * (4 * hiddenSize * hiddenSize + 2 * hiddenSize * feedForwardSize),
            in:
                "an image tower of these settings (\(layerCount) layers of width \(hiddenSize), \(imageSize) pixels a side)"
        )
        _ = try Activation(huggingFace: activation)
    }
}

/// The numbers of a whole CLIP.
package struct CLIPConfiguration: Sendable, Codable, Equatable {
    package var modelType = "clip"
    package var architectures = ["CLIPModel"]
    package var text = CLIPTextConfiguration()
    package var vision = CLIPVisionConfiguration()
    /// The width of the space that captions and images share.
    package var projectionSize = 512
    /// The logarithm of the scale with which a new model's training begins: log(1/0.07).
    package var initialLogScale: Float = 2.6592
    /// Written for loaders that take the type of the weights from here.
    package var elementType = "float32"
    /// When a residual network sees instead of `vision`'s transformer: only in checkpoints with OpenAI's names, which
    /// have no settings file.
    package var resNet: CLIPResNetConfiguration?

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case architectures
        case text = "text_config"
        case vision = "vision_config"
        case projectionSize = "projection_dim"
        case initialLogScale = "logit_scale_init_value"
        case elementType = "dtype"
    }

    /// Early checkpoints repeat settings here; where they do, these count, and what they leave out has its default.
    private enum OldKeys: String, CodingKey {
        case text = "text_config_dict"
        case vision = "vision_config_dict"
        case quantization = "quantization_config"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        let old = try decoder.container(keyedBy: OldKeys.self)
        try found.updateUnlessNull(&architectures, .architectures)
        try found.updateUnlessNull(&text, .text)
        try found.updateUnlessNull(&vision, .vision)
        try old.updateUnlessNull(&text, .text)
        try old.updateUnlessNull(&vision, .vision)
        try found.update(&projectionSize, .projectionSize)
        if let scale = try? found.decode(Float.self, forKey: .initialLogScale), scale.isFinite {
            initialLogScale = scale
        }
        try old.refuse([.quantization], "quantised weights are not read; save the model in float32")
        try requirePositive([("projection_dim", projectionSize)])
    }
}

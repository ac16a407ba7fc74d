/// The numbers of CLIP's text tower, as `config.json` holds them; a missing key has Hugging Face's default.
package struct CLIPTextConfiguration: TextTowerSettings, Codable {
    package var modelType = "clip_text_model"
    package var tower = TowerConfiguration(
        hiddenSize: 512, headCount: 8, feedForwardSize: 2048, activation: "quick_gelu", normEpsilon: 1e-5)
    package var vocabularySize = 49408
    package var positionCount = 77
    package var projectionSize = 512
    package var startID: Int32 = 49406
    package var paddingID: Int32? = 1
    /// The end token. The published checkpoints say 2, which is wrong and means: the largest id of a caption.
    package var endID: Int32 = 49407
    /// The end token that means the largest id.
    package static let largestID: Int32 = 2

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case projectionSize = "projection_dim"
        case startID = "bos_token_id"
        case paddingID = "pad_token_id"
        case endID = "eos_token_id"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try updateTower(from: decoder)
        try found.update(&projectionSize, .projectionSize)
        if let ids = try found.tokenIDs(.startID) { startID = ids.first ?? startID }
        if let ids = try found.tokenIDs(.paddingID) { paddingID = ids.first }
        if let ids = try found.tokenIDs(.endID) {
            guard ids.count == 1, let id = ids.first else {
                throw ModelError("eos_token_id names \(ids.count) ids; a caption's place is the state at one.")
            }
            endID = id
        }
        try validateTower(projection: CodingKeys.projectionSize)
    }

    package func encode(to encoder: any Encoder) throws {
        var written = encoder.container(keyedBy: CodingKeys.self)
        try encodeTower(to: encoder)
        try written.encode(modelType, forKey: .modelType)
        try written.encode(projectionSize, forKey: .projectionSize)
        try written.encode(startID, forKey: .startID)
        try written.encodeIfPresent(paddingID, forKey: .paddingID)
        try written.encode(endID, forKey: .endID)
    }

    /// Whether the end of a caption is its largest id instead of `endID`.
    var endsAtLargestID: Bool { endID == Self.largestID }
}

/// The numbers of CLIP's vision tower.
package struct CLIPVisionConfiguration: ImageTowerSettings, Codable {
    package var modelType = "clip_vision_model"
    package var tower = TowerConfiguration(
        hiddenSize: 768, headCount: 12, feedForwardSize: 3072, activation: "quick_gelu", normEpsilon: 1e-5)
    package var channelCount = 3
    package var imageSize = 224
    package var patchSize = 32
    package var projectionSize = 512

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case projectionSize = "projection_dim"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        try updateTower(from: decoder)
        try decoder.container(keyedBy: CodingKeys.self).update(&projectionSize, .projectionSize)
        try validateTower(projection: (CodingKeys.projectionSize.rawValue, projectionSize))
    }

    package func encode(to encoder: any Encoder) throws {
        var written = encoder.container(keyedBy: CodingKeys.self)
        try encodeTower(to: encoder)
        try written.encode(modelType, forKey: .modelType)
        try written.encode(projectionSize, forKey: .projectionSize)
    }
}

/// By what a model of two towers learned to bring pairs together, as our trainings write it into `config.json`.
package struct PairObjectiveSettings: Sendable, Codable, Equatable {
    /// clip, cyclip, cloob, siglip, infoloob or hopfield.
    package var name: String
    /// "learned", or the number at which it was held.
    package var scale: String
    /// β of a Hopfield retrieval; nil without one.
    package var beta: Double?

    package init(name: String, scale: String, beta: Double? = nil) {
        (self.name, self.scale, self.beta) = (name, scale, beta)
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
    /// What a new model adds to scaled similarities at first; nil where nothing is added.
    package var initialLogitBias: Float?
    /// By what the model learned, where its settings tell.
    package var objective: PairObjectiveSettings?
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
        case initialLogitBias = "logit_bias_init_value"
        case objective = "training_objective"
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
        if let bias = try? found.decode(Float.self, forKey: .initialLogitBias), bias.isFinite {
            initialLogitBias = bias
        }
        objective = try? found.decode(PairObjectiveSettings.self, forKey: .objective)
        try old.refuse([.quantization], "quantised weights are not read; save the model in float32")
        try requirePositive([("projection_dim", projectionSize)])
    }
}

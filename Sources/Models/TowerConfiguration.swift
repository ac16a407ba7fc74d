import Foundation
import SynCheckpoints
import SynTensors

/// The numbers of a transformer of CLIP's form, whether it sees texts or pictures and whether it is CLIP's or SigLIP's:
/// what the towers' settings have under the same keys.
package struct TowerConfiguration: Sendable, Encodable, Equatable {
    package var hiddenSize: Int
    package var layerCount = 12
    package var headCount: Int
    package var feedForwardSize: Int
    package var activation: String
    package var normEpsilon: Float

    enum CodingKeys: String, CodingKey {
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case normEpsilon = "layer_norm_eps"
    }

    /// What a missing key means.
    init(hiddenSize: Int, headCount: Int, feedForwardSize: Int, activation: String, normEpsilon: Float) {
        (self.hiddenSize, self.headCount, self.feedForwardSize) = (hiddenSize, headCount, feedForwardSize)
        (self.activation, self.normEpsilon) = (activation, normEpsilon)
    }

    /// Takes what is written.
    mutating func update(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&hiddenSize, .hiddenSize)
        try found.update(&layerCount, .layerCount)
        try found.update(&headCount, .headCount)
        try found.update(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&normEpsilon, .normEpsilon)
    }

    /// Throws unless these numbers, and others by their keys, can be a tower's.
    fileprivate func validate(with others: [(name: String, value: Int)]) throws {
        try requirePositive(
            others + [
                (CodingKeys.hiddenSize.rawValue, hiddenSize), (CodingKeys.layerCount.rawValue, layerCount),
                (CodingKeys.headCount.rawValue, headCount), (CodingKeys.feedForwardSize.rawValue, feedForwardSize),
            ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) cannot be divided among \(headCount) heads.")
        }
        try requireEpsilon(CodingKeys.normEpsilon.rawValue, normEpsilon)
        _ = try Activation(huggingFace: activation)
    }

    /// Throws unless the layers, `others` of their size and so many rows of the tower's width have room in memory.
    fileprivate func requireRoom(forRows rows: Int, others: Int = 0, in tower: String, _ size: String) throws {
        let layer = 4 * hiddenSize * hiddenSize + 2 * hiddenSize * feedForwardSize
        try SynModels.requireRoom(
            forNumbers: rows * hiddenSize + (layerCount + others) * layer,
            in: "\(tower) of these settings (\(layerCount) layers of width \(hiddenSize), \(size))")
    }
}

/// The settings of a tower: those of its transformer, by their own names, and what is before and behind it.
package protocol TowerSettings: Sendable, Equatable {
    var tower: TowerConfiguration { get set }
}

extension TowerSettings {
    package var hiddenSize: Int {
        get { tower.hiddenSize }
        set { tower.hiddenSize = newValue }
    }

    package var layerCount: Int {
        get { tower.layerCount }
        set { tower.layerCount = newValue }
    }

    package var headCount: Int {
        get { tower.headCount }
        set { tower.headCount = newValue }
    }

    package var feedForwardSize: Int {
        get { tower.feedForwardSize }
        set { tower.feedForwardSize = newValue }
    }

    package var activation: String {
        get { tower.activation }
        set { tower.activation = newValue }
    }

    package var normEpsilon: Float {
        get { tower.normEpsilon }
        set { tower.normEpsilon = newValue }
    }
}

// MARK: - Texts

/// The settings of a tower that sees texts.
package protocol TextTowerSettings: TowerSettings {
    var vocabularySize: Int { get set }
    var positionCount: Int { get set }
    /// The width of the space that texts and pictures share.
    var projectionSize: Int { get set }
}

/// The keys that all of them have.
enum TextTowerKeys: String, CodingKey {
    case vocabularySize = "vocab_size"
    case positionCount = "max_position_embeddings"
}

extension TextTowerSettings {
    /// Takes what is written of what all text towers have.
    mutating func updateTower(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: TextTowerKeys.self)
        try found.update(&vocabularySize, .vocabularySize)
        try found.update(&positionCount, .positionCount)
        try tower.update(from: decoder)
    }

    func encodeTower(to encoder: any Encoder) throws {
        var written = encoder.container(keyedBy: TextTowerKeys.self)
        try written.encode(vocabularySize, forKey: .vocabularySize)
        try written.encode(positionCount, forKey: .positionCount)
        try tower.encode(to: encoder)
    }

    /// Throws for what no text tower can have; `projection` is the key of the projection's width.
    func validateTower(projection: some CodingKey) throws {
        try tower.validate(with: [
            (TextTowerKeys.vocabularySize.rawValue, vocabularySize),
            (TextTowerKeys.positionCount.rawValue, positionCount), (projection.stringValue, projectionSize),
        ])
        try tower.requireRoom(
            forRows: vocabularySize + positionCount + projectionSize, in: "a text tower", "\(vocabularySize) words")
    }

    /// Where a checkpoint has a tower of these settings: its `embeddings` and `encoder`.
    func towerPlace(in weights: Weights) throws -> WeightScope {
        try weights.scope(
            holding: [
                .init("embeddings.token_embedding.weight", [vocabularySize, hiddenSize]),
                .init("encoder.layers.\(layerCount - 1).mlp.fc2.weight", [hiddenSize, feedForwardSize]),
            ], usually: ["", "text_model."])
    }
}

/// What a `config.json` tells of: a text tower alone, or a whole model of texts and pictures.
struct TowerFile: Decodable {
    private let modelType: String?
    private let hasParts: Bool

    private enum Keys: String, CodingKey {
        case modelType = "model_type"
        case text = "text_config"
        case oldText = "text_config_dict"
    }

    init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: Keys.self)
        modelType = try found.decodeIfPresent(String.self, forKey: .modelType)
        hasParts = found.contains(.text) || found.contains(.oldText)
    }

    /// Whether the settings in a folder are those of a whole model, which calls itself `type`.
    static func isWhole(_ type: String, in folder: URL) throws -> Bool {
        let file = try ConfigurationFile.read(TowerFile.self, in: folder)
        return file.hasParts || file.modelType == type
    }
}

// MARK: - Pictures

/// The settings of a tower that sees pictures.
package protocol ImageTowerSettings: TowerSettings {
    var channelCount: Int { get set }
    var imageSize: Int { get set }
    var patchSize: Int { get set }
}

/// The keys that all of them have.
enum ImageTowerKeys: String, CodingKey {
    case channelCount = "num_channels"
    case imageSize = "image_size"
    case patchSize = "patch_size"
}

extension ImageTowerSettings {
    /// Patches along each side; what does not fill a patch is cut off at the right and the bottom.
    var patchesPerSide: Int { imageSize / patchSize }

    /// Takes what is written of what all image towers have.
    mutating func updateTower(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: ImageTowerKeys.self)
        try found.update(&channelCount, .channelCount)
        try found.updateSquare(&imageSize, .imageSize)
        try found.updateSquare(&patchSize, .patchSize)
        try tower.update(from: decoder)
    }

    func encodeTower(to encoder: any Encoder) throws {
        var written = encoder.container(keyedBy: ImageTowerKeys.self)
        try written.encode(channelCount, forKey: .channelCount)
        try written.encode(imageSize, forKey: .imageSize)
        try written.encode(patchSize, forKey: .patchSize)
        try tower.encode(to: encoder)
    }

    /// Throws for what no image tower can have. `projection` is the projection's width by its key, where there is one;
    /// `others` counts what is as large as a layer.
    func validateTower(projection: (name: String, value: Int)? = nil, others: Int = 0) throws {
        try tower.validate(
            with: [
                (ImageTowerKeys.channelCount.rawValue, channelCount), (ImageTowerKeys.imageSize.rawValue, imageSize),
                (ImageTowerKeys.patchSize.rawValue, patchSize),
            ] + (projection.map { [$0] } ?? []))
        guard patchSize <= imageSize else {
            throw ModelError("patch_size \(patchSize) is larger than image_size \(imageSize).")
        }
        let rows = patchesPerSide * patchesPerSide + channelCount * patchSize * patchSize + (projection?.value ?? 0)
        try tower.requireRoom(forRows: rows, others: others, in: "an image tower", "\(imageSize) pixels a side")
    }
}

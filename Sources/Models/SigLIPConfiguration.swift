import Foundation

/// The numbers of SigLIP's text tower, as `config.json` holds them; a missing key has Hugging Face's default.
package struct SigLIPTextConfiguration: TextTowerSettings, Decodable {
    package var tower = TowerConfiguration(
        hiddenSize: 768, headCount: 12, feedForwardSize: 3072, activation: "gelu_pytorch_tanh", normEpsilon: 1e-6)
    package var vocabularySize = 32000
    /// Every text is padded to so many tokens, which the model sees.
    package var positionCount = 64
    package var paddingID: Int32 = 1
    /// The width of the space that texts and pictures share.
    package var projectionSize = 768

    enum CodingKeys: String, CodingKey {
        case paddingID = "pad_token_id"
        case projectionSize = "projection_size"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try updateTower(from: decoder)
        projectionSize = hiddenSize
        try found.updateUnlessNull(&projectionSize, .projectionSize)
        if let id = try found.tokenIDs(.paddingID)?.first { paddingID = id }
        try validateTower(projection: CodingKeys.projectionSize)
        guard (0..<vocabularySize).contains(Int(paddingID)) else {
            throw ModelError("pad_token_id is \(paddingID), but the ids are those below vocab_size, \(vocabularySize).")
        }
    }

    /// A text tower's settings, from its own `config.json` or from a whole SigLIP's.
    init(folder: URL) throws {
        self =
            try TowerFile.isWhole("siglip", in: folder)
            ? try ConfigurationFile.read(SigLIPConfiguration.self, in: folder).text
            : try ConfigurationFile.read(Self.self, in: folder)
    }
}

/// The numbers of SigLIP's vision tower.
package struct SigLIPVisionConfiguration: ImageTowerSettings, Decodable {
    package var tower = TowerConfiguration(
        hiddenSize: 768, headCount: 12, feedForwardSize: 3072, activation: "gelu_pytorch_tanh", normEpsilon: 1e-6)
    package var channelCount = 3
    package var imageSize = 224
    package var patchSize = 16

    private enum CodingKeys: String, CodingKey {
        case usesHead = "vision_use_head"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        try updateTower(from: decoder)
        var usesHead = true
        try decoder.container(keyedBy: CodingKeys.self).update(&usesHead, .usesHead)
        guard usesHead else {
            throw ModelError("vision_use_head is false, but without its head the tower gives no vector of a picture.")
        }
        try validateTower(others: 1)   // the head
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

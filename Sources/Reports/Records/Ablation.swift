/// Stronger steering, tried on a few encoders: prefix tokens K and guidance W.
package struct Ablation: Codable, Sendable, Equatable {
    /// The captions of every row's pictures, in order.
    package var captions: [String]
    package var rows: [AblationRow]

    package init(captions: [String] = [], rows: [AblationRow] = []) {
        self.captions = captions
        self.rows = rows
    }
}

/// One way of steering the decoder, measured.
package struct AblationRow: Codable, Sendable, Equatable {
    package var encoder: String
    package var style: EncoderStyle
    /// K: how many prefix tokens the linear layer makes. The paper: 1.
    package var prefixTokens: Int
    /// W: logits = without prefix + W · (with − without). The paper: 1.
    package var guidance: Double
    /// 100 · cosine, mean over `n` pairs.
    package var clipScore: Double
    package var attributeScore: Double?
    package var n: Int
    /// One picture per caption of the ablation; may be shorter.
    package var pictures: [Picture]

    package init(
        encoder: String, style: EncoderStyle, prefixTokens: Int, guidance: Double, clipScore: Double,
        attributeScore: Double? = nil, n: Int, pictures: [Picture] = []
    ) {
        self.encoder = encoder
        self.style = style
        self.prefixTokens = prefixTokens
        self.guidance = guidance
        self.clipScore = clipScore
        self.attributeScore = attributeScore
        self.n = n
        self.pictures = pictures
    }

    enum CodingKeys: String, CodingKey {
        case encoder, style
        case prefixTokens = "prefix_tokens"
        case guidance
        case clipScore = "clip_score"
        case attributeScore = "attribute_score"
        case n, pictures
    }
}

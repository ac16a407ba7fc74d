/// Stronger steering, tried on a few encoders: prefix tokens K and guidance W.
public struct Ablation: Codable, Sendable, Equatable {
    /// The captions of every row's pictures, in order.
    public var captions: [String]
    public var rows: [AblationRow]

    public init(captions: [String] = [], rows: [AblationRow] = []) {
        self.captions = captions
        self.rows = rows
    }
}

/// One way of steering the decoder, measured.
public struct AblationRow: Codable, Sendable, Equatable {
    public var encoder: String
    public var style: EncoderStyle
    /// K: how many prefix tokens the linear layer makes. The paper: 1.
    public var prefixTokens: Int
    /// W: logits = without prefix + W · (with − without). The paper: 1.
    public var guidance: Double
    /// 100 · cosine, mean over `n` pairs.
    public var clipScore: Double
    public var attributeScore: Double?
    public var n: Int
    /// One picture per caption of the ablation; may be shorter.
    public var pictures: [Picture]

    public init(
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

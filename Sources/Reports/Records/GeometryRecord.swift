/// How an encoder's vectors of words or sentences lie in their space, layer by layer.
package struct GeometryRecord: Codable, Sendable, Equatable {
    package enum What: String, Codable, Sendable {
        case words, sentences

        package var title: String { self == .words ? "Words in their sentences" : "Whole sentences" }
    }

    package var encoder: String
    package var what: What
    /// Which vector of each, in words.
    package var reading: String
    /// Vectors measured.
    package var n: Int
    /// Words that could not be placed and sentences that were too long.
    package var leftOut: Int
    package var layers: [LayerGeometry]
    /// What the paper reports of such vectors, one sentence; nil where nothing.
    package var published: String?

    package init(
        encoder: String, what: What, reading: String, n: Int, leftOut: Int, layers: [LayerGeometry],
        published: String? = nil
    ) {
        (self.encoder, self.what, self.reading, self.n) = (encoder, what, reading, n)
        (self.leftOut, self.layers, self.published) = (leftOut, layers, published)
    }

    enum CodingKeys: String, CodingKey {
        case encoder, what, reading, n, layers, published
        case leftOut = "left_out"
    }
}

/// One layer's geometry; nil where a number does not exist (a zero vector, vectors all the same).
package struct LayerGeometry: Codable, Sendable, Equatable {
    package var layer: Int
    /// Mean cosine of all pairs.
    package var selfSimilarity: Double?
    /// Share of the squared length in the 5 and 8 largest components.
    package var top5: Double?
    package var top8: Double?
    package var top5AsReleased: Double?
    package var effectiveRank: Double?
    package var isoScore: Double?
    /// Share of the variance of each of the first components.
    package var spectrum: [Double]?
    package var componentsForNinety: Int?
    /// Self-similarity after removing the mean, and then the first component, or the first five.
    package var centredSelfSimilarity: Double?
    package var withoutTop1: Double?
    package var withoutTop5: Double?

    package init(
        layer: Int, selfSimilarity: Double?, top5: Double?, top8: Double?, top5AsReleased: Double?,
        effectiveRank: Double?, isoScore: Double?, spectrum: [Double]?, componentsForNinety: Int?,
        centredSelfSimilarity: Double?, withoutTop1: Double?, withoutTop5: Double?
    ) {
        (self.layer, self.selfSimilarity, self.top5, self.top8) = (layer, selfSimilarity, top5, top8)
        (self.top5AsReleased, self.effectiveRank, self.isoScore) = (top5AsReleased, effectiveRank, isoScore)
        (self.spectrum, self.componentsForNinety) = (spectrum, componentsForNinety)
        (self.centredSelfSimilarity, self.withoutTop1) = (centredSelfSimilarity, withoutTop1)
        self.withoutTop5 = withoutTop5
    }

    enum CodingKeys: String, CodingKey {
        case layer, top5, top8, spectrum
        case selfSimilarity = "self_similarity"
        case top5AsReleased = "top5_as_released"
        case effectiveRank = "effective_rank"
        case isoScore = "iso_score"
        case componentsForNinety = "components_for_90"
        case centredSelfSimilarity = "self_similarity_centred"
        case withoutTop1 = "self_similarity_without_top1"
        case withoutTop5 = "self_similarity_without_top5"
    }
}

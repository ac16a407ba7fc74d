/// The gap between pictures and texts, as `space gap --json` prints it.
package struct GapRecord: Codable, Sendable, Equatable {
    /// What was measured: a file, or a model and its data.
    package var source: String
    package var pairs: Int
    package var scale: Double
    /// Pairs of a batch of the loss.
    package var batch: Int
    package var asTrained: GapFigures
    package var closed: GapFigures
    package var centred: GapFigures
    package var landscape: [LandscapeStep]
    package var retrieval: ByTreatment<BothWays>
    package var mixed: ByTreatment<RecallRecord>

    enum CodingKeys: String, CodingKey {
        case source, pairs, scale, batch, closed, centred, landscape, retrieval, mixed
    }

    package init(
        source: String, pairs: Int, scale: Double, batch: Int, asTrained: GapFigures, closed: GapFigures,
        centred: GapFigures, landscape: [LandscapeStep], retrieval: ByTreatment<BothWays>,
        mixed: ByTreatment<RecallRecord>
    ) {
        (self.source, self.pairs, self.scale, self.batch) = (source, pairs, scale, batch)
        (self.asTrained, self.closed, self.centred) = (asTrained, closed, centred)
        (self.landscape, self.retrieval, self.mixed) = (landscape, retrieval, mixed)
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        source = try keys.decode(String.self, forKey: .source)
        pairs = try keys.decode(Int.self, forKey: .pairs)
        scale = try keys.decode(Double.self, forKey: .scale)
        batch = try keys.decode(Int.self, forKey: .batch)
        asTrained = try GapFigures(from: decoder)
        closed = try keys.decode(GapFigures.self, forKey: .closed)
        centred = try keys.decode(GapFigures.self, forKey: .centred)
        landscape = try keys.decode([LandscapeStep].self, forKey: .landscape)
        retrieval = try keys.decode(ByTreatment<BothWays>.self, forKey: .retrieval)
        mixed = try keys.decode(ByTreatment<RecallRecord>.self, forKey: .mixed)
    }

    /// The figures as trained stand at the top, the treated ones under their names.
    package func encode(to encoder: any Encoder) throws {
        try asTrained.encode(to: encoder)
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(source, forKey: .source)
        try keys.encode(pairs, forKey: .pairs)
        try keys.encode(scale, forKey: .scale)
        try keys.encode(batch, forKey: .batch)
        try keys.encode(closed, forKey: .closed)
        try keys.encode(centred, forKey: .centred)
        try keys.encode(landscape, forKey: .landscape)
        try keys.encode(retrieval, forKey: .retrieval)
        try keys.encode(mixed, forKey: .mixed)
    }
}

/// Distance and losses of one state of the vectors.
package struct GapFigures: Codable, Sendable, Equatable {
    package var distance: Double
    /// Both directions, every pair.
    package var loss: Double
    /// Pictures to texts only, whole batches only; nil with fewer pairs than a batch.
    package var lossAsPublished: Double?
    package var rmsInModalDifference: Double

    enum CodingKeys: String, CodingKey {
        case distance, loss
        case lossAsPublished = "loss_as_published"
        case rmsInModalDifference = "rms_in_modal_difference"
    }

    package init(distance: Double, loss: Double, lossAsPublished: Double?, rmsInModalDifference: Double) {
        (self.distance, self.loss) = (distance, loss)
        (self.lossAsPublished, self.rmsInModalDifference) = (lossAsPublished, rmsInModalDifference)
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(distance, forKey: .distance)
        try keys.encode(loss, forKey: .loss)
        try keys.encode(lossAsPublished, forKey: .lossAsPublished)   // null is told, too
        try keys.encode(rmsInModalDifference, forKey: .rmsInModalDifference)
    }
}

/// One step of the shift along the gap.
package struct LandscapeStep: Codable, Sendable, Equatable {
    /// How far both sides were moved towards each other, together.
    package var lambda: Double
    /// Of the means after it; negative where texts have passed pictures.
    package var distance: Double
    package var loss: Double
    package var lossAsPublished: Double?
    /// The least loss at any scale from 1 to 1000, and that scale.
    package var bestLoss: Double
    package var bestScale: Double

    enum CodingKeys: String, CodingKey {
        case lambda, distance, loss
        case lossAsPublished = "loss_as_published"
        case bestLoss = "loss_at_best_scale"
        case bestScale = "best_scale"
    }

    package init(
        lambda: Double, distance: Double, loss: Double, lossAsPublished: Double?, bestLoss: Double, bestScale: Double
    ) {
        (self.lambda, self.distance, self.loss) = (lambda, distance, loss)
        (self.lossAsPublished, self.bestLoss, self.bestScale) = (lossAsPublished, bestLoss, bestScale)
    }
}

/// How often a search finds the right answer among the first 1, 5, 10, and its rank.
package struct RecallRecord: Codable, Sendable, Equatable {
    package var r1: Double
    package var r5: Double
    package var r10: Double
    package var median: Double
    package var mean: Double

    enum CodingKeys: String, CodingKey {
        case r1, r5, r10
        case median = "median_rank"
        case mean = "mean_rank"
    }

    package init(r1: Double, r5: Double, r10: Double, median: Double, mean: Double) {
        (self.r1, self.r5, self.r10, self.median, self.mean) = (r1, r5, r10, median, mean)
    }
}

/// Searches in both directions.
package struct BothWays: Codable, Sendable, Equatable {
    package var imageToText: RecallRecord
    package var textToImage: RecallRecord

    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
    }

    package init(imageToText: RecallRecord, textToImage: RecallRecord) {
        (self.imageToText, self.textToImage) = (imageToText, textToImage)
    }
}

/// The same figure of vectors as trained, with the gap closed, and centred.
package struct ByTreatment<Figure: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    package var asTrained: Figure
    package var closed: Figure
    package var centred: Figure

    enum CodingKeys: String, CodingKey {
        case closed, centred
        case asTrained = "as_trained"
    }

    package init(asTrained: Figure, closed: Figure, centred: Figure) {
        (self.asTrained, self.closed, self.centred) = (asTrained, closed, centred)
    }
}

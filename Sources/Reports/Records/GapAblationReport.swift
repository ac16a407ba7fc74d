/// What `space ablation` found: which of CLOOB's two changes of CLIP, the loss or the retrieval, closes the gap between
/// pictures and texts. Written to `ablation.json`; the page and the tables are made from this record alone.
package struct GapAblationReport: Codable, Sendable, Equatable {
    package static let currentSchema = 1

    package var schemaVersion: Int = GapAblationReport.currentSchema
    /// By seed, then by objective.
    package var models: [AblatedModel]
    /// The distance first.
    package var analyses: [FactorAnalysis]
    package var published: [PublishedFactors]
    package var settings: [Setting]
    package var provenance: Provenance
    package var remarks: [String]

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case models, analyses, published, settings, provenance, remarks
    }

    package init(
        models: [AblatedModel], analyses: [FactorAnalysis], published: [PublishedFactors], settings: [Setting],
        provenance: Provenance, remarks: [String]
    ) {
        (self.models, self.analyses, self.published) = (models, analyses, published)
        (self.settings, self.provenance, self.remarks) = (settings, provenance, remarks)
    }
}

extension GapAblationReport: VersionedRecord {}

/// One model that was trained for an ablation, and what was measured of it on pairs it has never seen.
package struct AblatedModel: Codable, Sendable, Equatable {
    /// clip, cyclip, cloob, siglip, infoloob or hopfield.
    package var objective: String
    /// "learned", or the number at which it was held.
    package var scale: String
    package var seed: Int
    /// Whether it is one of the four that differ in loss and retrieval alone.
    package var isFactorial: Bool
    /// SHA-256 of its weights' file.
    package var weights: String
    /// Of the mean picture from the mean text.
    package var distance: Double
    package var rmsInModalDifference: Double
    package var imageToText: Double
    package var textToImage: Double
    /// R@10 among all other pictures and texts, as trained and with the gap closed.
    package var mixed: Double
    package var mixedClosed: Double

    enum CodingKeys: String, CodingKey {
        case objective, scale, seed, weights, distance
        case isFactorial = "is_factorial"
        case rmsInModalDifference = "rms_in_modal_difference"
        case imageToText = "image_to_text_r1"
        case textToImage = "text_to_image_r1"
        case mixed = "mixed_r10"
        case mixedClosed = "mixed_r10_closed"
    }

    package init(
        objective: String, scale: String, seed: Int, isFactorial: Bool, weights: String, distance: Double,
        rmsInModalDifference: Double, imageToText: Double, textToImage: Double, mixed: Double, mixedClosed: Double
    ) {
        (self.objective, self.scale, self.seed, self.isFactorial) = (objective, scale, seed, isFactorial)
        (self.weights, self.distance, self.rmsInModalDifference) = (weights, distance, rmsInModalDifference)
        (self.imageToText, self.textToImage) = (imageToText, textToImage)
        (self.mixed, self.mixedClosed) = (mixed, mixedClosed)
    }
}

/// The four cells of loss by retrieval, each a mean or a single number.
package struct FactorCells: Codable, Sendable, Equatable {
    /// InfoNCE, without and with retrieval.
    package var clip: Double
    package var hopfield: Double
    /// InfoLOOB, without and with retrieval.
    package var infoloob: Double
    package var cloob: Double

    package init(clip: Double, infoloob: Double, hopfield: Double, cloob: Double) {
        (self.clip, self.infoloob, self.hopfield, self.cloob) = (clip, infoloob, hopfield, cloob)
    }

    /// InfoLOOB less InfoNCE, mean of both ways to retrieve.
    package var loss: Double { (infoloob + cloob - clip - hopfield) / 2 }
    /// With retrieval less without, mean of both losses.
    package var retrieval: Double { (hopfield + cloob - clip - infoloob) / 2 }
    /// What retrieval does under InfoLOOB less what it does under InfoNCE.
    package var interaction: Double { (cloob - infoloob) - (hopfield - clip) }
}

/// A two-way analysis of one measure, seeds being the replicates.
package struct FactorAnalysis: Codable, Sendable, Equatable {
    /// "distance", "r1" or "mixed_r10".
    package var measure: String
    package var seeds: Int
    package var means: FactorCells
    /// "loss", "retrieval", "interaction".
    package var effects: [FactorEffect]
    /// How much further the loss moves the measure than the retrieval does, either way; without a share of variation.
    package var lossBeyondRetrieval: FactorEffect
    /// Each factor at each level of the other: "loss without retrieval", "loss with retrieval", "retrieval under
    /// InfoNCE", "retrieval under InfoLOOB", Holm over the four. Nil in records of before.
    package var simpleEffects: [FactorEffect]?

    enum CodingKeys: String, CodingKey {
        case measure, seeds, means, effects
        case lossBeyondRetrieval = "loss_beyond_retrieval"
        case simpleEffects = "simple_effects"
    }

    package init(
        measure: String, seeds: Int, means: FactorCells, effects: [FactorEffect], lossBeyondRetrieval: FactorEffect,
        simpleEffects: [FactorEffect]? = nil
    ) {
        (self.measure, self.seeds, self.means, self.effects) = (measure, seeds, means, effects)
        (self.lossBeyondRetrieval, self.simpleEffects) = (lossBeyondRetrieval, simpleEffects)
    }

    /// Whether what one factor does depends on the other, by a test that could have said no.
    var interacts: Bool {
        effects.contains { $0.name == "interaction" && ($0.correctedP ?? 1) < 0.05 } && simpleEffects?.count == 4
    }
}

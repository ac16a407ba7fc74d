import SynMetrics

/// What `scores.json` of a trial holds.
struct TrialScores: Codable {
    let measured: ImageScores
    let bestLoss: Double?
    let lastLoss: Double?
    let seconds: Double
    /// Mean over the captions; nil where there is no caption, and no second judge.
    var bitsSaved: Double?
    var secondClipScore: Double?

    enum CodingKeys: String, CodingKey {
        case measured = "scores"
        case bestLoss = "best_validation_loss"
        case lastLoss = "last_validation_loss"
        case seconds
        case bitsSaved = "bits_saved"
        case secondClipScore = "second_clip_score"
    }
}

/// The scores of the real pictures that the captions were written for, and of what the VQGAN makes of them, which no
/// drawn picture can be above; with each pair's: the run's `real/scores.json`.
struct RealScores: Codable {
    let measured: ImageScores
    let records: [SampleRecord]
    let reconstructed: ImageScores
    let reconstructions: [SampleRecord]

    enum CodingKeys: String, CodingKey {
        case measured = "verdict"
        case records, reconstructed, reconstructions
    }

    static let fileName = "real/scores.json"
}

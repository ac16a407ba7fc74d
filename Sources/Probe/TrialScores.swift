import SynMetrics

/// What `scores.json` of a trial holds.
struct TrialScores: Codable {
    let measured: ImageScores
    let bestLoss: Double?
    let lastLoss: Double?
    let seconds: Double

    enum CodingKeys: String, CodingKey {
        case measured = "scores"
        case bestLoss = "best_validation_loss"
        case lastLoss = "last_validation_loss"
        case seconds
    }
}

/// The scores of the real pictures that the captions were written for, with each pair's: the run's `real/scores.json`.
struct RealScores: Codable {
    let measured: ImageScores
    let records: [SampleRecord]

    enum CodingKeys: String, CodingKey {
        case measured = "verdict"
        case records
    }

    static let fileName = "real/scores.json"
}

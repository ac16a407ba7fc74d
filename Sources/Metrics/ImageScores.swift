/// What was measured on a set of pictures with captions: `scores.json`.
package struct ImageScores: Codable, Sendable, Equatable {
    package let clipScore: Double
    package let count: Int
    package let truncatedCaptions: Int
    /// Nil where there are fewer pictures than splits.
    package let inceptionScore: InceptionScore.Result?
    package let inceptionScoreAsPublished: InceptionScore.Result?
    package let fid: Double?
    /// What a reader of the distance must know; nil where there is nothing.
    package let fidWarning: String?
    /// Share of all statements of all captions that pictures bear out.
    package let attributeScore: Double?
    /// What the pictures score with other portraits' captions.
    package let shuffled: ShuffledCaptions?
    /// From the real pictures, on both inputs of the Inception network; nil where nobody asked, and in older files.
    package var distances: SetDistances?
    /// Pictures behind the Inception Scores, where some were left out of them.
    package var inceptionCount: Int?

    enum CodingKeys: String, CodingKey {
        case clipScore = "clip_score"
        case count = "n"
        case truncatedCaptions = "truncated_captions"
        case inceptionScore = "inception_score"
        case inceptionScoreAsPublished = "inception_score_as_published"
        case fid
        case fidWarning = "fid_warning"
        case attributeScore = "attribute_score"
        case shuffled, distances
        case inceptionCount = "inception_n"
    }
}

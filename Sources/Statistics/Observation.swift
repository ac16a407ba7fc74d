/// One score and where it comes from: the group (a style of encoders, say), the encoder, and the seed.
package struct Observation: Equatable, Sendable {
    package var group: String
    /// The model that was trained or tested; nil where scores have no such owner.
    package var encoder: String?
    package var seed: Int?
    package var score: Double

    package init(group: String, encoder: String? = nil, seed: Int? = nil, score: Double) {
        self.group = group
        self.encoder = encoder
        self.seed = seed
        self.score = score
    }
}

/// A group of which only mean, sample deviation and count are known.
package struct SummaryRow: Equatable, Sendable {
    package var group: String
    package var mean: Double
    /// The sample standard deviation; nil for a single score, which has none.
    package var deviation: Double?
    package var count: Int

    package init(group: String, mean: Double, deviation: Double?, count: Int) {
        self.group = group
        self.mean = mean
        self.deviation = deviation
        self.count = count
    }
}

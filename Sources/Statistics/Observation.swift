/// One score and where it comes from: the group (a style of encoders, say), the encoder, and the seed.
public struct Observation: Equatable, Sendable {
    public var group: String
    /// The model that was trained or tested; nil where scores have no such owner.
    public var encoder: String?
    public var seed: Int?
    public var score: Double

    public init(group: String, encoder: String? = nil, seed: Int? = nil, score: Double) {
        self.group = group
        self.encoder = encoder
        self.seed = seed
        self.score = score
    }
}

/// A group of which only mean, sample deviation and count are known.
public struct SummaryRow: Equatable, Sendable {
    public var group: String
    public var mean: Double
    /// The sample standard deviation; nil for a single score, which has none.
    public var deviation: Double?
    public var count: Int

    public init(group: String, mean: Double, deviation: Double?, count: Int) {
        self.group = group
        self.mean = mean
        self.deviation = deviation
        self.count = count
    }
}

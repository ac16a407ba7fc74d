import SynStatistics

/// What one factor of a two-way analysis does.
package struct FactorEffect: Codable, Sendable, Equatable {
    package var name: String
    /// The mean change, in the measure's own units.
    package var value: Double
    /// 95 %, by Student's t over the seeds' own changes; nil with one seed.
    package var interval: Interval?
    package var t: Double?
    /// Two-sided.
    package var p: Double?
    /// The same, Holm's correction over the three effects, or over the four simple ones; nil where it is none of them.
    package var correctedP: Double?
    /// η²: of the squared deviations of all models from their mean, what this effect explains: 0...1.
    package var shareOfVariation: Double?
    /// The same of what this effect and its own error make up: t²/(t² + seeds - 1).
    package var partialShare: Double?
    /// Hedges' g of the two halves, each seed's models averaged, and its 95 % interval; nil for an interaction.
    package var hedgesG: Double?
    package var hedgesGInterval: Interval?

    enum CodingKeys: String, CodingKey {
        case name, value, interval, t, p
        case correctedP = "p_holm"
        case shareOfVariation = "eta_squared"
        case partialShare = "partial_eta_squared"
        case hedgesG = "hedges_g"
        case hedgesGInterval = "hedges_g_interval"
    }

    package init(_ name: String, value: Double) { (self.name, self.value) = (name, value) }
}

/// The gap of one published set of four models.
package struct PublishedFactors: Codable, Sendable, Equatable {
    /// "Conceptual Captions, 31 epochs".
    package var name: String
    /// Distances of the means on 100 pairs of MSCOCO.
    package var means: FactorCells
    /// Whether they were measured from the published matrices just now, or are quoted.
    package var isMeasured: Bool

    enum CodingKeys: String, CodingKey {
        case name, means
        case isMeasured = "is_measured"
    }

    package init(_ name: String, _ means: FactorCells, isMeasured: Bool) {
        (self.name, self.means, self.isMeasured) = (name, means, isMeasured)
    }
}

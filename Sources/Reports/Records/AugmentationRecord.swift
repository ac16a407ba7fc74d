/// One picture changed over many steps, as `space augment --json` prints it.
package struct AugmentationRecord: Codable, Sendable, Equatable {
    package var source: String
    package var caption: String?
    package var changes: [Change]

    package struct Change: Codable, Sendable, Equatable {
        package var change: String
        package var unit: String
        package var amounts: [Double]
        /// The step whose picture is unchanged, or nearly.
        package var start: Int
        /// Cosine of each step's picture with that of the start.
        package var toStart: [Double]
        /// Cosine of each step's picture with the caption.
        package var toCaption: [Double]?
        /// Of all steps with each other.
        package var cosines: [[Double]]
        /// Mean cosine of a turn with the same turn the other way; rotations only.
        package var mirrored: Double?
        /// Mean cosine with the start of quarter turns, less that of all other turns; rotations only.
        package var quarterTurns: Double?
        /// The first step whose picture has a cosine above 0.95 with all later ones.
        package var settledAt: Int?

        enum CodingKeys: String, CodingKey {
            case change, unit, amounts, start, cosines
            case toStart = "cosine_to_start"
            case toCaption = "cosine_to_caption"
            case mirrored = "mean_cosine_of_opposite_turns"
            case quarterTurns = "quarter_turns_less_rest"
            case settledAt = "settled_at"
        }

        package init(
            change: String, unit: String, amounts: [Double], start: Int, toStart: [Double], toCaption: [Double]?,
            cosines: [[Double]], mirrored: Double?, quarterTurns: Double?, settledAt: Int?
        ) {
            (self.change, self.unit, self.amounts, self.start) = (change, unit, amounts, start)
            (self.toStart, self.toCaption, self.cosines) = (toStart, toCaption, cosines)
            (self.mirrored, self.quarterTurns, self.settledAt) = (mirrored, quarterTurns, settledAt)
        }
    }

    package init(source: String, caption: String?, changes: [Change]) {
        (self.source, self.caption, self.changes) = (source, caption, changes)
    }
}

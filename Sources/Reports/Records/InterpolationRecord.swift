/// What lies between two texts, as `space interpolate --json` prints it.
package struct InterpolationRecord: Codable, Sendable, Equatable {
    package var source: String
    /// How it is known what is true of a picture.
    package var truth: String
    package var from: String
    package var to: String
    package var pictures: Int
    /// How many of the nearest pictures are looked at.
    package var nearest: Int
    /// The shares in all pictures: what ten drawn at random would show.
    package var all: Shares
    package var paths: [Path]

    /// Of pictures: what only the first text is true of, only the second, both, neither. They sum to 1.
    package struct Shares: Codable, Sendable, Equatable {
        package var onlyA: Double
        package var onlyB: Double
        package var both: Double
        package var neither: Double

        enum CodingKeys: String, CodingKey {
            case both, neither
            case onlyA = "only_from"
            case onlyB = "only_to"
        }

        package init(onlyA: Double, onlyB: Double, both: Double, neither: Double) {
            (self.onlyA, self.onlyB, self.both, self.neither) = (onlyA, onlyB, both, neither)
        }
    }

    package struct Step: Codable, Sendable, Equatable {
        package var t: Double
        package var shares: Shares
        /// From the step before, in degrees; nil at the start.
        package var angle: Double?
        /// The share of the nearest that were not among the nearest one step before.
        package var replaced: Double?

        package init(t: Double, shares: Shares, angle: Double?, replaced: Double?) {
            (self.t, self.shares, self.angle, self.replaced) = (t, shares, angle, replaced)
        }
    }

    package struct Path: Codable, Sendable, Equatable {
        package var method: String
        package var steps: [Step]
        package var largestAngle: Double
        package var largestReplaced: Double

        enum CodingKeys: String, CodingKey {
            case method, steps
            case largestAngle = "largest_angle"
            case largestReplaced = "largest_replaced"
        }

        package init(method: String, steps: [Step]) {
            (self.method, self.steps) = (method, steps)
            largestAngle = steps.compactMap(\.angle).max() ?? 0
            largestReplaced = steps.compactMap(\.replaced).max() ?? 0
        }
    }

    package init(
        source: String, truth: String, from: String, to: String, pictures: Int, nearest: Int, all: Shares,
        paths: [Path]
    ) {
        (self.source, self.truth, self.from, self.to) = (source, truth, from, to)
        (self.pictures, self.nearest, self.all, self.paths) = (pictures, nearest, all, paths)
    }
}

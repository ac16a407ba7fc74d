/// A closed range of plausible values. Its JSON form is `[lower, upper]`.
package struct Interval: Equatable, Sendable {
    package var lower: Double
    package var upper: Double

    package init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// `centre ± reach`.
    init(around centre: Double, reach: Double) {
        self.init(centre - reach, centre + reach)
    }

    package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

extension Interval: Codable {
    package init(from decoder: any Decoder) throws {
        var ends = try decoder.unkeyedContainer()
        try self.init(ends.decode(Double.self), ends.decode(Double.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var ends = encoder.unkeyedContainer()
        try ends.encode(lower)
        try ends.encode(upper)
    }
}

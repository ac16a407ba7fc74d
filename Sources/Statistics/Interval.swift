/// A closed range of plausible values. Its JSON form is `[lower, upper]`.
public struct Interval: Equatable, Sendable {
    public var lower: Double
    public var upper: Double

    public init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// `centre ± reach`.
    init(around centre: Double, reach: Double) {
        self.init(centre - reach, centre + reach)
    }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

extension Interval: Codable {
    public init(from decoder: any Decoder) throws {
        var ends = try decoder.unkeyedContainer()
        try self.init(ends.decode(Double.self), ends.decode(Double.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var ends = encoder.unkeyedContainer()
        try ends.encode(lower)
        try ends.encode(upper)
    }
}

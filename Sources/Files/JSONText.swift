import Foundation

/// Records as JSON: keys sorted, slashes as they are. Everything that goes out as JSON passes here.
package enum JSONText {
    package enum Layout: Sendable {
        /// For people: with line breaks.
        case indented
        /// One of many lines.
        case line
    }

    /// - Parameter namesNonFinite: whether numbers that JSON cannot hold become "nan", "inf" and "-inf". Otherwise one
    ///   in a result is an error that names its place: a result with a hole must not look like a result.
    package static func data(
        _ record: some Encodable, _ layout: Layout = .indented, namesNonFinite: Bool = false
    ) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .indented { encoder.outputFormatting.insert(.prettyPrinted) }
        if namesNonFinite {
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        }
        do {
            return try encoder.encode(record)
        } catch EncodingError.invalidValue(let value, let context) {
            let steps = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? "." + key.stringValue }
            let place = steps.joined().drop { $0 == "." }
            throw FileFailure(
                .damaged,
                "the result holds \(value) at \(place.isEmpty ? "its top" : String(place)), which is no number; a "
                    + "model or "
                    + "file that went into it is damaged")
        }
    }
}

import Foundation

/// Why a statistic does not exist for the numbers given, as a sentence for the person who asked for it.
///
/// A t-test of one number or a correlation with a constant is not a zero and not a NaN: it is undefined,
/// and these cases say so.
package enum StatisticsError: Error, Equatable, Sendable {
    /// Fewer values than the statistic needs.
    case tooFew(what: String, needed: Int, found: Int)
    /// Nothing varies, so there is no scale to measure a difference with.
    case noVariation(what: String)
    /// Two lists that should be paired have different lengths.
    case unpaired(first: Int, second: Int)
    /// A value is NaN or infinite.
    case notFinite(what: String, index: Int)
    /// A parameter is outside its range.
    case outOfRange(what: String, value: Double, range: String)
}

extension StatisticsError: LocalizedError, CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooFew(let what, let needed, let found):
            let values = found == 1 ? "1 value" : "\(found) values"
            return "\(what) is undefined for \(values): at least \(needed) are needed."
        case .noVariation(let what):
            return "\(what) is undefined: the values do not vary, so there is no spread to measure with."
        case .unpaired(let first, let second):
            return "Paired values must come in equal numbers, but there are \(first) and \(second)."
        case .notFinite(let what, let index):
            return "\(what) holds a value that is not a finite number, at position \(index + 1)."
        case .outOfRange(let what, let value, let range):
            return "\(what) is \(value), but must be \(range)."
        }
    }

    package var errorDescription: String? { description }
}

/// Refuses lists that are too short or hold NaN or infinity, naming what they were for.
func requireFinite(_ values: [Double], atLeast needed: Int, for what: String) throws(StatisticsError) {
    guard values.count >= needed else {
        throw .tooFew(what: what, needed: needed, found: values.count)
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(what: what, index: index) }
}

/// Refuses confidence levels outside (0, 1).
func requireConfidence(_ confidence: Double) throws(StatisticsError) {
    guard confidence > 0, confidence < 1 else {
        throw .outOfRange(what: "The confidence level", value: confidence, range: "between 0 and 1")
    }
}

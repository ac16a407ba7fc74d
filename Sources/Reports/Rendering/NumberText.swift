import Foundation

/// Numbers as people read them. What is not a number is said in words, never printed as `nan`.
package enum NumberText {
    /// A fixed count of decimals: "22.57"; "undefined", "infinite", "minus infinite" where there is no number.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        if let word = word(for: value) { return word }
        if abs(value) >= 1e15 { return significant(value) }   // nobody reads three hundred digits
        let text = String(format: "%.\(max(0, decimals))f", value)
        // A negative number that rounds to nothing is zero to a reader.
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return (isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text).replacing("-", with: "−")
    }

    /// At most this many significant digits, no trailing zeros: "0.0502", "3", "1.23e+07".
    package static func significant(_ value: Double, digits: Int = 3) -> String {
        word(for: value) ?? String(format: "%.\(max(1, digits))g", value).replacing("-", with: "−")
    }

    /// A p value: three decimals where that says something, else with an exponent ("2.25e-9"), which other
    /// programs read.
    ///
    /// Zero can only be an underflow, so it is written as "< 1e-300".
    package static func pValue(_ p: Double) -> String {
        if let word = word(for: p) { return word }
        if p == 0 { return "< 1e-300" }
        if p >= 0.9995 { return "1.000" }
        if p >= 0.001 { return fixed(p, decimals: 3) }
        return String(format: "%.2e", p).replacing(/e-0*/, with: "e-")
    }

    /// A share of one: 0.713 is "71.3 %".
    package static func percent(_ share: Double, decimals: Int = 1) -> String {
        word(for: share) ?? fixed(100 * share, decimals: decimals) + " %"
    }

    /// Value and error with the same decimals: "22.571 ± 0.043". No error (one seed): the value alone.
    package static func plusMinus(_ value: Double, _ error: Double?, decimals: Int) -> String {
        let text = fixed(value, decimals: decimals)
        guard value.isFinite, let error, error.isFinite else { return text }
        return "\(text) ± \(fixed(error, decimals: decimals))"
    }

    /// Decimals at which the smallest of the errors still shows one digit, within `range`.
    package static func decimals(showing errors: [Double], within range: ClosedRange<Int> = 2...4) -> Int {
        guard let smallest = errors.filter({ $0.isFinite && $0 > 0 }).min() else { return range.lowerBound }
        return min(max(Int((-log10(smallest)).rounded(.up)), range.lowerBound), range.upperBound)
    }

    /// Seconds as "0.42 s", "8.3 s", "4 min 05 s" or "2 h 07 min".
    package static func duration(_ seconds: Double) -> String {
        if let word = word(for: seconds) { return word }
        if seconds < 1 { return fixed(seconds, decimals: 2) + " s" }
        if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
        guard seconds < 1e15 else { return significant(seconds) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        let minutes = (whole + 30) / 60
        return String(format: "%d h %02d min", minutes / 60, minutes % 60)
    }

    private static func word(for value: Double) -> String? {
        if value.isNaN { return "undefined" }
        if value.isInfinite { return value > 0 ? "infinite" : "minus infinite" }
        return nil
    }
}

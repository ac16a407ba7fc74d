/// A name or a value from outside (files, networks) for a sentence on a terminal: what a terminal cannot show, or would
/// obey, becomes visible as `\u{1B}`, and much becomes less. JSON needs none of this, it escapes by itself.
package func printable(_ text: String) -> String { printable(text, limit: 200) }

/// As many scalars as `limit`, the rest left out.
package func printable(_ text: String, limit: Int) -> String {
    var (result, count) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
        if count == limit { return String(result) + "…" }
        count += 1
        if scalar.isPrintable {
            result.append(scalar)
        } else {
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        }
    }
    return String(result)
}

extension Unicode.Scalar {
    /// Whether it has a shape of its own, steers no terminal and does not turn the direction of text.
    fileprivate var isPrintable: Bool {
        if (0x20..<0x7f).contains(value) { return true }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        default: return !properties.isDefaultIgnorableCodePoint
        }
    }
}

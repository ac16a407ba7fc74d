/// Comma-separated values after RFC 4180, for people with their own tools.
///
/// Numbers are written shortest-exact (reading them back gives the same bits) with a full stop; what is
/// absent is an empty field; what is not a number is `nan`, `inf` or `-inf`, as NumPy and R read it.
/// Lines end in a single newline, which the common readers accept. A text that a spreadsheet would take for a formula
/// (it begins with =, +, -, @, a tab or a line end) gets an apostrophe in front; numbers stay numbers.
package enum CSV {
    /// A heading and its rows.
    package static func text(heading: [String], rows: [[Field]]) -> String {
        ([heading.map(Field.text)] + rows)
            .map { $0.map(\.quoted).joined(separator: ",") + "\n" }
            .joined()
    }

    /// One value.
    package enum Field: Sendable, Equatable {
        case text(String)
        case number(Double)
        case integer(UInt64)
        case absent

        /// A number if there is one.
        package static func optional(_ value: Double?) -> Field { value.map(Field.number) ?? .absent }
        package static func count(_ value: Int) -> Field {
            value < 0 ? .number(Double(value)) : .integer(UInt64(value))
        }

        var quoted: String {
            switch self {
            case .absent: return ""
            case .number(let value): return value.isNaN ? "nan" : "\(value)"
            case .integer(let value): return String(value)
            case .text(let raw):
                let text = Self.defused(raw)
                // Scalars, not characters: "\r\n" is one character and would hide both of its halves.
                guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else {
                    return text
                }
                return "\"" + text.replacing("\"", with: "\"\"") + "\""
            }
        }

        private static func defused(_ text: String) -> String {
            guard let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) else {
                return text
            }
            let isNumber = text.wholeMatch(of: /[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?/) != nil
            return isNumber ? text : "'" + text
        }
    }
}

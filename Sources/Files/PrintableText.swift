import Foundation

// Text from outside (files, networks) on a terminal: what a terminal cannot show, or would obey, becomes visible as
// `\u{1B}`, and much becomes less.

/// A name or a value within a sentence.
package func printable(_ text: String) -> String { printable(text, limit: 200) }

/// At most `limit` scalars of a text, the rest left out.
package func printable(_ text: String, limit: Int) -> String {
    let start = text.unicodeScalars.prefix(limit)
    return visible(start) + (start.endIndex == text.unicodeScalars.endIndex ? "" : "…")
}

/// A whole sentence with names in it. Of a very long one the beginning stays, which tells what is wrong, and the end,
/// which tells what to do.
package func printableSentence(_ sentence: String) -> String {
    let scalars = sentence.unicodeScalars
    guard let cut = scalars.index(scalars.startIndex, offsetBy: 1000, limitedBy: scalars.endIndex),
        cut < scalars.endIndex
    else { return visible(scalars) }
    return visible(scalars.prefix(600)) + " … " + visible(scalars.suffix(300))
}

/// Lines of text for people, such as a table: line ends stay.
package func printableLines(_ text: String) -> String { visible(text.unicodeScalars, keeping: "\n") }

/// The same JSON with `\u202e` for every scalar that a terminal would obey. JSON escapes only those below a blank.
package func terminalSafe(json: Data) -> Data {
    guard json.contains(where: { $0 >= 0x7f }) else { return json }
    var result = ""
    for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
        if scalar.isPrintable || scalar.value < 0x20 {   // the latter are JSON's own line ends
            result.unicodeScalars.append(scalar)
        } else {
            for unit in Character(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
    return Data(result.utf8)
}

private func visible(_ scalars: some Sequence<Unicode.Scalar>, keeping kept: Unicode.Scalar? = nil) -> String {
    var result = String.UnicodeScalarView()
    for scalar in scalars {
        if scalar.isPrintable || scalar == kept {
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
        default: return !properties.isDefaultIgnorableCodePoint || value == 0xFE0F   // the colours of an emoji
        }
    }
}

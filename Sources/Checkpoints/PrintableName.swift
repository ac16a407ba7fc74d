/// A name from outside for a sentence on a terminal: control characters become their numbers, much becomes less.
package func printable(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars.prefix(200) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return name.unicodeScalars.dropFirst(200).isEmpty ? result : result + "…"
}

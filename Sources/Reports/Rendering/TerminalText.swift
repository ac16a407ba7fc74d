import SynFiles

/// Text that is safe and aligned on a terminal.
package enum TerminalText {
    /// One line without control characters: a caption from a file cannot move the cursor or change colours.
    package static func safe(_ text: String, limit: Int = .max) -> String {
        let ends: Set<Unicode.Scalar> = ["\t", "\n", "\r", "\u{2028}", "\u{2029}"]
        let line = String(String.UnicodeScalarView(text.unicodeScalars.map { ends.contains($0) ? " " : $0 }))
        return printable(line, limit: limit)
    }

    /// Columns a terminal gives to a line: two for East Asian wide characters and emoji, none for marks.
    ///
    /// An approximation by ranges; terminals themselves disagree on the newest emoji.
    package static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }

    /// A sentence broken at blanks into lines of at most `columns`; a longer word stands alone.
    package static func wrapped(_ text: String, columns: Int = 100, indent: String = "") -> [String] {
        var lines: [String] = []
        var line = ""
        for word in safe(text).split(separator: " ") {
            if !line.isEmpty, width(indent) + width(line) + 1 + width(String(word)) > columns {
                lines.append(indent + line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        if !line.isEmpty { lines.append(indent + line) }
        return lines
    }

    /// A sentence as a block of lines, ended by a newline.
    static func paragraph(_ text: String) -> String {
        wrapped(text).joined(separator: "\n") + "\n"
    }

    static func trimmedRight(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}

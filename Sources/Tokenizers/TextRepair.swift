import Foundation

/// Texts as CLIP's first tokenizer wants them: repaired as `ftfy.fix_text` 6.3.1 does it, entities of HTML resolved,
/// runs of white space one blank, in lower case as Python makes it.
///
/// Equal to the original but for scalars that entered Unicode after version 9 and compose, and for entities within
/// entities more than a hundred deep.
package enum TextRepair {
    package typealias Scalars = [Unicode.Scalar]

    static let mostRounds = 100

    package static func clean(_ text: Scalars) -> Scalars {
        let repaired = HTMLEntities.unescape(HTMLEntities.unescape(repair(text)))
        return Lowercase.ofWords(collapsed(repaired))
    }

    /// `ftfy.fix_text`: line by line, each until nothing changes.
    static func repair(_ text: Scalars) -> Scalars {
        var result: Scalars = []
        var start = 0
        var resolvesEntities = true   // until a line looks like HTML
        while start < text.count {
            let lineEnd = text[start...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
            let end = min(lineEnd, start + longestLine)
            let line = Array(text[start..<end])
            if line.contains("<") { resolvesEntities = false }
            result += repairLine(line, resolvesEntities)
            start = end
        }
        return result
    }

    private static let longestLine = 1_000_000

    private static func repairLine(_ line: Scalars, _ resolvesEntities: Bool) -> Scalars {
        var line = line
        for _ in 0..<mostRounds {
            var next = resolvesEntities ? HTMLEntities.unescapeCertain(line) : line
            if next.contains(where: { $0.value >= 0x80 }) {
                next = MojibakeRepair.withoutControls(MojibakeRepair.repair(next))
                next = next.flatMap(plain)
            }
            next = CanonicalForm.compose(withoutControls(withoutEscapes(withLineFeeds(next))))
            if next == line { break }
            line = next
        }
        return line
    }

    /// Ligatures as letters, full and half width as usual, quotes straight.
    private static func plain(_ scalar: Unicode.Scalar) -> Scalars {
        switch scalar.value {
        case 0x132...0x133, 0x149, 0x1c4...0x1cc, 0x1f1...0x1f3, 0xfb00...0xfb06:
            return Array((ligatures[scalar] ?? String(scalar)).unicodeScalars).flatMap { plain($0) }
        case 0x3000: return [" "]
        case 0xff01...0xffef: return Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
        case 0x2bc, 0x2018...0x201b: return ["'"]
        case 0x201c...0x201f: return ["\""]
        default: return [scalar]
        }
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "Ĳ": "IJ", "ĳ": "ij", "ŉ": "ʼn", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ",
        "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl",
        "ﬅ": "ſt", "ﬆ": "st",
    ]

    private static func withLineFeeds(_ text: Scalars) -> Scalars {
        var result: Scalars = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case "\r" where index + 1 < text.count && text[index + 1] == "\n": break
            case "\r", "\u{2028}", "\u{2029}", "\u{85}": result.append("\n")
            default: result.append(scalar)
            }
        }
        return result
    }

    /// Without what colours a terminal: ESC, "[", digits and semicolons, a letter.
    private static func withoutEscapes(_ text: Scalars) -> Scalars {
        guard text.contains("\u{1b}") else { return text }
        var result: Scalars = []
        var index = 0
        while index < text.count {
            if text[index] == "\u{1b}", index + 1 < text.count, text[index + 1] == "[" {
                var end = index + 2
                while end < text.count, text[end] == ";" || text[end].properties.generalCategory == .decimalNumber {
                    end += 1
                }
                if end < text.count, text[end].isASCIILetter {
                    index = end + 1
                    continue
                }
            }
            result.append(text[index])
            index += 1
        }
        return result
    }

    private static func withoutControls(_ text: Scalars) -> Scalars {
        text.filter { scalar in
            switch scalar.value {
            case 0x00...0x08, 0x0b, 0x0e...0x1f, 0x7f, 0x206a...0x206f, 0xfeff, 0xfff9...0xfffc: false
            default: true
            }
        }
    }

    private static func collapsed(_ text: Scalars) -> Scalars {
        var result: Scalars = []
        for scalar in text {
            if !scalar.isSpace {
                result.append(scalar)
            } else if let last = result.last, last != " " {
                result.append(" ")
            }
        }
        if result.last == " " { result.removeLast() }
        return result
    }
}

/// Lower case as Python's `str.lower`: a Σ at the end of a word is ς.
enum Lowercase {
    static func ofWords(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            if scalar == "Σ" {
                result.append(endsWord(text, index) ? "ς" : "σ")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    private static func endsWord(_ text: [Unicode.Scalar], _ index: Int) -> Bool {
        let before = text[..<index].last { !$0.properties.isCaseIgnorable }
        let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}

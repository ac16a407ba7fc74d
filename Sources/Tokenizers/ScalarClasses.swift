/// What a Unicode scalar is, as Hugging Face's `tokenizers` 0.23 sees it.
///
/// That library reads its classes from sources of different age, and ids depend on them. BERT's cleaning,
/// accents and punctuation use the general categories of Unicode 8.0; the expressions of byte-level and CLIP
/// splitting use Unicode 16.0; white space is the property `White_Space`. Swift's tables are newer, so a scalar
/// counts only if it was assigned by then (`age`), and the few scalars whose category changed since are named.
/// The test `ScalarClassesTests` compares every scalar there is.
extension Unicode.Scalar {
    package var isSpace: Bool {
        if value < 0x80 { return value == 0x20 || (value >= 9 && value <= 13) }
        return properties.isWhitespace
    }

    // MARK: Unicode 16.0, for the expressions `\p{L}` and `\p{N}`

    package enum Kind: UInt8 { case space, letter, number, other }

    package var kind: Kind {
        if value < 0x80 {
            switch value {
            case 0x41...0x5a, 0x61...0x7a: return .letter
            case 0x30...0x39: return .number
            default: return isSpace ? .space : .other
            }
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return wasAssigned(by: 16) ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            return wasAssigned(by: 16) ? .number : .other
        default:
            return properties.isWhitespace ? .space : .other
        }
    }

    // MARK: Unicode 8.0, for BERT

    /// Dropped by BERT's cleaning: NUL, U+FFFD, control, format and private-use scalars; not tab, line feed, return.
    package var isDroppedByCleaning: Bool {
        if value < 0x80 { return (value < 0x20 && value != 9 && value != 10 && value != 13) || value == 0x7f }
        switch properties.generalCategory {
        case .control, .format, .privateUse: return wasAssigned(by: 8)
        default: return value == 0xfffd
        }
    }

    /// All of ASCII that is neither letter, digit, space nor control; beyond it the categories P*.
    package var isBertPunctuation: Bool {
        if value < 0x80 {
            switch value {
            case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: return true
            default: return false
            }
        }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return wasAssigned(by: 8)
        default:
            return value == 0x166d || value == 0x111c9
        }
    }

    /// Mn: what "strip accents" removes after canonical decomposition.
    package var isAccent: Bool {
        if value < 0x300 { return false }
        switch value {
        case 0x1734, 0x1171e: return true
        case 0x1885, 0x1886, 0xa9bd, 0x111c9: return false
        default: return properties.generalCategory == .nonspacingMark && wasAssigned(by: 8)
        }
    }

    /// The blocks BERT sets apart with blanks. U+2B820 to U+2B91F are missing in the original; so they are here.
    package var isBertIdeograph: Bool {
        if value < 0x3400 { return false }
        switch value {
        case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x2a6df, 0x2a700...0x2b81f,
            0x2b920...0x2ceaf, 0x2f800...0x2fa1f:
            return true
        default:
            return false
        }
    }

    // MARK: For added tokens that only match whole words

    /// `\w`: alphabetic scalars, marks, decimal digits, connectors and joiners.
    var isWordPart: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }

    func wasAssigned(by major: Int) -> Bool {
        guard let age = properties.age else { return false }
        return age.major < major || (age.major == major && age.minor == 0)
    }
}

extension [UInt8] {
    /// Appends a scalar's UTF-8.
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 { append(UInt8(scalar.value)) } else { append(contentsOf: scalar.utf8) }
    }
}

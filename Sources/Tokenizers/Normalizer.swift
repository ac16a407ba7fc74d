import Foundation

/// What happens to a text before it is cut into words.
indirect enum Normalizer: Sendable {
    case bert(cleans: Bool, separatesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool)
    case composed  // NFC
    case decomposed  // NFD
    case lowercased
    /// Each run of white space becomes one blank.
    case blanksCollapsed
    case replaced([Unicode.Scalar], by: [Unicode.Scalar])
    case sequence([Normalizer])

    /// CLIP's.
    static let clip = Normalizer.sequence([.composed, .blanksCollapsed, .lowercased])

    func callAsFunction(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        switch self {
        case .bert(let cleans, let separatesIdeographs, let stripsAccents, let lowercases):
            var text = text
            if cleans { text = Self.clean(text) }
            if separatesIdeographs { text = Self.setApart(text) }
            if stripsAccents { text = Self.decompose(text).filter { !$0.isAccent } }
            return lowercases ? Self.lowercase(text) : text
        case .composed: return Self.compose(text)
        case .decomposed: return Self.decompose(text)
        case .lowercased: return Self.lowercase(text)
        case .blanksCollapsed: return Self.collapseBlanks(text)
        case .replaced(let old, let new): return Self.replace(old, by: new, in: text)
        case .sequence(let steps): return steps.reduce(text) { $1($0) }
        }
    }

    private static func clean(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text where !scalar.isDroppedByCleaning { result.append(scalar.isSpace ? " " : scalar) }
        return result
    }

    private static func setApart(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: \.isBertIdeograph) else { return text }
        return text.flatMap { $0.isBertIdeograph ? [" ", $0, " "] : [$0] }
    }

    /// Scalar by scalar, without looking at neighbours: a final Σ becomes σ, İ becomes i and a dot above.
    private static func lowercase(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value < 0x80 {
                let isCapital = scalar.value >= 0x41 && scalar.value <= 0x5a
                result.append(isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    private static func collapseBlanks(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var previousIsBlank = false
        for scalar in text {
            let isBlank = scalar.isSpace
            if !isBlank { result.append(scalar) } else if !previousIsBlank { result.append(" ") }
            previousIsBlank = isBlank
        }
        return result
    }

    private static func replace(
        _ old: [Unicode.Scalar], by new: [Unicode.Scalar], in text: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        guard !old.isEmpty else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: old) {
                result += new
                index += old.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// Below U+0300 nothing composes; below U+00C0 nothing decomposes.
    private static func compose(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { $0.value >= 0x300 }) else { return text }
        return joinHangul(Array(string(text).precomposedStringWithCanonicalMapping.unicodeScalars))
    }

    /// A Hangul syllable without final consonant, followed by one, is one syllable: NFC says so, Foundation forgets it
    /// where the first part came composed.
    private static func joinHangul(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { (0x11a8...0x11c2).contains($0.value) }) else { return text }
        var result: [Unicode.Scalar] = []
        for scalar in text {
            if let last = result.last?.value, (0xac00...0xd7a3).contains(last), (last - 0xac00) % 28 == 0,
                (0x11a8...0x11c2).contains(scalar.value), let joined = Unicode.Scalar(last + scalar.value - 0x11a7)
            {
                result[result.count - 1] = joined
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    private static func decompose(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { $0.value >= 0xc0 }) else { return text }
        return Array(string(text).decomposedStringWithCanonicalMapping.unicodeScalars)
    }

    /// The text as a `String`. Three Tibetan vowel signs that decompose into marks are spelled out first: the standard
    /// library takes them for starters and would not sort the marks around them.
    private static func string(_ text: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text {
            switch scalar.value {
            case 0xf73: view.append(contentsOf: ["\u{f71}", "\u{f72}"])
            case 0xf75: view.append(contentsOf: ["\u{f71}", "\u{f74}"])
            case 0xf81: view.append(contentsOf: ["\u{f71}", "\u{f80}"])
            default: view.append(scalar)
            }
        }
        return String(view)
    }
}

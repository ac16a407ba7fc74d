import Foundation

/// Unicode's canonical forms NFD and NFC, by the standard's own steps: decompose, sort the marks, compose.
///
/// Foundation is asked about single scalars and pairs only. Given whole strings, as of Swift 6.3 it leaves marks
/// unsorted around U+0F73, U+0F75 and U+0F81, joins the old Korean letters U+1176 and U+11C3, forgets a final consonant
/// after a syllable that came composed, and composes some scalars above U+FFFF as if they were others.
enum CanonicalForm {
    /// Below U+00C0 nothing decomposes.
    static func decompose(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { $0.value >= 0xc0 }) else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value >= 0xc0, scalar.wasAssigned(by: version) {
                result += decomposition(scalar)
            } else {
                result.append(scalar)
            }
        }
        sortMarks(&result)
        return result
    }

    /// Below U+0300 nothing composes.
    static func compose(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { $0.value >= 0x300 }) else { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var starter: Int?   // in the result: the last scalar that is no mark
        var lastClass: UInt8 = 0   // of the scalars kept since then
        for scalar in decompose(text) {
            let order = combiningClass(scalar)
            // A mark joins the starter if none of the same class stands between; anything else only as its neighbour.
            if let starter, starter == result.count - 1 || (lastClass < order && lastClass > 0),
                let joined = joined(result[starter], scalar)
            {
                result[starter] = joined
                continue
            }
            if order == 0 { starter = result.count }
            lastClass = order
            result.append(scalar)
        }
        return result
    }

    /// Stable, by combining class, between scalars of class 0.
    private static func sortMarks(_ text: inout [Unicode.Scalar]) {
        var index = 0
        while index < text.count {
            guard combiningClass(text[index]) > 0 else {
                index += 1
                continue
            }
            var end = index + 1
            while end < text.count, combiningClass(text[end]) > 0 { end += 1 }
            if end > index + 1 {
                let sorted = text[index..<end].enumerated().sorted {
                    (combiningClass($0.element), $0.offset) < (combiningClass($1.element), $1.offset)
                }
                text.replaceSubrange(index..<end, with: sorted.map(\.element))
            }
            index = end
        }
    }

    /// The version of Unicode whose tables `tokenizers` has for this.
    private static let version = 9

    private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
        if scalar.value < 0x300 { return 0 }
        let order = scalar.properties.canonicalCombiningClass.rawValue
        return order > 0 && scalar.wasAssigned(by: version) ? order : 0
    }

    /// The scalar that is canonically these two, if there is one that NFC makes.
    private static func joined(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch (first.value, second.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return Unicode.Scalar(0xac00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28)
        case (0xac00...0xd7a3, 0x11a8...0x11c2) where (first.value - 0xac00) % 28 == 0:
            return Unicode.Scalar(first.value + second.value - 0x11a7)
        case (0xcca, 0xcd5): return "\u{ccb}"   // the one pair Foundation does not join
        case (_, ..<0x300): return nil
        default:
            switch second.properties.generalCategory {
            case .nonspacingMark, .spacingMark:
                let composed = string([first, second]).precomposedStringWithCanonicalMapping.unicodeScalars
                guard composed.count == 1, let joined = composed.first, joined.wasAssigned(by: version),
                    decomposition(joined) == decomposition(first) + [second]
                else { return nil }
                return joined
            default: return nil
            }
        }
    }

    private static func decomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

import Foundation

/// SentencePiece's compiled table of what becomes of characters (`precompiled_charsmap`): a double-array trie (Aoe
/// 1989; the layout of darts-clone), whose leaves point at texts that end with a zero.
///
/// As in `tokenizers`, a grapheme below six bytes is looked up as one, and then scalar by scalar; of the entries that
/// begin it, the shortest counts, and stands for all of it.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let texts: [UInt8]
    /// Bytes of the longest text.
    let longest: Int

    /// Nil for bytes that are no such table.
    init?(base64: String) {
        guard let data = Data(base64Encoded: base64), data.count >= 4 else { return nil }
        let bytes = [UInt8](data)
        func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) } }
        let size = Int(word(0))
        guard size > 0, size % 4 == 0, size <= bytes.count - 4 else { return nil }
        units = stride(from: 4, to: 4 + size, by: 4).map(word)
        texts = Array(bytes[(4 + size)...])
        longest = texts.split(separator: 0).map(\.count).max() ?? 0
    }

    func callAsFunction(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for grapheme in String(view) {
            if grapheme.utf8.count < 6, let found = replacement(grapheme.utf8) {
                result += found
                continue
            }
            for scalar in grapheme.unicodeScalars {
                if let found = replacement(String(scalar).utf8) {
                    result += found
                } else {
                    result.append(scalar)
                }
            }
        }
        return result
    }

    /// What the shortest entry that begins these bytes stands for.
    private func replacement(_ bytes: some Sequence<UInt8>) -> String.UnicodeScalarView? {
        guard let leaf = shortestEntry(bytes), leaf < texts.count else { return nil }
        return String(decoding: texts[leaf...].prefix { $0 != 0 }, as: UTF8.self).unicodeScalars
    }

    /// Where the text of that entry begins.
    private func shortestEntry(_ bytes: some Sequence<UInt8>) -> Int? {
        var node = Int(Self.offset(units[0]))
        for byte in bytes where byte != 0 {
            node ^= Int(byte)
            guard node < units.count else { return nil }
            let unit = units[node]
            guard unit & 0x8000_00ff == UInt32(byte) else { return nil }
            node ^= Int(Self.offset(unit))
            guard node < units.count else { return nil }
            if unit >> 8 & 1 == 1 { return Int(units[node] & 0x7fff_ffff) }
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & 1 << 9) >> 6) }
}

/// WordPiece: the longest piece of the vocabulary that begins the word, then the longest `##piece` that goes on.
///
/// A word that cannot be spelled so, or is longer than `longestWord` scalars, becomes one unknown token.
struct WordPiece: Sendable {
    let vocabulary: Vocabulary
    let unknown: Int32
    var continuation: [UInt8] = Array("##".utf8)
    var longestWord = 100

    /// Longer pieces, which no vocabulary has, would make the search for the longest that fits slow.
    private static let longestPiece = 4096

    init(vocabulary: Vocabulary, unknown name: String, in file: String) throws {
        guard let unknown = vocabulary.id(of: name) else {
            throw TokenizerError("\(file) lacks the token \(name) for words it cannot spell.")
        }
        guard vocabulary.longestPiece <= Self.longestPiece else {
            throw TokenizerError("\(file) has a piece of \(vocabulary.longestPiece) bytes; is it a vocabulary?")
        }
        (self.vocabulary, self.unknown) = (vocabulary, unknown)
    }

    func append(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        guard word.count <= longestWord else { return ids.append(unknown) }
        // The word's bytes follow the continuation mark, so that "mark + rest" is a slice where nothing precedes it.
        var bytes = continuation
        for scalar in word { bytes.append(scalar) }
        let before = ids.count
        var start = continuation.count
        while start < bytes.count {
            let first = start == continuation.count
            let from = first ? start : start - continuation.count
            if !first { bytes.replaceSubrange(from..<start, with: continuation) }
            guard let (id, count) = vocabulary.longestPiece(of: bytes[from...], longerThan: start - from) else {
                ids.removeSubrange(before...)
                return ids.append(unknown)
            }
            ids.append(id)
            start = from + count
        }
    }
}

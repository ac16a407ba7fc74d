/// WordPiece: the longest piece of the vocabulary that begins the word, then the longest `##piece` that goes on.
///
/// A word that cannot be spelled so, or is longer than `longestWord` scalars, becomes one unknown token.
struct WordPiece: Sendable {
    let vocabulary: Vocabulary
    let unknown: Int32
    var continuation: [UInt8] = Array("##".utf8)
    var longestWord = 100

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
            var end = min(bytes.count, from + vocabulary.longestPiece)
            while end > start, end < bytes.count, bytes[end] & 0xc0 == 0x80 { end -= 1 }
            var found: Int32?
            while end > start {
                found = vocabulary.id(of: bytes[from..<end])
                if found != nil { break }
                repeat { end -= 1 } while end > start && bytes[end] & 0xc0 == 0x80
            }
            guard let found else {
                ids.removeSubrange(before...)
                return ids.append(unknown)
            }
            ids.append(found)
            start = end
        }
    }
}

/// Unigram (Kudo 2018), as SentencePiece and `tokenizers` read it: of all ways to spell a word with pieces of the
/// vocabulary the most probable one, the sum of its pieces' log probabilities being the largest.
///
/// A scalar that no piece spells costs ten more than the least probable piece; neighbouring ones become one unknown
/// token, or, with `byte_fallback`, their bytes.
struct Unigram: Sendable {
    let vocabulary: Vocabulary
    /// The log probability of each id.
    private let scores: [Double]
    let unknown: Int32?
    /// The ids of `<0x00>` to `<0xFF>`; nil where bytes do not stand in for unknown text.
    private let bytes: [Int32]?
    private let unknownScore: Double

    /// Longer pieces, which no vocabulary has, would make every look-up slow.
    private static let longestPiece = 4096
    /// What an unknown scalar costs beyond the least probable piece.
    private static let penalty = 10.0

    /// - Parameter pieces: in the order of their ids, with their log probabilities.
    init(
        _ pieces: [(piece: [UInt8], score: Double)], unknown: Int?, fallsBackToBytes: Bool, in file: String
    ) throws {
        guard !pieces.isEmpty else { throw TokenizerError("\(file): its Unigram model has no pieces.") }
        if let unknown, !pieces.indices.contains(unknown) {
            throw TokenizerError("\(file): \"unk_id\" is \(unknown), but there are \(pieces.count) pieces.")
        }
        var vocabulary = Vocabulary(expecting: pieces.count)
        for (id, entry) in pieces.enumerated() {
            guard entry.score.isFinite, abs(entry.score) < 1e100 else {
                throw TokenizerError("\(file): the log probability of piece \(id) is \(entry.score).")
            }
            vocabulary.add(entry.piece[...], id: Int32(id))
        }
        guard vocabulary.longestPiece <= Self.longestPiece else {
            throw TokenizerError("\(file) has a piece of \(vocabulary.longestPiece) bytes; is it a vocabulary?")
        }
        self.vocabulary = vocabulary
        scores = pieces.map(\.score)
        self.unknown = unknown.map(Int32.init)
        unknownScore = (scores.min() ?? 0) - Self.penalty
        let found = (0..<256).compactMap { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>")
        }
        bytes = fallsBackToBytes && found.count == 256 ? found : nil
        guard self.unknown != nil || bytes != nil else {
            throw TokenizerError(
                "\(file): its Unigram model has no unknown token (\"unk_id\") for what it cannot spell.")
        }
    }

    /// The best way to spell the beginning of a word.
    private struct Path {
        var score = 0.0
        /// Where its last piece begins; nil where nothing ends here.
        var start: Int?
        /// Nil for an unknown scalar.
        var id: Int32?
    }

    func append(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        var text: [UInt8] = []
        for scalar in word { text.append(scalar) }
        var pieces: [Range<Int>] = []
        let best = paths(text)
        var (end, unknownEnd) = (text.count, Int?.none)
        while end > 0, let start = best[end].start {
            if best[end].id == nil || best[end].id == unknown {
                unknownEnd = unknownEnd ?? end
            } else {
                if let last = unknownEnd { pieces.append(end..<last) }
                unknownEnd = nil
                pieces.append(start..<end)
            }
            end = start
        }
        if let last = unknownEnd { pieces.append(0..<last) }
        for piece in pieces.reversed() { append(text[piece], to: &ids) }
    }

    /// A piece, or text that is none.
    private func append(_ text: ArraySlice<UInt8>, to ids: inout [Int32]) {
        if let id = vocabulary.id(of: text) {
            ids.append(id)
        } else if let bytes {
            ids += text.map { bytes[Int($0)] }
        } else if let unknown {
            ids.append(unknown)
        }
    }

    /// For every place in the text, by bytes, the best way to get there (Viterbi). Of equal ones the one found first
    /// counts: the one whose last piece is longest.
    private func paths(_ text: [UInt8]) -> [Path] {
        var best = [Path](repeating: Path(), count: text.count + 1)
        func offer(_ end: Int, _ score: Double, from start: Int, _ id: Int32?) {
            guard best[end].start == nil || score > best[end].score else { return }
            best[end] = Path(score: score, start: start, id: id)
        }
        var start = 0
        while start < text.count {
            let score = best[start].score
            var next = start + 1
            while next < text.count, text[next] & 0xc0 == 0x80 { next += 1 }
            var isSpelled = false
            vocabulary.forEachPiece(beginning: text[start...]) { id, count in
                offer(start + count, score + scores[Int(id)], from: start, id)
                if start + count == next { isSpelled = true }
            }
            if !isSpelled { offer(next, score + unknownScore, from: start, nil) }
            start = next
        }
        return best
    }
}

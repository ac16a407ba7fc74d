/// Learns a WordPiece vocabulary from texts, as BERT's tokenizer needs it.
///
/// The texts are cleaned and cut as that tokenizer will do it. Pieces start as single scalars and grow by joining the
/// most frequent pair of neighbours (byte-pair learning, as in Hugging Face's trainer; Google's own was never
/// published). Printable ASCII is always in the vocabulary, so that plain English never becomes `[UNK]`.
package struct WordPieceTrainer: Sendable {
    /// Pieces wanted, special tokens included; fewer come out if the texts have no more pairs.
    package var vocabularySize: Int
    package var lowercases: Bool
    /// Pairs seen less often are not joined.
    package var minimumFrequency: Int

    package static let specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    package init(vocabularySize: Int, lowercases: Bool = true, minimumFrequency: Int = 2) {
        self.vocabularySize = vocabularySize
        self.lowercases = lowercases
        self.minimumFrequency = minimumFrequency
    }

    package func train(on texts: some Sequence<String>) throws -> TrainedVocabulary {
        let normalizer = Normalizer.bert(
            cleans: true, separatesIdeographs: true, stripsAccents: lowercases, lowercases: lowercases)
        var counts = WordCounts()
        for text in texts {
            for word in PreTokenizer.bert(normalizer(Array(text.unicodeScalars))[...]) where word.count <= 100 {
                counts.add(word)
            }
        }
        let words = counts.all

        var growing = GrowingVocabulary(Self.specials)
        var alphabet = Set((0x21...0x7e).compactMap(Unicode.Scalar.init))
        if lowercases { alphabet = alphabet.filter { !(0x41...0x5a).contains($0.value) } }
        for (word, _) in words { alphabet.formUnion(word) }
        let sorted = alphabet.sorted { $0.value < $1.value }
        for scalar in sorted { _ = growing.add(String(scalar)) }
        for scalar in sorted where !scalar.isBertPunctuation { _ = growing.add("##" + String(scalar)) }
        try growing.check(vocabularySize, "the special tokens and every character with and without ##")

        var learner = PairLearner(
            words.map { word, count in
                (word.enumerated().map { growing.add(($0 > 0 ? "##" : "") + String($1)) }, count)
            })
        while growing.count < vocabularySize, let (pair, count) = learner.mostFrequent(), count >= minimumFrequency {
            let joined = growing[pair.left] + String(growing[pair.right].unicodeScalars.dropFirst(2))
            learner.merge(pair, into: growing.add(joined))
        }
        return TrainedVocabulary(style: .wordPiece(lowercases: lowercases), pieces: growing.pieces, merges: [])
    }
}

/// Pieces with ids in the order they came.
struct GrowingVocabulary {
    private(set) var pieces: [String] = []
    private var table = ByteTable()

    init(_ pieces: [String] = []) { for piece in pieces { _ = add(piece) } }

    var count: Int { pieces.count }

    subscript(id: Int32) -> String { pieces[Int(id)] }

    /// The id of a piece, new or old.
    mutating func add(_ piece: String) -> Int32 {
        let id = table.insert(Array(piece.utf8)[...])
        if id == pieces.count { pieces.append(piece) }
        return Int32(id)
    }

    func check(_ size: Int, _ what: String) throws {
        guard count <= size else {
            throw TokenizerError(
                "A vocabulary of \(size) pieces is too small: \(what) are \(count). Ask for more pieces.")
        }
    }
}

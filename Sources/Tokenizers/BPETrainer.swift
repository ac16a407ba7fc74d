/// Learns a byte-pair vocabulary from texts, laid out as CLIP's: the 256 bytes, the 256 bytes at a word's end
/// (`</w>`), one piece for each merge, `<|startoftext|>` and `<|endoftext|>`.
///
/// No text is unknown to it: whatever was not learned is spelled in bytes.
package struct BPETrainer: Sendable {
    /// Pieces wanted, at least 514; fewer come out if the texts have no more pairs.
    package var vocabularySize: Int
    /// Pairs seen less often are not merged.
    package var minimumFrequency: Int

    package static let specials = ["<|startoftext|>", "<|endoftext|>"]

    package init(vocabularySize: Int, minimumFrequency: Int = 2) {
        self.vocabularySize = vocabularySize
        self.minimumFrequency = minimumFrequency
    }

    package func train(on texts: some Sequence<String>) throws -> TrainedVocabulary {
        var counts = WordCounts()
        for text in texts {
            let normalized = Normalizer.clip(Array(text.unicodeScalars))
            for word in PreTokenizer.clipBytes(normalized[...]) { counts.add(word) }
        }

        let bytes = ByteAlphabet.numbered.map { String($0) }
        var growing = GrowingVocabulary(bytes + bytes.map { $0 + "</w>" })
        let room = vocabularySize - Self.specials.count
        try growing.check(room, "the 256 bytes with and without </w>, besides the two special tokens,")

        var learner = PairLearner(
            counts.all.map { word, count in
                let last = word.count - 1
                return (word.enumerated().map { growing.add(String($1) + ($0 == last ? "</w>" : "")) }, count)
            })
        var merges: [TrainedVocabulary.Merge] = []
        while growing.count < room, let (pair, count) = learner.mostFrequent(), count >= minimumFrequency {
            let merge = TrainedVocabulary.Merge(left: growing[pair.left], right: growing[pair.right])
            merges.append(merge)
            learner.merge(pair, into: growing.add(merge.left + merge.right))
        }
        return TrainedVocabulary(style: .clip, pieces: growing.pieces + Self.specials, merges: merges)
    }
}

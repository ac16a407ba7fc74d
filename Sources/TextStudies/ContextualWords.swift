import SynEmbedding
import SynModels
import SynStatistics
import SynTensors

/// Words drawn once from sentences, and where their last sub-tokens stand for an encoder: the contextual word vectors
/// of Wolfe and Caliskan (2022), the same words in the same sentences for every encoder and layer.
///
/// A word is a longest run of letters. Its last sub-token is the last token of the sentence cut after the word, which
/// every tokenizer here spells as it spells the whole sentence's beginning; where one does not, the word is left out.
package struct ContextualWords: Sendable {
    /// A sentence and the sentence up to the word's end.
    struct Word: Sendable, Hashable {
        let text: Int
        let beginning: String
    }

    let texts: [String]
    let words: [Word]

    /// Draws `count` words, or takes all where there are fewer, without drawing one twice.
    package init(from texts: [String], count: Int, seed: UInt64) {
        self.texts = ScoredPairs.unique(texts)
        var generator = SeededGenerator(seed: seed)
        var all: [(key: UInt64, word: Word)] = []
        for (place, text) in self.texts.enumerated() {
            let scalars = text.unicodeScalars
            var index = scalars.startIndex
            while index < scalars.endIndex {
                let isLetter = scalars[index].properties.isAlphabetic
                index = scalars.index(after: index)
                if isLetter, index == scalars.endIndex || !scalars[index].properties.isAlphabetic {
                    all.append((generator.next(), Word(text: place, beginning: String(scalars[..<index]))))
                }
            }
        }
        words = all.sorted { $0.key < $1.key }.prefix(count).map(\.word)
    }

    /// Every layer's vectors of the words, each [n, hidden], and how many words were left out.
    func layers(
        of model: TextEmbedder, progress: (Int, Int) throws -> Void
    ) throws -> (layers: [Tensor], count: Int, leftOut: Int) {
        var places: [Int: [(token: Int, row: Int)]] = [:]
        var (whole, count) = ([Int: TextReader.Ids](), 0)
        for word in words {
            let ids = try whole[word.text] ?? model.ids(texts[word.text], .own)
            whole[word.text] = ids
            let beginning = Array(try model.ids(word.beginning, .own).inner)
            guard !model.reader.isTooLong(ids), !beginning.isEmpty, ids.inner.starts(with: beginning)
            else { continue }
            places[word.text, default: []].append(((ids.hasStart ? 1 : 0) + beginning.count - 1, count))
            count += 1
        }
        let order = places.keys.sorted()
        let lists = order.compactMap { whole[$0]?.ids }
        var tables: [VectorTable] = []
        let total = lists.reduce(0) { $0 + $1.count }
        var done = 0
        try model.forEachBatch(of: lists, .tokens(2048)) {
            try model.encoder.hiddenStates(ids: $0)
        } take: { batch, states in
            let wanted = batch.enumerated().flatMap { row, place in
                (places[order[place]] ?? []).map { (row: row, token: $0.token, to: $0.row) }
            }
            for (layer, states) in states.enumerated() {
                if tables.count <= layer { tables.append(VectorTable(rows: count)) }
                let time = states.size(1)
                let vectors = states.reshaped([states.size(0) * time, states.size(2)])
                    .rows(at: wanted.map { $0.row * time + $0.token })   // [words, hidden]
                tables[layer].put(vectors, at: wanted.map(\.to))
            }
            done += batch.reduce(0) { $0 + lists[$1].count }
            try progress(done, total)
        }
        let owner = places.flatMap { text, found in found.map { ($0.row, text) } }
            .reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
        for table in tables {
            try model.check(
                table.tensor, rows: ArraySlice(0..<count), ids: { owner[$0].flatMap { whole[$0]?.ids } ?? [] },
                text: { owner[$0].map { texts[$0] } ?? "" })
        }
        return (tables.map(\.tensor), count, words.count - count)
    }
}

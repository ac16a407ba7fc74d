import SynEmbedding
import SynModels

/// Texts and pairs of texts on their way into a classifier, joined and cut as transformers' tokenizers do it.
package struct ClassifierReader: Sendable {
    private let reader: TextReader
    private let joining: PairJoining
    /// The most ids of an example, special ones included.
    package let limit: Int

    /// - Parameters:
    ///   - limit: the most ids wanted; less where the encoder reads fewer.
    ///   - positions: how many the encoder reads.
    package init(_ reader: TextReader, _ joining: PairJoining, limit: Int, positions: Int) {
        (self.reader, self.joining) = (reader, joining)
        self.limit = min(limit, positions, reader.maximumLength ?? .max)
    }

    /// An example's ids, and whether some were cut off.
    package func read(_ text: LabelledText) -> (text: ClassifierText, isCut: Bool) {
        let first = ids(text.first)
        guard let second = text.second.map(ids) else {
            let frame = first.ids.count - first.inner.count
            let inner = first.inner.prefix(max(limit - frame, 0))
            return (ClassifierText(framed(first, inner)), inner.count < first.inner.count)
        }
        return pair(first, second)
    }

    /// How many of the examples are longer than is read.
    package func cutCount(_ texts: [LabelledText]) -> Int { texts.count { read($0).isCut } }

    private func pair(_ first: TextReader.Ids, _ second: TextReader.Ids) -> (text: ClassifierText, isCut: Bool) {
        let separators = joining == .doubled ? 2 : 1
        let frame = (first.hasStart ? 1 : 0) + (first.hasEnd ? separators : 0) + (second.hasEnd ? 1 : 0)
        let (a, b) = Self.longestFirst(first.inner.count, second.inner.count, within: max(limit - frame, 0))
        let start = first.hasStart ? Array(first.ids.prefix(1)) : []
        let end = first.hasEnd ? Array(first.ids.suffix(1)) : []
        let left = start + first.inner.prefix(a) + Array(repeatElement(end, count: separators).joined())
        let right = second.inner.prefix(b) + (second.hasEnd ? second.ids.suffix(1) : [])
        let types =
            joining == .typed
            ? [Int32](repeating: 0, count: left.count) + [Int32](repeating: 1, count: right.count) : nil
        return (
            ClassifierText(atLeastOne(left + right), types: types),
            a < first.inner.count || b < second.inner.count
        )
    }

    /// How many ids of each text remain: the longer one is cut first, as `longest_first` of Hugging Face's tokenizers.
    package static func longestFirst(_ first: Int, _ second: Int, within room: Int) -> (Int, Int) {
        guard first + second > room else { return (first, second) }
        var (short, long) = (min(first, second), max(first, second))
        long = short > room ? short : max(short, room - short)
        if short + long > room { (short, long) = (room / 2, room / 2 + room % 2) }
        return first <= second ? (short, long) : (long, short)
    }

    private func ids(_ text: String) -> TextReader.Ids {
        TextReader.Ids(reader.tokenizer.encode(text, maximumLength: nil).ids, reader.tokenizer)
    }

    private func framed(_ whole: TextReader.Ids, _ inner: some Collection<Int32>) -> [Int32] {
        atLeastOne(
            (whole.hasStart ? Array(whole.ids.prefix(1)) : []) + inner
                + (whole.hasEnd ? Array(whole.ids.suffix(1)) : []))
    }

    /// An empty text has no token for an encoder without a frame; its end token stands for it.
    private func atLeastOne(_ ids: [Int32]) -> [Int32] { ids.isEmpty ? [reader.tokenizer.endID ?? 0] : ids }
}

/// Byte-pair encoding: a word's symbols, merged pair by pair, the pair learned first before all others.
struct BytePairs: Sendable {
    let vocabulary: Vocabulary
    private var merges = MergeTable()
    /// Put before every symbol but a word's first.
    var continuation: [UInt8] = []
    /// Put after a word's last symbol: CLIP's `</w>`.
    var ending: [UInt8] = []
    var unknown: Int32?
    /// Whether neighbouring unknown symbols become one.
    var fusesUnknown = false
    /// Whether a word that is a piece as a whole is left unmerged.
    var prefersWholeWords = false
    /// Words that stand for themselves: OpenAI finds `<|endoftext|>` after cutting the text into words, not before.
    var marks: [[Unicode.Scalar]: Int32] = [:]

    init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// Adds the merge of two pieces, learned after all merges before it; false if a piece is not in the vocabulary.
    mutating func learn(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        guard let first = vocabulary.id(of: left), let second = vocabulary.id(of: right),
            let result = vocabulary.id(of: (left + right.dropFirst(continuation.count))[...])
        else { return false }
        merges.insert(first, second, result)
        return true
    }

    func append(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        if !marks.isEmpty, word.first == "<", let mark = marks[Array(word)] { return ids.append(mark) }
        if prefersWholeWords, let whole = whole(word) { return ids.append(whole) }
        let before = ids.count
        appendSymbols(word, to: &ids)
        if ids.count - before > 1 { merge(&ids, from: before) }
    }

    private func whole(_ word: ArraySlice<Unicode.Scalar>) -> Int32? {
        var bytes: [UInt8] = []
        for scalar in word { bytes.append(scalar) }
        return vocabulary.id(of: bytes[...])
    }

    private func appendSymbols(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        var symbol: [UInt8] = []
        var previousIsUnknown = false
        for index in word.indices {
            symbol.removeAll(keepingCapacity: true)
            if index > word.startIndex { symbol.append(contentsOf: continuation) }
            symbol.append(word[index])
            if index == word.endIndex - 1 { symbol.append(contentsOf: ending) }
            if let id = vocabulary.id(of: symbol[...]) {
                ids.append(id)
                previousIsUnknown = false
            } else if let unknown {
                if !(fusesUnknown && previousIsUnknown) { ids.append(unknown) }
                previousIsUnknown = true
            }
            // Without an unknown token a symbol nobody knows is left out, as the original does.
        }
    }

    /// Merges `ids[first...]` in place. O(n log n): a queue of candidate pairs over a linked list of symbols.
    private func merge(_ ids: inout [Int32], from first: Int) {
        let count = ids.count - first
        var next = (0..<Int32(count)).map { $0 + 1 < count ? $0 + 1 : -1 }
        var previous = (0..<Int32(count)).map { $0 - 1 }
        var symbols = Array(ids[first...])   // -1 once merged into its left neighbour
        var queue = PriorityQueue<Candidate>()

        func propose(_ position: Int32) {
            guard position >= 0 else { return }
            let left = Int(position)
            guard next[left] >= 0, let merge = merges[symbols[left], symbols[Int(next[left])]] else { return }
            queue.insert(Candidate(rank: merge.rank, position: position, result: merge.result))
        }

        for left in 0..<Int32(count - 1) { propose(left) }
        while let candidate = queue.removeFirst() {
            let left = Int(candidate.position)
            // The pair may have changed since it was proposed.
            guard symbols[left] >= 0, next[left] >= 0,
                merges[symbols[left], symbols[Int(next[left])]]?.result == candidate.result
            else { continue }
            let right = Int(next[left])
            symbols[left] = candidate.result
            symbols[right] = -1
            next[left] = next[right]
            if next[left] >= 0 { previous[Int(next[left])] = candidate.position }
            propose(previous[left])
            propose(candidate.position)
        }
        ids.removeSubrange(first...)
        ids.append(contentsOf: symbols.lazy.filter { $0 >= 0 })
    }

    /// A pair that could be merged: the lowest rank first, then the leftmost.
    private struct Candidate: Comparable {
        let rank, position, result: Int32

        static func < (a: Self, b: Self) -> Bool { (a.rank, a.position) < (b.rank, b.position) }
    }
}

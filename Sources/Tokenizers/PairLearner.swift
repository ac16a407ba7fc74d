/// Greedy byte-pair learning: the pair of neighbours seen most often becomes one symbol, again and again.
///
/// Ties go to the pair with the smaller left id, then the smaller right id: the same words give the same merges.
struct PairLearner {
    struct Pair: Hashable { let left, right: Int32 }

    private var words: [[Int32]]
    private let counts: [Int]
    private var pairCounts: [Pair: Int] = [:]
    private var wordsOfPair: [Pair: Set<Int32>] = [:]
    private var queue = PriorityQueue<Candidate>()

    /// - Parameter words: the symbols of each distinct word and how often it was seen.
    init(_ words: [(symbols: [Int32], count: Int)]) {
        self.words = words.map(\.symbols)
        counts = words.map(\.count)
        for index in self.words.indices {
            for pair in Self.pairs(self.words[index]) {
                pairCounts[pair, default: 0] += counts[index]
                wordsOfPair[pair, default: []].insert(Int32(index))
            }
        }
        for (pair, count) in pairCounts { queue.insert(Candidate(count: count, pair: pair)) }
    }

    /// The pair seen most often, with its count; nil when every word is one symbol. The pair leaves the queue.
    mutating func mostFrequent() -> (pair: Pair, count: Int)? {
        while let candidate = queue.removeFirst() {
            let count = pairCounts[candidate.pair] ?? 0
            if count == candidate.count && count > 0 { return (candidate.pair, count) }
            // An old count: the pair has since become rarer. (Where it became more frequent, it was queued anew.)
            if count > 0 && count < candidate.count { queue.insert(Candidate(count: count, pair: candidate.pair)) }
        }
        return nil
    }

    /// Replaces the pair by one symbol in all words.
    mutating func merge(_ pair: Pair, into symbol: Int32) {
        var grown = Set<Pair>()
        for word in wordsOfPair.removeValue(forKey: pair) ?? [] {
            let index = Int(word)
            for old in Self.pairs(words[index]) { pairCounts[old, default: 0] -= counts[index] }
            words[index] = Self.merged(words[index], pair, symbol)
            for new in Self.pairs(words[index]) {
                pairCounts[new, default: 0] += counts[index]
                if new.left == symbol || new.right == symbol {
                    wordsOfPair[new, default: []].insert(word)
                    grown.insert(new)
                }
            }
        }
        pairCounts[pair] = nil
        for new in grown { if let count = pairCounts[new] { queue.insert(Candidate(count: count, pair: new)) } }
    }

    private static func merged(_ word: [Int32], _ pair: Pair, _ symbol: Int32) -> [Int32] {
        var result: [Int32] = []
        var index = 0
        while index < word.count {
            if index + 1 < word.count, word[index] == pair.left, word[index + 1] == pair.right {
                result.append(symbol)
                index += 2
            } else {
                result.append(word[index])
                index += 1
            }
        }
        return result
    }

    private static func pairs(_ word: [Int32]) -> [Pair] {
        zip(word, word.dropFirst()).map { Pair(left: $0, right: $1) }
    }

    private struct Candidate: Comparable {
        let count: Int
        let pair: Pair

        static func < (a: Self, b: Self) -> Bool {
            (-a.count, a.pair.left, a.pair.right) < (-b.count, b.pair.left, b.pair.right)
        }
    }
}

/// Distinct words and how often each was seen, in the order they came.
struct WordCounts {
    private var table = ByteTable()
    private var counts: [Int] = []

    mutating func add(_ word: ArraySlice<Unicode.Scalar>) {
        var bytes: [UInt8] = []
        for scalar in word { bytes.append(scalar) }
        let entry = table.insert(bytes[...])
        if entry == counts.count { counts.append(1) } else { counts[entry] += 1 }
    }

    var all: [(word: [Unicode.Scalar], count: Int)] {
        counts.enumerated().map { entry, count in
            (Array(String(decoding: table[entry], as: UTF8.self).unicodeScalars), count)
        }
    }
}

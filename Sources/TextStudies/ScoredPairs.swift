import Foundation
import SynRuns
import SynStatistics

/// Pairs of texts and what people, or the world, say of each pair: what a similarity is correlated with.
package struct ScoredPairs: Sendable, Equatable {
    package var left: [String] = []
    package var right: [String] = []
    package var scores: [Double] = []

    package init() {}

    package var count: Int { scores.count }

    mutating func add(_ left: String, _ right: String, _ score: Double) {
        self.left.append(left)
        self.right.append(right)
        scores.append(score)
    }

    /// Every text once, in the order of first appearance, compared byte for byte.
    package var texts: [String] { Self.unique(left + right) }

    /// The first so many pairs, and which portion they are; nil where all are taken.
    func first(_ limit: Int?, _ what: String) -> (pairs: ScoredPairs, portion: Portion?) {
        guard let portion = Portion(limit: limit, of: count, what) else { return (self, nil) }
        var few = ScoredPairs()
        for place in 0..<portion.taken { few.add(left[place], right[place], scores[place]) }
        return (few, portion)
    }

    static func unique(_ texts: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
    }

    // MARK: - Readers

    /// A word list: no heading, two words and a score, blanks around them dropped. RG-65, WordSim-353 and SimLex-999
    /// as they are used in Wolfe and Caliskan's repository.
    package init(wordList url: URL) throws {
        let file = url.relativePath
        for row in try DelimitedText(contentsOf: url, delimiter: ";", quoting: .none).rows {
            try row.require(3...3, "two words and a score between semicolons", file: file)
            add(
                try row.text(0, "first word", file: file).trimmingCharacters(in: .whitespaces),
                try row.text(1, "second word", file: file).trimmingCharacters(in: .whitespaces),
                try row.number(2, "score", file: file))
        }
        try requireSome(file)
    }

    /// SimVerb-3500 (Gerz et al. 2016): two verbs, part of speech, score and relation, tabs between.
    package init(simVerb url: URL) throws {
        let file = url.relativePath
        for row in try DelimitedText(contentsOf: url, delimiter: "\t", quoting: .none).rows {
            try row.require(4...5, "two verbs, part of speech, score and relation between tabs", file: file)
            add(
                try row.text(0, "first verb", file: file), try row.text(1, "second verb", file: file),
                try row.number(3, "score", file: file))
        }
        try requireSome(file)
    }

    /// Pairs of one's own: a table whose heading names `sentence1`, `sentence2` and `score` (or `caption1`, `caption2`
    /// and `agg_score`), or three columns without a heading, or the layout of the STS benchmark.
    ///
    /// Tabs separate where the first line has one, and quote marks are then letters; otherwise commas do.
    package init(table url: URL) throws {
        self.init()
        let file = url.relativePath
        let bytes = try InputFile.bytes(file, purpose: "a table with two sentences and a score in each row")
        let hasTabs = bytes.prefix { $0 != UInt8(ascii: "\n") }.contains(UInt8(ascii: "\t"))
        let table = try DelimitedText(
            bytes, delimiter: hasTabs ? "\t" : ",", quoting: hasTabs ? .none : .rfc4180, file: file)
        guard let first = table.rows.first else {
            throw UserError(.badData, "\(file) is empty; put one pair in each row")
        }
        func place(_ names: String...) -> Int? {
            first.fields.firstIndex { names.contains($0.lowercased().trimmingCharacters(in: .whitespaces)) }
        }
        if let a = place("sentence1", "caption1", "text1"), let b = place("sentence2", "caption2", "text2"),
            let score = place("score", "agg_score", "similarity")
        {
            for row in table.rows.dropFirst() { try add(row, first.fields.count, (a, b, score), file) }
        } else if first.fields.count == 3, Double(first.fields[2]) != nil {
            for row in table.rows { try add(row, 3, (0, 1, 2), file) }
        } else if hasTabs, first.fields.count >= 7, Double(first.fields[4]) != nil {
            self = try ScoredPairs(stsBenchmark: url)
        } else {
            throw UserError(
                .badData,
                "\(file), line \(first.line): no heading with sentence1, sentence2 and score, nor three "
                    + "columns of two sentences and a number")
        }
        try requireSome(file)
    }

    private mutating func add(_ row: DelimitedText.Row, _ width: Int, _ places: (Int, Int, Int), _ file: String) throws
    {
        try row.require(width...width, "\(width) columns in its first line", file: file)
        add(
            try row.text(places.0, "first sentence", file: file), try row.text(places.1, "second sentence", file: file),
            try row.number(places.2, "score", file: file))
    }

    func requireSome(_ file: String) throws {
        guard count > 0 else { throw UserError(.badData, "\(file) holds no pairs") }
    }
}

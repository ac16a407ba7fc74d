import Foundation
import SynRuns
import SynStatistics

/// Bellezza's lexicon (1986): 399 words and how pleasant people find them, from 1 to 5.
package struct BellezzaLexicon: Sendable, Equatable {
    package let words: [String]
    /// `combined_pleasantness`: women's and men's ratings together.
    package let valence: [Double]

    private init(words: [String], valence: [Double]) { (self.words, self.valence) = (words, valence) }

    /// The first so many words, and which portion they are; nil where all are taken.
    func first(_ limit: Int?, _ what: String) -> (lexicon: BellezzaLexicon, portion: Portion?) {
        guard let portion = Portion(limit: limit, of: words.count, what) else { return (self, nil) }
        let count = portion.taken
        return (BellezzaLexicon(words: Array(words.prefix(count)), valence: Array(valence.prefix(count))), portion)
    }

    package init(_ url: URL) throws {
        let file = url.relativePath
        let rows = try DelimitedText(contentsOf: url, delimiter: ",", quoting: .rfc4180).rows
        let heading = rows.first?.fields ?? []
        guard let word = heading.firstIndex(of: "word"), let score = heading.firstIndex(of: "combined_pleasantness")
        else {
            throw DataFileError(
                file: file, line: 1,
                "there are no columns word and combined_pleasantness; found "
                    + "\(heading.isEmpty ? "nothing" : heading.joined(separator: ", ")).")
        }
        var (words, valence) = ([String](), [Double]())
        for row in rows.dropFirst() {
            try row.require(heading.count...heading.count, "\(heading.count) columns in its first line", file: file)
            words.append(try row.text(word, "word", file: file))
            valence.append(try row.number(score, "combined pleasantness", file: file))
        }
        guard !words.isEmpty else { throw UserError(.badData, "\(file) holds no words") }
        (self.words, self.valence) = (words, valence)
    }
}

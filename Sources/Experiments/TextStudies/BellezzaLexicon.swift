import Foundation
import Statistics

/// Bellezza's lexicon (1986): 399 words and how pleasant people find them, from 1 to 5.
public struct BellezzaLexicon: Sendable, Equatable {
    public let words: [String]
    /// `combined_pleasantness`: women's and men's ratings together.
    public let valence: [Double]

    public init(_ url: URL) throws {
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
        guard !words.isEmpty else { throw Complaint(.badData, "\(file) holds no words") }
        (self.words, self.valence) = (words, valence)
    }
}

import SynPortraits
import SynReports
import SynRuns
import SynTensors

/// Searches with captions that say more, and with captions in which other sentences stand beside what is said.
package struct LongCaptions: Sendable {
    private let pictures: EncodedPictures
    private let portraits: [Portrait]

    package init(_ pictures: EncodedPictures) throws {
        guard let portraits = pictures.known.portraits else {
            throw UserError(
                .settings, "\(pictures.known.source): captions by length are drawn of portraits only; leave --data out")
        }
        (self.pictures, self.portraits) = (pictures, portraits)
    }

    /// True of no portrait more than of another.
    package static let besides = [
        "The weather is fine today.", "It is a day in spring.", "The train was late again.", "Birds sing outside.",
        "The soup is still warm.", "The window is open.", "Nobody knows the way.", "The clock has stopped.",
    ]

    /// One caption of each portrait with about so many mentions, searched among all pictures.
    package func byMentions() throws -> [TokensRecord.Search] {
        try [1...2, 3...4, 5...6, 7...99].compactMap { range in
            let chosen = portraits.enumerated().compactMap { place, portrait in
                portrait.describedCaptions.first { range.contains($0.mentions.count) }.map { (place, $0.text) }
            }
            guard !chosen.isEmpty else { return nil }
            let name = range.upperBound > 50 ? "7 or more" : "\(range.lowerBound) or \(range.upperBound)"
            return try search(name, chosen)
        }
    }

    /// The first captions with other sentences behind or before them.
    package func besides(
        _ counts: [Int] = [0, 1, 2, 4, 8, 16]
    ) throws -> [(behind: Bool, searches: [TokensRecord.Search])] {
        let captions = pictures.known.pictures.captions
        return try [true, false].map { behind in
            (
                behind,
                try counts.map { count in
                    let extra = (0..<count).map { Self.besides[$0 % Self.besides.count] }.joined(separator: " ")
                    let texts = captions.map { caption in
                        count == 0 ? caption : behind ? caption + " " + extra : extra + " " + caption
                    }
                    return try search("\(count)", Array(texts.enumerated().map { ($0.offset, $0.element) }))
                }
            )
        }
    }

    private func search(_ name: String, _ cases: [(Int, String)]) throws -> TokensRecord.Search {
        let towers = pictures.towers
        let texts = try towers.texts(cases.map(\.1))
        let ranks = RetrievalRanks(
            ranks: RetrievalRanks.ranks(queries: texts, among: pictures.vectors) { query, cosines in
                let least = cosines[cases[query].0] - RetrievalRanks.tie
                return cosines.count { $0 >= least }
            })
        let encodings = cases.map { towers.reader.encoding($0.1) }
        let end = towers.reader.tokenizer.endID
        return .init(
            name: name, captions: cases.count, r1: ranks.recall(at: 1), r10: ranks.recall(at: 10),
            medianRank: ranks.median,
            meanTokens: Double(encodings.reduce(0) { $0 + $1.ids.count }) / Double(max(cases.count, 1)),
            cut: encodings.count(where: \.truncated), keepEnd: encodings.count { end != nil && $0.ids.last == end })
    }
}

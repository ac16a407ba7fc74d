import SynReports
import SynTensors

/// Where the right answer stands in searches, 1 being first. Ties count against: what is as near as the right answer
/// stands before it. Cosines that differ by rounding alone (1e-12) are ties.
package struct RetrievalRanks: Sendable, Equatable {
    package let ranks: [Int]

    static let tie = 1e-12

    /// The share of searches that find the right answer among the first k.
    package func recall(at k: Int) -> Double {
        ranks.isEmpty ? 0 : Double(ranks.count { $0 <= k }) / Double(ranks.count)
    }

    package var median: Double {
        let sorted = ranks.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? Double(sorted[middle]) : Double(sorted[middle - 1] + sorted[middle]) / 2
    }

    package var mean: Double { ranks.isEmpty ? 0 : Double(ranks.reduce(0, +)) / Double(ranks.count) }

    package var record: RecallRecord {
        RecallRecord(r1: recall(at: 1), r5: recall(at: 5), r10: recall(at: 10), median: median, mean: mean)
    }

    /// Each picture among all texts.
    package static func imageToText(_ pairs: PairedVectors) -> RetrievalRanks {
        own(queries: pairs.images, among: pairs.texts)
    }

    /// Each text among all pictures.
    package static func textToImage(_ pairs: PairedVectors) -> RetrievalRanks {
        own(queries: pairs.texts, among: pairs.images)
    }

    /// Each item among all others of both modalities, its partner being the right answer.
    package static func mixed(_ pairs: PairedVectors) -> RetrievalRanks {
        let (all, n) = (pairs.stacked, pairs.count)
        return RetrievalRanks(
            ranks: ranks(queries: all, among: all) { query, cosines in
                let partner = (query + n) % (2 * n)
                let least = cosines[partner] - tie
                return cosines.indices.count { $0 - cosines.startIndex != query && cosines[$0] >= least }
            })
    }

    private static func own(queries: DoubleMatrix, among items: DoubleMatrix) -> RetrievalRanks {
        RetrievalRanks(
            ranks: ranks(queries: queries, among: items) { query, cosines in
                let least = cosines[query] - tie
                return cosines.count { $0 >= least }
            })
    }

    /// One number per query from its cosines with all items, without holding all of them at once.
    static func ranks<Answer>(
        queries: DoubleMatrix, among items: DoubleMatrix, _ rank: (Int, [Double]) -> Answer
    ) -> [Answer] {
        let block = 256
        return stride(from: 0, to: queries.rows, by: block).flatMap { start in
            let places = Array(start..<min(start + block, queries.rows))
            let cosines = queries.rows(at: places).times(items, .transposed)   // [block, items]
            return places.map { rank($0, Array(cosines.row($0 - start))) }
        }
    }
}

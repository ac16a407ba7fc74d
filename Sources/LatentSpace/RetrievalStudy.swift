import SynReports
import SynTensors

/// Searches over pairs, read in two ways: the own partner alone is right, or everything that is true.
package struct RetrievalStudy: Sendable {
    private let pairs: PairedVectors
    private let truth: PairTruth?

    package init(_ pairs: PairedVectors, truth: PairTruth?) { (self.pairs, self.truth) = (pairs, truth) }

    package func record() -> RetrievalRecord {
        RetrievalRecord(
            source: pairs.source, pairs: pairs.count, own: GapStudy.bothWays(pairs),
            everyTrue: truth.map { truth in
                BothWays(
                    imageToText: best(pairs.images, pairs.texts) { truth.holds($0, $1) }.record,
                    textToImage: best(pairs.texts, pairs.images) { truth.holds($1, $0) }.record)
            }, truth: truth?.reading,
            falseNegatives: truth.map { truth in
                [16, 32, 64, 128, 256, 512].filter { $0 <= pairs.count }.map {
                    .init(batch: $0, share: truth.falseNegatives(pairs.count, batch: $0))
                }
            })
    }

    /// The rank of the best right answer: one more than the wrong ones that are as near or nearer.
    private func best(
        _ queries: DoubleMatrix, _ items: DoubleMatrix, isRight: (_ query: Int, _ item: Int) -> Bool
    ) -> RetrievalRanks {
        RetrievalRanks(
            ranks: RetrievalRanks.ranks(queries: queries, among: items) { query, cosines in
                let right = cosines.indices.map { isRight(query, $0) }
                let top = zip(cosines, right).reduce(-Double.infinity) { $1.1 ? max($0, $1.0) : $0 }
                return 1 + cosines.indices.count { !right[$0] && cosines[$0] >= top - RetrievalRanks.tie }
            })
    }
}

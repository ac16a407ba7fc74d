import SynReports
import SynStatistics

/// The best layer of an encoder without the favour of having been picked by the scores it is then measured with.
///
/// Pairs are dealt to ten folds. For each fold the layer with the highest correlation on the other nine is taken, and
/// the fold's pairs get that layer's similarities, each layer's brought to one scale without a look at the scores: by
/// their ranks in the layer for Spearman's correlation, as deviations in units of the layer's spread for Pearson's.
/// Every pair then has a similarity that its own score did not choose, and one correlation is taken over all of them
/// (cross-fitting; Stone 1974). Where all folds choose the same layer this is that layer's correlation.
package struct LayerChoice {
    /// For each pair or word; nil where it was left out.
    package let similarities: [Double?]
    /// The layers that folds chose, the most frequent first.
    package let layers: [Int]

    static let folds = 10

    /// - Parameters:
    ///   - measured: of each layer, what it says of each pair; nil for a layer without directions.
    ///   - seed: of the deal.
    package init?(_ measured: [[Double?]?], _ gold: [Double], _ metric: TextScore.Metric, seed: UInt64) {
        let kept = gold.indices.filter { pair in measured.contains { $0?[pair] != nil } }
        let count = min(Self.folds, kept.count)
        guard count > 1 else { return nil }
        let candidates = measured.enumerated().compactMap { layer, values -> (layer: Int, values: [Double])? in
            let all = kept.compactMap { values?[$0] }
            guard all.count == kept.count, let scaled = Self.scaled(all, metric) else { return nil }
            return (layer, scaled)
        }
        guard !candidates.isEmpty else { return nil }
        var generator = SeededGenerator(seed: seed)
        let order = Self.shuffled(kept.count, using: &generator)
        var chosen = [Double](repeating: 0, count: kept.count)
        var votes: [Int: Int] = [:]
        for fold in 0..<count {
            let others = order.indices.filter { $0 % count != fold }.map { order[$0] }
            let scores = others.map { gold[kept[$0]] }
            func figure(_ values: [Double]) -> Double {
                let these = others.map { values[$0] }
                let found =
                    metric == .spearman ? try? Correlation.spearman(these, scores) : try? .pearson(these, scores)
                return found?.coefficient ?? -2
            }
            let figures = candidates.map { figure($0.values) }
            guard let most = figures.max(), let best = figures.firstIndex(of: most) else { return nil }
            votes[candidates[best].layer, default: 0] += 1
            for place in order.indices where place % count == fold {
                chosen[order[place]] = candidates[best].values[order[place]]
            }
        }
        var whole = [Double?](repeating: nil, count: gold.count)
        for (value, pair) in zip(chosen, kept) { whole[pair] = value }
        similarities = whole
        layers = votes.keys.sorted { (votes[$0] ?? 0, $1) > (votes[$1] ?? 0, $0) }
    }

    private static func scaled(_ values: [Double], _ metric: TextScore.Metric) -> [Double]? {
        guard let least = values.min(), let most = values.max(), most - least >= LayerCorrelation.noise else {
            return nil
        }
        if metric == .spearman { return Ranks(of: values).values }
        guard let found = try? Descriptives(values), found.populationDeviation > 0 else { return nil }
        return values.map { ($0 - found.mean) / found.populationDeviation }
    }

    private static func shuffled(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
        var order = Array(0..<count)
        for place in stride(from: count - 1, to: 0, by: -1) { order.swapAt(place, generator.below(place + 1)) }
        return order
    }
}

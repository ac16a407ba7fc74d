import SynReports
import SynStatistics

/// Similarities of an encoder held against scores: both correlations with their intervals, or why there are none.
enum LayerCorrelation {
    /// Cosines that differ by less are the same but for the rounding of Float32 states: a causal encoder's first token
    /// says the same of every text.
    static let noise = 1e-10

    /// - Parameters:
    ///   - similarities: nil where a vector has no direction.
    ///   - words: the two words of each pair, which the bootstrap then draws; nil draws pairs.
    ///   - seed: of the bootstrap's draws; nil draws none.
    static func score(
        layer: Int?, _ similarities: [Double?]?, _ scores: [Double], words: [(Int, Int)]? = nil, seed: UInt64?
    ) -> LayerScore {
        guard let similarities, !similarities.contains(nil) else {
            return LayerScore(layer: layer, undefined: "a vector has no direction: it is zero or not finite")
        }
        let values = similarities.compactMap(\.self)
        if let least = values.min(), let most = values.max(), values.count > 1, most - least < noise {
            return LayerScore(
                layer: layer, undefined: "all pairs have the same similarity, so there is nothing to correlate")
        }
        do {
            return LayerScore(
                layer: layer, pearson: try record(values, scores, .pearson, words, seed),
                spearman: try record(values, scores, .spearman, words, seed))
        } catch {
            let what = scores.count > 1 && Set(scores).count == 1 ? "the scores of the file are all the same; " : ""
            return LayerScore(layer: layer, undefined: what + error.description)
        }
    }

    private static func record(
        _ x: [Double], _ y: [Double], _ kind: Bootstrap.Kind, _ words: [(Int, Int)]?, _ seed: UInt64?
    ) throws(StatisticsError) -> CorrelationRecord {
        let found = kind == .pearson ? try Correlation.pearson(x, y) : try Correlation.spearman(x, y)
        var record = CorrelationRecord(value: found.coefficient, p: found.p, interval: found.interval)
        if let seed, x.count > 2 {
            var generator = SeededGenerator(seed: seed)
            record.bootstrap =
                if let words {
                    try? Bootstrap.wordInterval(x, y, words: words, kind, using: &generator)
                } else {
                    try? Bootstrap.correlationInterval(x, y, kind, using: &generator)
                }
        }
        return record
    }

    /// One encoder's similarities under one reading, nil for pairs that were left out.
    struct Measured {
        let encoder: String
        let variant: String
        let similarities: [Double?]
    }

    /// Every two encoders on the pairs both have, Holm's correction over all comparisons, those that could not be
    /// computed among them: read alike, or, where only
    /// one of them was read so, against the other's first reading.
    static func comparisons(
        task: String, title: String, metric: TextScore.Metric, place: String, gold: [Double],
        _ measured: [Measured]
    ) -> [TextComparison] {
        var tests: [(a: Measured, b: Measured, test: DependentCorrelations)] = []
        var asked = 0
        func readings(_ encoder: String) -> [String] { measured.filter { $0.encoder == encoder }.map(\.variant) }
        for (i, a) in measured.enumerated() {
            for b in measured[(i + 1)...] where a.encoder != b.encoder {
                let (ofA, ofB) = (readings(a.encoder), readings(b.encoder))
                guard
                    a.variant == b.variant || (!ofA.contains(b.variant) && a.variant == ofA.first)
                        || (!ofB.contains(a.variant) && b.variant == ofB.first)
                else { continue }
                asked += 1
                let shared = gold.indices.filter { a.similarities[$0] != nil && b.similarities[$0] != nil }
                let x = shared.compactMap { a.similarities[$0] }
                let y = shared.compactMap { b.similarities[$0] }
                let z = shared.map { gold[$0] }
                let test =
                    metric == .pearson
                    ? try? DependentCorrelations.pearson(gold: z, x, y)
                    : try? DependentCorrelations.spearman(gold: z, x, y)
                // Without variation there is no correlation to compare; the scores' own cells say so.
                if let test { tests.append((a, b, test)) }
            }
        }
        let corrected = holmCorrected(tests.map(\.test.williamsP), of: asked)
        return zip(tests, corrected).map { found, p in
            TextComparison(
                task: task, taskTitle: title, metric: metric, place: place,
                a: (found.a.encoder, found.a.variant), b: (found.b.encoder, found.b.variant), test: found.test, pHolm: p
            )
        }
    }
}

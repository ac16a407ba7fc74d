import SynStatistics
import SynTensors

/// What pictures score with captions of other portraits, and whether they agree better with their own: the floor of a
/// CLIP-Score, which is not zero. A judge likes some pictures and some captions whatever stands beside them.
package struct ShuffledCaptions: Codable, Sendable, Equatable {
    /// Mean of 100·cos over all pairs of a picture and a caption of another portrait.
    package let clipScore: Double
    /// Own minus shuffled, mean over the pictures.
    package let difference: Double
    /// 95 %, by resampling portraits.
    package let interval: Interval
    /// How often captions dealt out at random score at least as well as the pictures' own: (b + 1) / (permutations +
    /// 1).
    package let p: Double
    package let permutations: Int

    enum CodingKeys: String, CodingKey {
        case clipScore = "clip_score"
        case difference
        case interval = "ci95"
        case p, permutations
    }

    /// Nil where all captions are of one portrait.
    ///
    /// - Parameters:
    ///   - pictures: unit vectors [n, d].
    ///   - captions: unit vectors of the captions at the same places [n, d].
    ///   - portraits: a number for each, the same for captions of the same portrait.
    ///   - seed: of the permutations and of the resampling.
    package init?(pictures: Tensor, captions: Tensor, portraits: [Int], seed: UInt64 = 0) throws {
        let (count, width) = (pictures.size(0), pictures.size(1))
        precondition(
            captions.shape == pictures.shape && portraits.count == count, "a caption and a portrait for each picture")
        let (x, y) = (pictures.floats.map(Double.init), captions.floats.map(Double.init))
        func dot(_ i: Int, _ other: [Double], _ j: Int) -> Double {
            (0..<width).reduce(0) { $0 + x[i * width + $1] * other[j * width + $1] }
        }
        let places = Dictionary(grouping: 0..<count) { portraits[$0] }
        guard places.count > 1 else { return nil }
        func sum(_ rows: some Sequence<Int>) -> [Double] {
            rows.reduce(into: [Double](repeating: 0, count: width)) { sums, row in
                for i in 0..<width { sums[i] += y[row * width + i] }
            }
        }
        let whole = sum(0..<count)
        let own = places.mapValues { sum($0) }
        var (scores, others) = ([Double](), [Double]())
        for i in 0..<count {
            let portrait = portraits[i]
            let rest = zip(whole, own[portrait] ?? []).map { $0 - $1 }
            others.append(100 * dot(i, rest, 0) / Double(count - (places[portrait]?.count ?? 0)))
            scores.append(100 * dot(i, y, i))
        }
        var generator = SeededGenerator(seed: seed)
        let mean = try ClusteredMean(
            zip(scores, others).map { $0 - $1 }, clusters: portraits, using: &generator)
        (difference, interval) = (mean.mean, mean.resampled)
        clipScore = others.reduce(0, +) / Double(count)
        // As many as take about half a second, but never so few that p could not be small.
        permutations = min(9_999, max(999, 500_000_000 / (count * width)))
        let matched = scores.reduce(0, +)
        var atLeast = 0
        for round in 0..<permutations {
            var stream = RandomStream(seed: seed, purpose: "shuffled captions", index: round)
            let order = stream.permutation(count)
            let dealt = order.indices.reduce(0) { $0 + 100 * dot($1, y, order[$1]) }
            if dealt >= matched - 1e-9 * abs(matched) { atLeast += 1 }
        }
        p = Double(atLeast + 1) / Double(permutations + 1)
    }
}

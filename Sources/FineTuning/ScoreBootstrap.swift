import SynStatistics
import SynTensors

/// How far scores of answers move when the examples are drawn again, and whether two encoders' differ by more.
package struct ScoreBootstrap: Sendable {
    private let metric: GLUEMetric
    private let truth: [Double]
    /// Which examples each draw takes: the same for every encoder, so that differences are paired.
    private let draws: [[Int32]]

    /// - Parameter draws: fewer for large sets, for which the interval is narrow anyway.
    package init(_ metric: GLUEMetric, truth: [Double], draws count: Int? = nil, seed: UInt64 = 0) {
        (self.metric, self.truth) = (metric, truth)
        let count = count ?? max(199, min(999, 8_000_000 / max(truth.count, 1)))
        draws = (0..<count).map { draw in
            var stream = RandomStream(seed: seed, purpose: "score bootstrap", index: draw)
            return truth.map { _ in Int32(stream.below(truth.count)) }
        }
    }

    /// The mean over seeds of the measure on each draw; nil where it is undefined.
    package func values(_ answers: [[Double]]) -> [Double?] {
        draws.map { draw in
            let truth = draw.map { self.truth[Int($0)] }
            var sum = 0.0
            for one in answers {
                guard let value = try? metric.value(truth: truth, answers: draw.map { one[Int($0)] }) else {
                    return nil
                }
                sum += value
            }
            return sum / Double(answers.count)
        }
    }

    /// The 95 % percentile interval; nil where most draws have no such number.
    package static func interval(_ values: [Double?], confidence: Double = 0.95) -> Interval? {
        let found = values.compactMap(\.self).sorted()
        guard found.count * 2 > values.count, found.count > 1 else { return nil }
        let tail = (1 - confidence) / 2
        return Interval(
            interpolatedQuantile(ofSorted: found, tail), interpolatedQuantile(ofSorted: found, 1 - tail))
    }

    /// Two-sided: twice the share of draws on the rarer side of zero, never quite 0.
    package static func p(ofDifferences values: [Double?]) -> Double {
        let found = values.compactMap(\.self)
        guard !found.isEmpty else { return 1 }
        let (below, above) = (found.count { $0 <= 0 }, found.count { $0 >= 0 })
        return min(1, 2 * Double(min(below, above) + 1) / Double(found.count + 1))
    }
}

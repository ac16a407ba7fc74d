/// The Mann-Whitney U test (Wilcoxon's rank-sum test): does one group tend to score higher than the other?
///
/// It uses only the order of the scores, so it assumes no distribution, but it does assume independent ones.
/// U counts the pairs in which the first group's value is the larger, ties as one half. Statistic, choice of
/// method and p equal `scipy.stats.mannwhitneyu(x, y, method='auto')`.
package struct MannWhitney: Equatable, Sendable {
    /// How p was found.
    package enum Method: String, Codable, Sendable {
        /// All orders of the pooled values counted; correct without ties.
        case exact
        /// The normal approximation with corrections for ties and for continuity (one half).
        case asymptotic
    }

    /// U of the first group, from 0 to n₁n₂.
    package let statistic: Double
    package let p: Double
    package let alternative: Alternative
    package let method: Method

    /// - Parameter method: nil chooses as scipy does: exact when the smaller group has at most 8 values and
    ///   there are no ties. (Above 16,000 pairs the asymptotic form is taken, where scipy would still count;
    ///   ask for `.exact` to count.)
    package init(
        _ a: [Double], _ b: [Double], alternative: Alternative = .twoSided, method: Method? = nil
    ) throws(StatisticsError) {
        try requireFinite(a, atLeast: 1, for: "The Mann-Whitney test")
        try requireFinite(b, atLeast: 1, for: "The Mann-Whitney test")
        let ranks = Ranks(of: a + b)
        let (n, m) = (Double(a.count), Double(b.count))
        let u = ranks.values[..<a.count].reduce(0, +) - n * (n + 1) / 2
        let extreme =
            switch alternative {
            case .twoSided: max(u, n * m - u)
            case .greater: u
            case .less: n * m - u
            }
        let countable = min(a.count, b.count) <= 8 && ranks.ties.isEmpty && a.count * b.count <= 16_000
        let chosen = method ?? (countable ? .exact : .asymptotic)
        let tail =
            switch chosen {
            case .exact: MannWhitney.exactTail(extreme, a.count, b.count)
            case .asymptotic: MannWhitney.normalTail(extreme, n, m, ties: ranks.ties)
            }
        statistic = u
        p = min(1, alternative == .twoSided ? 2 * tail : tail)
        self.alternative = alternative
        self.method = chosen
    }

    /// P(U ≥ u) for n and m values without ties, every order equally likely.
    ///
    /// The largest value belongs to the first group with probability i/(i + j) and then beats all j of the
    /// other: P(i, j, u) = i/(i + j) P(i − 1, j, u − j) + j/(i + j) P(i, j − 1, u). Only positive terms,
    /// so nothing cancels.
    private static func exactTail(_ u: Double, _ first: Int, _ second: Int) -> Double {
        let (n, m) = (min(first, second), max(first, second))   // U has the same distribution either way
        // rows[i][u] = P(i, j, u) for the current j
        var rows = (0...n).map { _ in [1.0] }
        for j in 1...m {
            for i in 1...n {
                let with = Double(i) / Double(i + j)
                let without = Double(j) / Double(i + j)
                var row = [Double](repeating: 0, count: i * j + 1)
                for (u, p) in rows[i].enumerated() { row[u] += without * p }
                for (u, p) in rows[i - 1].enumerated() { row[u + j] += with * p }
                rows[i] = row
            }
        }
        let from = min(n * m + 1, max(0, Int(u.rounded(.up))))
        return rows[n][from...].reversed().reduce(0, +)
    }

    private static func normalTail(_ u: Double, _ n: Double, _ m: Double, ties: [Int]) -> Double {
        let total = n + m
        let tied = ties.reduce(0.0) { $0 + Double($1) * (Double($1) * Double($1) - 1) }
        let variance = n * m / 12 * (total + 1 - tied / (total * (total - 1)))
        guard variance > 0 else { return 1 }   // every value is the same: no order at all
        return NormalDistribution.upperTail((u - n * m / 2 - 0.5) / variance.squareRoot())
    }
}

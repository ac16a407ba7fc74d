/// A share of cases with Wilson's interval (1927), which stays within 0...1 and has a width for 0 of n too. As
/// `statsmodels.stats.proportion.proportion_confint(method="wilson")`.
package struct Proportion: Equatable, Sendable, Codable {
    package let count: Int
    package let of: Int
    package let value: Double
    package let interval: Interval

    /// - Parameter total: at least 1; with none the value is 0 and the interval all that may be.
    package init(_ count: Int, of total: Int, confidence: Double = 0.95) {
        (self.count, of) = (count, total)
        guard total > 0 else {
            (value, interval) = (0, Interval(0, 1))
            return
        }
        let (n, share) = (Double(total), Double(count) / Double(total))
        let z = NormalDistribution.upperPoint((1 - confidence) / 2)
        let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
        value = share
        interval = Interval(max(0, centre - reach), min(1, centre + reach))
    }

    package init(_ cases: [Bool], confidence: Double = 0.95) {
        self.init(cases.count { $0 }, of: cases.count, confidence: confidence)
    }
}

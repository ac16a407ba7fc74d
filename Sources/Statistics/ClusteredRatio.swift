/// The ratio of two means of the same items, which come in clusters: Σ x_i / Σ y_i, with the percentile interval of
/// ratios over resampled clusters.
///
/// Where resamples of the denominator change their sign the ratio has no bounded interval, and none is given.
package struct ClusteredRatio: Equatable, Sendable {
    package let ratio: Double
    package let interval: Interval?

    /// - Parameters:
    ///   - clusters: of each item, any number that its cluster alone has.
    ///   - seed: of the resampling.
    package init(
        _ numerators: [Double], _ denominators: [Double], clusters: [Int], confidence: Double = 0.95,
        resamples: Int = 9_999, seed: UInt64 = 0
    ) throws(StatisticsError) {
        try requireFinite(numerators, atLeast: 2, for: "A clustered ratio")
        try requireFinite(denominators, atLeast: 2, for: "A clustered ratio")
        try requireConfidence(confidence)
        guard numerators.count == denominators.count, clusters.count == numerators.count else {
            throw .unpaired(first: numerators.count, second: denominators.count)
        }
        let sums = zip(ClusteredMean.groups(numerators, clusters), ClusteredMean.groups(denominators, clusters)).map {
            (over: $0.sum, under: $1.sum)
        }
        guard sums.count >= 2 else {
            throw .tooFew(what: "A clustered ratio (its clusters)", needed: 2, found: sums.count)
        }
        let whole = sums.reduce((0.0, 0.0)) { ($0.0 + $1.over, $0.1 + $1.under) }
        ratio = whole.0 / whole.1
        var generator = SeededGenerator(seed: seed)
        var ratios: [Double] = []
        var isBounded = whole.1 != 0
        for _ in 0..<max(resamples, 2) where isBounded {
            var (over, under) = (0.0, 0.0)
            for _ in sums.indices {
                let drawn = sums[generator.below(sums.count)]
                over += drawn.over
                under += drawn.under
            }
            if under == 0 || (under < 0) != (whole.1 < 0) { isBounded = false }
            ratios.append(over / under)
        }
        guard isBounded else {
            interval = nil
            return
        }
        ratios.sort()
        let tail = (1 - confidence) / 2
        interval = Interval(
            interpolatedQuantile(ofSorted: ratios, tail), interpolatedQuantile(ofSorted: ratios, 1 - tail))
    }
}

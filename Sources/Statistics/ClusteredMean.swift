import RealModule

/// A mean of values that come in clusters which share more than chance, such as captions of the same portrait.
///
/// Its standard error is the cluster-robust one, s² = c Σ_g (Σ_{i ∈ g} (x_i − m))² / n² with c = G / (G − 1), as
/// statsmodels gives it for a model of a constant alone; its test is Student's with G − 1 degrees of freedom; a second
/// interval comes from resampling whole clusters. With fewer than about twenty clusters both are rough.
package struct ClusteredMean: Equatable, Sendable {
    package let mean: Double
    package let standardError: Double
    /// Of values, and of clusters.
    package let count: Int
    package let clusters: Int
    /// Two-sided, of the mean against 0.
    package let p: Double
    /// Student's.
    package let interval: Interval
    /// Percentiles of means over resampled clusters.
    package let resampled: Interval

    /// - Parameters:
    ///   - clusters: of each value, any number that its cluster alone has.
    ///   - generator: of the resampling, which is the same for the same values, clusters and generator.
    package init(
        _ values: [Double], clusters: [Int], confidence: Double = 0.95, resamples: Int = 9_999,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) {
        try requireFinite(values, atLeast: 2, for: "A clustered mean")
        try requireConfidence(confidence)
        guard clusters.count == values.count else { throw .unpaired(first: values.count, second: clusters.count) }
        let groups = Self.groups(values, clusters)
        guard groups.count >= 2 else {
            throw .tooFew(what: "A clustered mean (its clusters)", needed: 2, found: groups.count)
        }
        let n = Double(values.count)
        let mean = meanOf(values)
        let squares = groups.reduce(0) { sum, group in
            let excess = group.sum - Double(group.count) * mean
            return sum + excess * excess
        }
        let size = Double(groups.count)
        // n − 1 over n − K with K = 1 leaves this factor alone.
        standardError = (size / (size - 1) * squares).squareRoot() / n
        let student = StudentDistribution(checked: size - 1)
        let reach = student.upperPoint((1 - confidence) / 2) * standardError
        p = standardError > 0 ? student.bothTails(mean / standardError) : (mean == 0 ? 1 : 0)
        interval = Interval(around: mean, reach: reach)
        (self.mean, count, self.clusters) = (mean, values.count, groups.count)
        var means: [Double] = []
        means.reserveCapacity(resamples)
        for _ in 0..<max(resamples, 2) {
            var (sum, count) = (0.0, 0)
            for _ in groups.indices {
                let group = groups[generator.below(groups.count)]
                sum += group.sum - Double(group.count) * mean
                count += group.count
            }
            means.append(sum / Double(count))
        }
        means.sort()
        let tail = (1 - confidence) / 2
        resampled = Interval(
            mean + interpolatedQuantile(ofSorted: means, tail), mean + interpolatedQuantile(ofSorted: means, 1 - tail))
    }

    /// Sums by cluster, in the order in which the clusters first come.
    static func groups(_ values: [Double], _ clusters: [Int]) -> [(sum: Double, count: Int)] {
        var places: [Int: Int] = [:]
        var groups: [(sum: Double, count: Int)] = []
        for (value, cluster) in zip(values, clusters) {
            let place = places[cluster] ?? groups.count
            if place == groups.count {
                places[cluster] = place
                groups.append((0, 0))
            }
            groups[place].sum += value
            groups[place].count += 1
        }
        return groups
    }
}

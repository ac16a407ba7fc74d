/// Bootstrap intervals: how far a mean moves when the sample is drawn again from itself.
package enum Bootstrap {
    /// The percentile interval of the mean over `resamples` samples drawn with replacement.
    ///
    /// Depends on the generator only; the same seed gives the same interval. For a few values it is too narrow
    /// (by √((n − 1)/n) at least), which is why it stands beside Student's interval and not in its place.
    package static func meanInterval(
        of values: [Double], confidence: Double = 0.95, resamples: Int = 9_999,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Interval {
        try requireFinite(values, atLeast: 2, for: "A bootstrap interval")
        try requireConfidence(confidence)
        guard resamples >= 2 else {
            throw .outOfRange(what: "The number of resamples", value: Double(resamples), range: "at least 2")
        }
        let centre = meanOf(values)
        let deviations = values.map { $0 - centre }
        var means: [Double] = []
        means.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var sum = 0.0
            for _ in values.indices { sum += deviations[generator.below(values.count)] }
            means.append(sum / Double(values.count))
        }
        means.sort()
        let tail = (1 - confidence) / 2
        return Interval(
            centre + interpolatedQuantile(ofSorted: means, tail),
            centre + interpolatedQuantile(ofSorted: means, 1 - tail))
    }
}

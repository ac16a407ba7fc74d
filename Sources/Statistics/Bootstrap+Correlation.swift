/// Bootstrap intervals of correlations: the pairs are drawn again from themselves, with replacement.
extension Bootstrap {
    /// Which correlation is drawn again.
    package enum Kind: String, Sendable, CaseIterable, Codable { case pearson, spearman }

    /// The percentile interval of a correlation over `resamples` samples of pairs.
    ///
    /// A resample is how often each pair was drawn. Spearman's ranks follow from these counts along an order that is
    /// sorted once, so a resample costs time in proportion to the pairs and no sorting. Resamples in which a list is
    /// constant have no correlation and are left out; if most are, the interval is undefined and that is an error.
    package static func correlationInterval(
        _ x: [Double], _ y: [Double], _ kind: Kind, confidence: Double = 0.95, resamples: Int = 1_999,
        using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Interval {
        try interval(x, y, kind, confidence, resamples) { counts in
            for i in counts.indices { counts[i] = 0 }
            for _ in counts.indices { counts[generator.below(counts.count)] += 1 }
        }
    }

    /// The percentile interval of a correlation over resamples of *words*, for pairs that share them.
    ///
    /// Words are drawn with replacement, as many as there are, and a pair counts with the product of how often its
    /// two words were drawn; a pair of a word with itself counts as often as the word. This is the vertex bootstrap of
    /// Snijders and Borgatti (1999), and for two sets of words the pigeonhole bootstrap of Owen (2007), which proves
    /// that it errs on the safe side: where every word stands in one pair only it is √3 times as wide as resampling
    /// pairs, because a product of two independent counts has the variance 3.
    ///
    /// - Parameter words: the two words of each pair, as any numbers that only they have.
    package static func wordInterval(
        _ x: [Double], _ y: [Double], words: [(Int, Int)], _ kind: Kind, confidence: Double = 0.95,
        resamples: Int = 1_999, using generator: inout some RandomNumberGenerator
    ) throws(StatisticsError) -> Interval {
        guard words.count == x.count else { throw .unpaired(first: x.count, second: words.count) }
        var places: [Int: Int] = [:]
        let ends = words.map { pair in
            [pair.0, pair.1].map { word in
                let place = places[word] ?? places.count
                places[word] = place
                return place
            }
        }
        var drawn = [Double](repeating: 0, count: places.count)
        return try interval(x, y, kind, confidence, resamples) { counts in
            for i in drawn.indices { drawn[i] = 0 }
            for _ in drawn.indices { drawn[generator.below(drawn.count)] += 1 }
            for (place, pair) in ends.enumerated() {
                counts[place] = pair[0] == pair[1] ? drawn[pair[0]] : drawn[pair[0]] * drawn[pair[1]]
            }
        }
    }

    /// The correlation of a sample that holds each pair so many times; nil where one of its lists is constant.
    package static func correlation(_ x: [Double], _ y: [Double], _ kind: Kind, counts: [Double]) -> Double? {
        precondition(x.count == y.count && x.count == counts.count, "three lists of one length")
        let (u, v) = (Drawn(x, kind), Drawn(y, kind))
        var (a, b) = (u.centred, v.centred)
        if kind == .spearman {
            u.rank(counts, into: &a)
            v.rank(counts, into: &b)
        }
        return weighted(a, b, counts)
    }

    /// Percentiles over resamples, of which `draw` says how often each pair is in the next.
    private static func interval(
        _ x: [Double], _ y: [Double], _ kind: Kind, _ confidence: Double, _ resamples: Int,
        _ draw: (inout [Double]) -> Void
    ) throws(StatisticsError) -> Interval {
        let name = "A bootstrap interval of a correlation"
        guard x.count == y.count else { throw .unpaired(first: x.count, second: y.count) }
        try requireFinite(x, atLeast: 3, for: name)
        try requireFinite(y, atLeast: 3, for: name)
        try requireConfidence(confidence)
        guard resamples >= 2 else {
            throw .outOfRange(what: "The number of resamples", value: Double(resamples), range: "at least 2")
        }
        let (u, v) = (Drawn(x, kind), Drawn(y, kind))
        var counts = [Double](repeating: 0, count: x.count)
        var (a, b) = (u.centred, v.centred)
        var found: [Double] = []
        found.reserveCapacity(resamples)
        for _ in 0..<resamples {
            draw(&counts)
            if kind == .spearman {
                u.rank(counts, into: &a)
                v.rank(counts, into: &b)
            }
            if let r = weighted(a, b, counts) { found.append(r) }
        }
        guard found.count * 2 > resamples else { throw .noVariation(what: name) }
        found.sort()
        let tail = (1 - confidence) / 2
        return Interval(
            interpolatedQuantile(ofSorted: found, tail), interpolatedQuantile(ofSorted: found, 1 - tail))
    }

    /// Pearson's r of values that occur `counts` times; nil where one of them is constant.
    ///
    /// The values are centred or small whole numbers, so plain sums lose nothing that matters to an interval.
    private static func weighted(_ x: [Double], _ y: [Double], _ counts: [Double]) -> Double? {
        var (sumX, sumY, total) = (0.0, 0.0, 0.0)
        for i in counts.indices {
            sumX += counts[i] * x[i]
            sumY += counts[i] * y[i]
            total += counts[i]
        }
        guard total > 0 else { return nil }
        let (meanX, meanY) = (sumX / total, sumY / total)
        var (xx, yy, xy) = (0.0, 0.0, 0.0)
        for i in counts.indices where counts[i] > 0 {
            let (dx, dy) = (x[i] - meanX, y[i] - meanY)
            xx += counts[i] * dx * dx
            yy += counts[i] * dy * dy
            xy += counts[i] * dx * dy
        }
        // What rounding leaves of a constant is not variation.
        let floor = 1e-24 * total
        guard xx > floor * meanX * meanX, yy > floor * meanY * meanY, xx > 0, yy > 0 else { return nil }
        return max(-1, min(1, xy / (xx * yy).squareRoot()))
    }

    /// One of the two lists, prepared for many resamples.
    private struct Drawn {
        let centred: [Double]
        /// Places from the smallest value to the largest, and where in that order each run of equal values ends.
        private let order: [Int]
        private let runs: [Int]

        init(_ values: [Double], _ kind: Kind) {
            let mean = meanOf(values)
            centred = values.map { $0 - mean }
            guard kind == .spearman else { (order, runs) = ([], []); return }
            let order = values.indices.sorted { values[$0] < values[$1] }
            runs = order.indices.filter { $0 + 1 == order.count || values[order[$0 + 1]] != values[order[$0]] }
                .map { $0 + 1 }
            self.order = order
        }

        /// The mean rank of each value in a sample that holds it `counts` times.
        func rank(_ counts: [Double], into ranks: inout [Double]) {
            var (start, below) = (0, 0.0)
            for end in runs {
                var size = 0.0
                for place in start..<end { size += counts[order[place]] }
                let rank = below + 0.5 * (size + 1)
                for place in start..<end { ranks[order[place]] = rank }
                below += size
                start = end
            }
        }
    }
}

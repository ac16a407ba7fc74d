import SynStatistics

/// One encoder's scores over its seeds.
package struct EncoderSummary: Sendable {
    package let encoder: String
    package let style: EncoderStyle
    package let scores: [ScoreRecord]

    /// Encoders grouped by style (BERT, CLIP, random), each in the order of first appearance.
    package static func of(_ scores: [ScoreRecord]) -> [EncoderSummary] {
        var order: [String] = []
        var groups: [String: [ScoreRecord]] = [:]
        for score in scores {
            let key = "\(score.style.rawValue)\u{0}\(score.encoder)"
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(score)
        }
        let summaries = order.compactMap { key -> EncoderSummary? in
            guard let group = groups[key], let first = group.first else { return nil }
            return EncoderSummary(encoder: first.encoder, style: first.style, scores: group)
        }
        return EncoderStyle.allCases.flatMap { style in summaries.filter { $0.style == style } }
    }

    /// How one measurement varies over the seeds; nil where no seed has it.
    package func spread(of value: (ScoreRecord) -> Double?) -> SeedSpread? {
        SeedSpread(scores.compactMap(value))
    }

    package var clipScore: SeedSpread? { spread { $0.clipScore } }
}

extension [EncoderSummary] {
    /// What encoders are held against: pictures of no caption, or, where none were drawn, of random vectors; the mean
    /// over seeds. Nil where there is neither.
    var baseline: (name: String, style: EncoderStyle, clipScore: Double)? {
        for (style, name) in [(EncoderStyle.noCaption, "no caption"), (.random, "random")] {
            let means = filter { $0.style == style }.compactMap { $0.clipScore?.mean }
            if let mean = SeedSpread(means)?.mean { return (name, style, mean) }
        }
        return nil
    }
}

/// The values of a few seeds: mean, standard deviation, 95 % interval.
package struct SeedSpread: Sendable, Equatable {
    package let values: [Double]
    /// Undefined (NaN) if one of the values is.
    package let mean: Double
    /// The sample standard deviation (divisor n − 1); nil for a single seed.
    package let sd: Double?
    /// mean ± t(0.975, n − 1) · sd / √n; nil for a single seed, which says nothing about its own spread.
    ///
    /// It is an interval for this encoder over seeds, not for the style the encoder belongs to.
    package let interval: Interval?

    /// Nil without values.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        self.values = values
        guard let description = try? Descriptives(values) else {
            mean = values.reduce(0, +) / Double(values.count)
            sd = nil
            interval = nil
            return
        }
        mean = description.mean
        sd = description.sampleDeviation
        let student = try? StudentDistribution(degreesOfFreedom: Double(values.count - 1))
        if let sd, let t = student?.quantile(0.975) {
            let reach = t * sd / Double(values.count).squareRoot()
            interval = Interval(mean - reach, mean + reach)
        } else {
            interval = nil
        }
    }
}

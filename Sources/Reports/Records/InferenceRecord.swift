import SynStatistics

/// What a probe's scores say, by the question they answer: whether pictures agree with their own captions at all, how
/// *these* encoders differ, and how *encoders of these styles* would.
package struct InferenceRecord: Codable, Sendable, Equatable {
    /// One encoder and seed against captions of other portraits.
    package struct Floor: Codable, Sendable, Equatable {
        package var encoder: String
        package var style: EncoderStyle
        package var seed: UInt64
        package var clipScore: Double
        /// With captions of other portraits.
        package var shuffled: Double
        /// Own minus shuffled, and its 95 % interval by resampling portraits.
        package var difference: Double
        package var interval: Interval
        /// Of captions dealt out at random.
        package var p: Double

        package init(
            encoder: String, style: EncoderStyle, seed: UInt64, clipScore: Double, shuffled: Double, difference: Double,
            interval: Interval, p: Double
        ) {
            (self.encoder, self.style, self.seed, self.clipScore) = (encoder, style, seed, clipScore)
            (self.shuffled, self.difference, self.interval, self.p) = (shuffled, difference, interval, p)
        }

        enum CodingKeys: String, CodingKey {
            case encoder, style, seed
            case clipScore = "clip_score"
            case shuffled, difference
            case interval = "ci95"
            case p
        }
    }

    /// Two encoders, or two styles, on the same captions: a − b, clustered by portrait.
    package struct Pair: Codable, Sendable, Equatable {
        package var a: String
        package var b: String
        package var difference: Double
        package var interval: Interval
        package var p: Double
        /// By Holm over all pairs of encoders; nil for styles.
        package var pHolm: Double?
        package var captions: Int
        package var portraits: Int

        package init(
            a: String, b: String, difference: Double, interval: Interval, p: Double, pHolm: Double? = nil,
            captions: Int,
            portraits: Int
        ) {
            (self.a, self.b, self.difference, self.interval) = (a, b, difference, interval)
            (self.p, self.pHolm, self.captions, self.portraits) = (p, pHolm, captions, portraits)
        }

        enum CodingKeys: String, CodingKey {
            case a, b, difference
            case interval = "ci95"
            case p
            case pHolm = "p_holm"
            case captions, portraits
        }
    }

    /// The difference of styles where encoders are the sample: a linear mixed model.
    package struct Kinds: Codable, Sendable, Equatable {
        package struct Share: Codable, Sendable, Equatable {
            package var name: String
            package var variance: Double

            package init(name: String, variance: Double) { (self.name, self.variance) = (name, variance) }
        }

        package var a: String
        package var b: String
        package var difference: Double
        package var standardError: Double
        /// Satterthwaite's, at most the encoders less two.
        package var degreesOfFreedom: Double
        package var interval: Interval
        package var p: Double
        /// Encoders, seeds, portraits, captions, and what is left to each picture.
        package var variances: [Share]
        package var encoders: Int

        package init(
            a: String, b: String, difference: Double, standardError: Double, degreesOfFreedom: Double,
            interval: Interval,
            p: Double, variances: [Share], encoders: Int
        ) {
            (self.a, self.b, self.difference, self.standardError) = (a, b, difference, standardError)
            (self.degreesOfFreedom, self.interval, self.p) = (degreesOfFreedom, interval, p)
            (self.variances, self.encoders) = (variances, encoders)
        }

        enum CodingKeys: String, CodingKey {
            case a, b, difference
            case standardError = "se"
            case degreesOfFreedom = "dof"
            case interval = "ci95"
            case p, variances, encoders
        }
    }

    /// One encoder against the decoder without a caption, on the same captions.
    package struct Level: Codable, Sendable, Equatable {
        package var encoder: String
        package var style: EncoderStyle
        package var mean: Double
        /// Encoder minus no caption, and its 95 % interval by resampling portraits.
        package var difference: Double
        package var interval: Interval
        package var p: Double
        /// By Holm over the encoders.
        package var pHolm: Double?
        /// The share of the way from no caption (0) to the VQGAN's reconstructions of the real pictures (1).
        package var way: Double?
        package var wayInterval: Interval?

        package init(
            encoder: String, style: EncoderStyle, mean: Double, difference: Double, interval: Interval, p: Double,
            way: Double? = nil, wayInterval: Interval? = nil
        ) {
            (self.encoder, self.style, self.mean, self.difference) = (encoder, style, mean, difference)
            (self.interval, self.p, self.way, self.wayInterval) = (interval, p, way, wayInterval)
        }

        enum CodingKeys: String, CodingKey {
            case encoder, style, mean, difference
            case interval = "ci95"
            case p
            case pHolm = "p_holm"
            case way
            case wayInterval = "way_ci95"
        }
    }

    /// What one measurement says.
    package struct Outcome: Codable, Sendable, Equatable {
        package var name: String
        package var unit: String
        /// Whether the settings named it as the one to judge by, before anything was measured.
        package var isPrimary: Bool
        package var above: [Level]
        /// Of styles; nil where there is only one.
        package var styles: Pair?
        package var pairs: [Pair]
        /// Nil where a style has fewer than two encoders.
        package var kinds: Kinds?

        package init(
            name: String, unit: String, isPrimary: Bool, above: [Level] = [], styles: Pair?, pairs: [Pair],
            kinds: Kinds?
        ) {
            (self.name, self.unit, self.isPrimary, self.above) = (name, unit, isPrimary, above)
            (self.styles, self.pairs, self.kinds) = (styles, pairs, kinds)
        }

        enum CodingKeys: String, CodingKey {
            case name, unit, above, styles, pairs, kinds
            case isPrimary = "primary"
        }
    }

    package var floors: [Floor]
    /// The primary one first.
    package var outcomes: [Outcome]

    package var primary: Outcome? { outcomes.first(where: \.isPrimary) ?? outcomes.first }

    package init(floors: [Floor], outcomes: [Outcome]) { (self.floors, self.outcomes) = (floors, outcomes) }

    private enum CodingKeys: String, CodingKey { case floors, outcomes, styles, pairs, kinds }

    /// Earlier versions had one outcome, the CLIP-Score, without a name.
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        floors = try keys.decode([Floor].self, forKey: .floors)
        if let outcomes = try keys.decodeIfPresent([Outcome].self, forKey: .outcomes) {
            self.outcomes = outcomes
        } else {
            outcomes = [
                Outcome(
                    name: "CLIP-Score", unit: "points", isPrimary: true,
                    styles: try keys.decodeIfPresent(Pair.self, forKey: .styles),
                    pairs: try keys.decodeIfPresent([Pair].self, forKey: .pairs) ?? [],
                    kinds: try keys.decodeIfPresent(Kinds.self, forKey: .kinds))
            ]
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(floors, forKey: .floors)
        try keys.encode(outcomes, forKey: .outcomes)
    }
}

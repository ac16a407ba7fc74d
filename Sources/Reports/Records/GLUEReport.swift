import SynStatistics

/// What encoders can be fine-tuned to answer: written to `glue.json`; every table, curve and page is made from this
/// record alone.
package struct GLUEReport: Codable, Sendable, Equatable {
    package static let currentSchema = 1

    package var schemaVersion: Int = GLUEReport.currentSchema
    package var title: String
    /// Where the texts come from.
    package var dataset: String
    package var encoders: [TextEncoderRecord]
    package var tasks: [GLUETaskRecord]
    package var scores: [GLUEScore]
    package var comparisons: [GLUEComparison]
    package var curves: [GLUECurve]
    package var probes: [GLUEProbe]
    package var settings: [Setting]
    package var provenance: Provenance
    /// What was left out and why, and what a reader must know before quoting a number.
    package var caveats: [String]
    /// True where only the first examples were used; else nil.
    package var partial: Bool?

    package init(
        title: String, dataset: String, encoders: [TextEncoderRecord] = [], tasks: [GLUETaskRecord] = [],
        scores: [GLUEScore] = [], comparisons: [GLUEComparison] = [], curves: [GLUECurve] = [],
        probes: [GLUEProbe] = [], settings: [Setting] = [], provenance: Provenance, caveats: [String] = []
    ) {
        (self.title, self.dataset, self.encoders, self.tasks) = (title, dataset, encoders, tasks)
        (self.scores, self.comparisons, self.curves, self.probes) = (scores, comparisons, curves, probes)
        (self.settings, self.provenance, self.caveats) = (settings, provenance, caveats)
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case title, dataset, encoders, tasks, scores, comparisons, curves, probes, settings, provenance, caveats
        case partial
    }
}

/// A task as a reader should know it.
package struct GLUETaskRecord: Codable, Sendable, Equatable {
    package var name: String
    package var title: String
    package var question: String
    /// The quoted measure's name.
    package var metric: String
    /// Examples to learn from.
    package var train: Int
    /// What always giving the most common label scores on the development set; nil where that is undefined.
    package var floor: Double?
    package var countsInAverage: Bool

    package init(
        name: String, title: String, question: String, metric: String, train: Int, floor: Double?,
        countsInAverage: Bool
    ) {
        (self.name, self.title, self.question, self.metric) = (name, title, question, metric)
        (self.train, self.floor, self.countsInAverage) = (train, floor, countsInAverage)
    }

    enum CodingKeys: String, CodingKey {
        case name, title, question, metric, train, floor
        case countsInAverage = "counts_in_average"
    }
}

/// One encoder on one part of a task by one measure, over the seeds.
package struct GLUEScore: Codable, Sendable, Equatable {
    package var encoder: String
    package var task: String
    /// `dev`, or `dev mismatched`.
    package var part: String
    package var metric: String
    /// Whether it is the one the task is quoted by.
    package var isQuoted: Bool
    package var seeds: [Seed]
    /// Of the mean over the seeds, examples drawn again: 95 %. Nil for measures that are not quoted.
    package var interval: Interval?
    /// Examples.
    package var n: Int
    /// Examples, of training and development, that were cut.
    package var cut: Int
    /// A figure from the paper where the model is the one it measured.
    package var published: Double?

    package struct Seed: Codable, Sendable, Equatable {
        package var seed: Int
        /// 0 where the measure is undefined, as scikit-learn gives it.
        package var value: Double
        /// Why there is no such number.
        package var undefined: String?

        package init(seed: Int, value: Double, undefined: String? = nil) {
            (self.seed, self.value, self.undefined) = (seed, value, undefined)
        }
    }

    package init(
        encoder: String, task: String, part: String, metric: String, isQuoted: Bool, seeds: [Seed],
        interval: Interval?, n: Int, cut: Int, published: Double? = nil
    ) {
        (self.encoder, self.task, self.part, self.metric) = (encoder, task, part, metric)
        (self.isQuoted, self.seeds, self.interval, self.n) = (isQuoted, seeds, interval, n)
        (self.cut, self.published) = (cut, published)
    }

    enum CodingKeys: String, CodingKey {
        case encoder, task, part, metric, seeds, interval, n, cut, published
        case isQuoted = "quoted"
    }

    package var mean: Double { seeds.reduce(0) { $0 + $1.value } / Double(max(seeds.count, 1)) }

    /// The sample deviation over seeds; nil for one seed.
    package var deviation: Double? {
        guard seeds.count > 1 else { return nil }
        let squares = seeds.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
        return (squares / Double(seeds.count - 1)).squareRoot()
    }
}

/// Two encoders on the same examples of a task's development set: is the difference more than chance?
package struct GLUEComparison: Codable, Sendable, Equatable {
    package var task: String
    package var metric: String
    package var a: String
    package var b: String
    /// a − b, each the mean over the seeds.
    package var difference: Double
    /// Of the difference, examples drawn again for both: 95 %.
    package var interval: Interval
    /// Two-sided, from the same draws.
    package var p: Double
    /// Corrected by Holm over the tasks of these two encoders.
    package var pHolm: Double
    /// McNemar's exact test of the first seed's answers; nil where answers are scores.
    package var mcnemar: Discordance?

    package struct Discordance: Codable, Sendable, Equatable {
        /// Examples that a alone, and b alone, answered rightly.
        package var onlyA: Int
        package var onlyB: Int
        package var p: Double

        package init(onlyA: Int, onlyB: Int, p: Double) { (self.onlyA, self.onlyB, self.p) = (onlyA, onlyB, p) }

        enum CodingKeys: String, CodingKey {
            case onlyA = "only_a"
            case onlyB = "only_b"
            case p
        }
    }

    package init(
        task: String, metric: String, a: String, b: String, difference: Double, interval: Interval, p: Double,
        pHolm: Double, mcnemar: Discordance?
    ) {
        (self.task, self.metric, self.a, self.b) = (task, metric, a, b)
        (self.difference, self.interval, self.p, self.pHolm) = (difference, interval, p, pHolm)
        self.mcnemar = mcnemar
    }

    enum CodingKeys: String, CodingKey {
        case task, metric, a, b, difference, interval, p, mcnemar
        case pHolm = "p_holm"
    }
}

/// One fine-tuning's losses and development scores.
package struct GLUECurve: Codable, Sendable, Equatable {
    package var encoder: String
    package var task: String
    package var seed: Int
    package var steps: Int
    /// Time of the steps alone.
    package var seconds: Double
    package var loss: [TrainingCurve.Point]
    /// The quoted measure on the development set.
    package var development: [TrainingCurve.Point]

    package init(
        encoder: String, task: String, seed: Int, steps: Int, seconds: Double, loss: [TrainingCurve.Point],
        development: [TrainingCurve.Point]
    ) {
        (self.encoder, self.task, self.seed, self.steps) = (encoder, task, seed, steps)
        (self.seconds, self.loss, self.development) = (seconds, loss, development)
    }
}

/// Linear probes of one frozen encoder on one task, layer by layer.
package struct GLUEProbe: Codable, Sendable, Equatable {
    package var encoder: String
    package var task: String
    package var metric: String
    /// How token states became a text's vector.
    package var reading: String
    /// Examples the probes learnt from.
    package var train: Int
    package var layers: [Layer]

    package struct Layer: Codable, Sendable, Equatable {
        /// From 0, the embedding output.
        package var layer: Int
        /// Of the development set, 0 where it is undefined.
        package var value: Double
        package var undefined: String?
        /// The strength of L2 that the validation part chose, as scikit-learn's C.
        package var c: Double

        package init(layer: Int, value: Double, undefined: String? = nil, c: Double) {
            (self.layer, self.value, self.undefined, self.c) = (layer, value, undefined, c)
        }
    }

    package init(
        encoder: String, task: String, metric: String, reading: String, train: Int, layers: [Layer]
    ) {
        (self.encoder, self.task, self.metric) = (encoder, task, metric)
        (self.reading, self.train, self.layers) = (reading, train, layers)
    }

    /// The layer with the highest score, the first of equals.
    package var best: Layer? { layers.max { $0.value < $1.value } }
}

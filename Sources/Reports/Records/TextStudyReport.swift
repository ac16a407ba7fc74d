import SynStatistics

/// Everything a study of text encoders by themselves found: similarities, word tasks, geometry. Written to `text.json`;
/// every table, curve and page is made from this record alone.
package struct TextStudyReport: Codable, Sendable, Equatable {
    package static let currentSchema = 1

    package var schemaVersion: Int = TextStudyReport.currentSchema
    package var title: String
    /// Where the texts come from.
    package var dataset: String
    package var encoders: [TextEncoderRecord]
    package var scores: [TextScore]
    package var comparisons: [TextComparison]
    package var geometry: [GeometryRecord]
    /// What linear readings find of stated attributes; nil where none was made, and in older files.
    package var linear: [LinearReadingRecord]?
    package var settings: [Setting]
    package var provenance: Provenance
    /// What was left out and why, and what a reader must know before quoting a number.
    package var caveats: [String]
    /// True where only the first items of a task were used, which the caveats then tell; else nil.
    package var partial: Bool?

    package init(
        title: String, dataset: String, encoders: [TextEncoderRecord] = [], scores: [TextScore] = [],
        comparisons: [TextComparison] = [], geometry: [GeometryRecord] = [], settings: [Setting] = [],
        provenance: Provenance, caveats: [String] = []
    ) {
        (self.title, self.dataset, self.encoders, self.scores) = (title, dataset, encoders, scores)
        (self.comparisons, self.geometry, self.settings) = (comparisons, geometry, settings)
        (self.provenance, self.caveats) = (provenance, caveats)
    }

    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case title, dataset, encoders, scores, comparisons, geometry, linear, settings, provenance, caveats, partial
    }
}

/// An encoder as the study met it.
package struct TextEncoderRecord: Codable, Sendable, Equatable {
    package var name: String
    /// `bert`, `roberta`, `clip`, `gpt2`: as its `config.json` says.
    package var modelType: String
    /// Transformer layers, the embedding not counted.
    package var layers: Int
    package var width: Int
    package var isCased: Bool

    package init(name: String, modelType: String, layers: Int, width: Int, isCased: Bool) {
        (self.name, self.modelType, self.layers, self.width, self.isCased) = (name, modelType, layers, width, isCased)
    }

    enum CodingKeys: String, CodingKey {
        case name, layers, width
        case modelType = "model_type"
        case isCased = "cased"
    }
}

/// One encoder on one task under one reading.
package struct TextScore: Codable, Sendable, Equatable {
    package enum Metric: String, Codable, Sendable {
        case spearman, pearson

        package var name: String { self == .spearman ? "Spearman" : "Pearson" }
    }

    package var encoder: String
    /// A short name, such as `sts-l`.
    package var task: String
    /// As a heading says it.
    package var taskTitle: String
    /// The pooling or word variant, such as `mean` or `bos-eos`.
    package var variant: String
    /// What that means, in words.
    package var reading: String
    /// The figure the task is quoted by.
    package var metric: Metric
    /// Pairs, or words, behind the correlations.
    package var n: Int
    /// Pairs left out because a text was longer than the encoder's context.
    package var tooLong: Int
    /// Texts cut to the context because the user asked for it.
    package var truncated: Int
    /// Texts with a piece the vocabulary lacks.
    package var unknown: Int
    /// Of what the encoder puts out; nil where only layers are read.
    package var output: LayerScore?
    /// The embedding output and every layer; empty where nobody asked.
    package var layers: [LayerScore]
    /// Of best layers that were chosen without the pairs they are measured on (word tasks); nil in older files.
    package var crossValidated: LayerScore?
    /// The layers so chosen, the most frequent first.
    package var chosenLayers: [Int]?
    package var published: [PublishedFigure]

    package init(
        encoder: String, task: String, taskTitle: String, variant: String, reading: String, metric: Metric, n: Int,
        tooLong: Int = 0, truncated: Int = 0, unknown: Int = 0, output: LayerScore? = nil, layers: [LayerScore] = [],
        published: [PublishedFigure] = []
    ) {
        (self.encoder, self.task, self.taskTitle, self.variant) = (encoder, task, taskTitle, variant)
        (self.reading, self.metric, self.n, self.tooLong) = (reading, metric, n, tooLong)
        (self.truncated, self.unknown, self.output, self.layers) = (truncated, unknown, output, layers)
        self.published = published
    }

    enum CodingKeys: String, CodingKey {
        case encoder, task, variant, reading, metric, n, truncated, unknown, output, layers, published
        case taskTitle = "task_title"
        case tooLong = "too_long"
        case crossValidated = "cross_validated"
        case chosenLayers = "chosen_layers"
    }

    /// The correlation the task is quoted by.
    package func figure(_ score: LayerScore) -> CorrelationRecord? {
        metric == .spearman ? score.spearman : score.pearson
    }

    /// The layer with the highest figure, the first of equals.
    package var best: LayerScore? {
        layers.filter { figure($0) != nil }.max { (figure($0)?.value ?? 0) < (figure($1)?.value ?? 0) }
    }

    package var top: LayerScore? { layers.last }

    /// What a single cell shows, and encoders are ordered by: the output, else the best layer, where it was
    /// cross-validated so.
    package var headline: LayerScore? { output ?? crossValidated ?? best ?? top }
}

/// The correlations of one layer; both are nil, and a sentence says why, where there are none.
package struct LayerScore: Codable, Sendable, Equatable {
    /// From 0, the embedding output; nil for the encoder's output.
    package var layer: Int?
    package var pearson: CorrelationRecord?
    package var spearman: CorrelationRecord?
    package var undefined: String?

    package init(
        layer: Int?, pearson: CorrelationRecord? = nil, spearman: CorrelationRecord? = nil, undefined: String? = nil
    ) {
        (self.layer, self.pearson, self.spearman, self.undefined) = (layer, pearson, spearman, undefined)
    }
}

/// A correlation with what is known of its error.
package struct CorrelationRecord: Codable, Sendable, Equatable {
    package var value: Double
    /// Of no correlation at all.
    package var p: Double
    /// Fisher's 95 % interval.
    package var interval: Interval
    /// The bootstrap's 95 % interval, where it was drawn.
    package var bootstrap: Interval?

    package init(value: Double, p: Double, interval: Interval, bootstrap: Interval? = nil) {
        (self.value, self.p, self.interval, self.bootstrap) = (value, p, interval, bootstrap)
    }
}

/// A figure from a paper that a score can be held against.
package struct PublishedFigure: Codable, Sendable, Equatable {
    /// The model it was measured on.
    package var model: String
    package var source: String
    package var metric: TextScore.Metric
    package var value: Double
    /// "output", "best" or "top".
    package var place: String
    /// The layer, where the paper names it.
    package var layer: Int?

    package init(
        model: String, source: String, metric: TextScore.Metric, value: Double, place: String, layer: Int? = nil
    ) {
        (self.model, self.source, self.metric) = (model, source, metric)
        (self.value, self.place, self.layer) = (value, place, layer)
    }
}

/// Two encoders on the same pairs: is the difference of their correlations more than chance?
package struct TextComparison: Codable, Sendable, Equatable {
    package var task: String
    package var taskTitle: String
    package var metric: TextScore.Metric
    /// "output", "best layer", "best layer, cross-validated" or "top layer".
    package var place: String
    package var a: String
    package var b: String
    /// How each was read: `mean`, `word`.
    package var variantA: String
    package var variantB: String
    package var n: Int
    package var valueA: Double
    package var valueB: Double
    /// The correlation of the two encoders' similarities with each other.
    package var between: Double
    package var williamsT: Double
    package var degreesOfFreedom: Int
    package var williamsP: Double
    package var steigerZ: Double
    package var steigerP: Double
    /// Williams' p corrected by Holm over all comparisons of the task.
    package var pHolm: Double
    /// Zou's 95 % interval of the difference a − b; absent in older files and where a correlation is ±1.
    package var differenceInterval: Interval?
    /// Where a difference that would not matter was named.
    package var equivalence: Equivalence?

    /// Two one-sided tests at .05 (Schuirmann 1987): a difference of the margin or more is ruled out exactly where the
    /// 90 % interval lies within it.
    package struct Equivalence: Codable, Sendable, Equatable {
        /// The least correlation difference that would matter.
        package var margin: Double
        /// Zou's, of a − b; nil where a correlation is ±1.
        package var interval90: Interval?
        package var isShown: Bool

        enum CodingKeys: String, CodingKey {
            case margin
            case interval90 = "difference_ci90"
            case isShown = "shown"
        }
    }

    /// The same with the tests of equivalence.
    func testingEquivalence(within margin: Double) -> TextComparison {
        var copy = self
        let test = try? DependentCorrelations(first: valueA, second: valueB, between: between, count: n)
        let interval = test?.differenceInterval(confidence: 0.9)
        copy.equivalence = Equivalence(
            margin: margin, interval90: interval,
            isShown: interval.map { -margin < $0.lower && $0.upper < margin } ?? false)
        return copy
    }

    /// The place of best layers that the compared pairs did not choose.
    package static let crossValidated = "best layer, cross-validated"

    package init(
        task: String, taskTitle: String, metric: TextScore.Metric, place: String, a: (encoder: String, variant: String),
        b: (encoder: String, variant: String), test: DependentCorrelations, pHolm: Double
    ) {
        (self.task, self.taskTitle, self.metric, self.place) = (task, taskTitle, metric, place)
        (self.a, variantA, self.b, variantB) = (a.encoder, a.variant, b.encoder, b.variant)
        (n, self.pHolm) = (test.count, pHolm)
        (valueA, valueB, between) = (test.first, test.second, test.between)
        (williamsT, degreesOfFreedom, williamsP) = (test.williamsT, test.degreesOfFreedom, test.williamsP)
        (steigerZ, steigerP, differenceInterval) = (test.steigerZ, test.steigerP, test.differenceInterval)
    }

    enum CodingKeys: String, CodingKey {
        case task, metric, place, a, b, n, between
        case taskTitle = "task_title"
        case variantA = "vector_a"
        case variantB = "vector_b"
        case valueA = "value_a"
        case valueB = "value_b"
        case williamsT = "williams_t"
        case degreesOfFreedom = "df"
        case williamsP = "williams_p"
        case steigerZ = "steiger_z"
        case steigerP = "steiger_p"
        case pHolm = "p_holm"
        case differenceInterval = "difference_ci95"
        case equivalence
    }
}

extension TextStudyReport {
    /// The same with every comparison tested for equivalence: whether a difference of correlations as large as `margin`
    /// is ruled out.
    package func testingEquivalence(within margin: Double) -> TextStudyReport {
        var copy = self
        copy.comparisons = comparisons.map { $0.testingEquivalence(within: margin) }
        copy.settings.append(.init("difference that would not matter", "\(margin)"))
        return copy
    }
}

/// How an encoder's vectors of words or sentences lie in their space, layer by layer.
package struct GeometryRecord: Codable, Sendable, Equatable {
    package enum What: String, Codable, Sendable {
        case words, sentences

        package var title: String { self == .words ? "Words in their sentences" : "Whole sentences" }
    }

    package var encoder: String
    package var what: What
    /// Which vector of each, in words.
    package var reading: String
    /// Vectors measured.
    package var n: Int
    /// Words that could not be placed and sentences that were too long.
    package var leftOut: Int
    package var layers: [LayerGeometry]
    /// What the paper reports of such vectors, one sentence; nil where nothing.
    package var published: String?

    package init(
        encoder: String, what: What, reading: String, n: Int, leftOut: Int, layers: [LayerGeometry],
        published: String? = nil
    ) {
        (self.encoder, self.what, self.reading, self.n) = (encoder, what, reading, n)
        (self.leftOut, self.layers, self.published) = (leftOut, layers, published)
    }

    enum CodingKeys: String, CodingKey {
        case encoder, what, reading, n, layers, published
        case leftOut = "left_out"
    }
}

/// One layer's geometry; nil where a number does not exist (a zero vector, vectors all the same).
package struct LayerGeometry: Codable, Sendable, Equatable {
    package var layer: Int
    /// Mean cosine of all pairs.
    package var selfSimilarity: Double?
    /// Share of the squared length in the 5 and 8 largest components.
    package var top5: Double?
    package var top8: Double?
    package var top5AsReleased: Double?
    package var effectiveRank: Double?
    package var isoScore: Double?
    /// Share of the variance of each of the first components.
    package var spectrum: [Double]?
    package var componentsForNinety: Int?
    /// Self-similarity after removing the mean, and then the first component, or the first five.
    package var centredSelfSimilarity: Double?
    package var withoutTop1: Double?
    package var withoutTop5: Double?

    package init(
        layer: Int, selfSimilarity: Double?, top5: Double?, top8: Double?, top5AsReleased: Double?,
        effectiveRank: Double?, isoScore: Double?, spectrum: [Double]?, componentsForNinety: Int?,
        centredSelfSimilarity: Double?, withoutTop1: Double?, withoutTop5: Double?
    ) {
        (self.layer, self.selfSimilarity, self.top5, self.top8) = (layer, selfSimilarity, top5, top8)
        (self.top5AsReleased, self.effectiveRank, self.isoScore) = (top5AsReleased, effectiveRank, isoScore)
        (self.spectrum, self.componentsForNinety) = (spectrum, componentsForNinety)
        (self.centredSelfSimilarity, self.withoutTop1) = (centredSelfSimilarity, withoutTop1)
        self.withoutTop5 = withoutTop5
    }

    enum CodingKeys: String, CodingKey {
        case layer, top5, top8, spectrum
        case selfSimilarity = "self_similarity"
        case top5AsReleased = "top5_as_released"
        case effectiveRank = "effective_rank"
        case isoScore = "iso_score"
        case componentsForNinety = "components_for_90"
        case centredSelfSimilarity = "self_similarity_centred"
        case withoutTop1 = "self_similarity_without_top1"
        case withoutTop5 = "self_similarity_without_top5"
    }
}

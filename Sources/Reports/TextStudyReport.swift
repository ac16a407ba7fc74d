import Statistics

/// Everything a study of text encoders by themselves found: similarities, word tasks, geometry. Written to `text.json`;
/// every table, curve and page is made from this record alone.
public struct TextStudyReport: Codable, Sendable, Equatable {
    public static let currentSchema = 1

    public var schemaVersion: Int = TextStudyReport.currentSchema
    public var title: String
    /// Where the texts come from.
    public var dataset: String
    public var encoders: [TextEncoderRecord]
    public var scores: [TextScore]
    public var comparisons: [TextComparison]
    public var geometry: [GeometryRecord]
    public var settings: [Setting]
    public var provenance: Provenance
    /// What was left out and why, and what a reader must know before quoting a number.
    public var caveats: [String]

    public init(
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
        case title, dataset, encoders, scores, comparisons, geometry, settings, provenance, caveats
    }
}

/// An encoder as the study met it.
public struct TextEncoderRecord: Codable, Sendable, Equatable {
    public var name: String
    /// `bert`, `roberta`, `clip`, `gpt2`: as its `config.json` says.
    public var modelType: String
    /// Transformer layers, the embedding not counted.
    public var layers: Int
    public var width: Int
    public var isCased: Bool

    public init(name: String, modelType: String, layers: Int, width: Int, isCased: Bool) {
        (self.name, self.modelType, self.layers, self.width, self.isCased) = (name, modelType, layers, width, isCased)
    }

    enum CodingKeys: String, CodingKey {
        case name, layers, width
        case modelType = "model_type"
        case isCased = "cased"
    }
}

/// One encoder on one task under one reading.
public struct TextScore: Codable, Sendable, Equatable {
    public enum Metric: String, Codable, Sendable {
        case spearman, pearson

        public var name: String { self == .spearman ? "Spearman" : "Pearson" }
    }

    public var encoder: String
    /// A short name, such as `sts-l`.
    public var task: String
    /// As a heading says it.
    public var taskTitle: String
    /// The pooling or word variant, such as `mean` or `bos-eos`.
    public var variant: String
    /// What that means, in words.
    public var reading: String
    /// The figure the task is quoted by.
    public var metric: Metric
    /// Pairs, or words, behind the correlations.
    public var n: Int
    /// Pairs left out because a text was longer than the encoder's context.
    public var tooLong: Int
    /// Texts cut to the context because the user asked for it.
    public var truncated: Int
    /// Texts with a piece the vocabulary lacks.
    public var unknown: Int
    /// Of what the encoder puts out; nil where only layers are read.
    public var output: LayerScore?
    /// The embedding output and every layer; empty where nobody asked.
    public var layers: [LayerScore]
    public var published: [PublishedFigure]

    public init(
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
    }

    /// The correlation the task is quoted by.
    public func figure(_ score: LayerScore) -> CorrelationRecord? {
        metric == .spearman ? score.spearman : score.pearson
    }

    /// The layer with the highest figure, the first of equals.
    public var best: LayerScore? {
        layers.filter { figure($0) != nil }.max { (figure($0)?.value ?? 0) < (figure($1)?.value ?? 0) }
    }

    public var top: LayerScore? { layers.last }

    /// What a single cell shows: the output, else the best layer.
    public var headline: LayerScore? { output ?? best ?? top }
}

/// The correlations of one layer; both are nil, and a sentence says why, where there are none.
public struct LayerScore: Codable, Sendable, Equatable {
    /// From 0, the embedding output; nil for the encoder's output.
    public var layer: Int?
    public var pearson: CorrelationRecord?
    public var spearman: CorrelationRecord?
    public var undefined: String?

    public init(
        layer: Int?, pearson: CorrelationRecord? = nil, spearman: CorrelationRecord? = nil, undefined: String? = nil
    ) {
        (self.layer, self.pearson, self.spearman, self.undefined) = (layer, pearson, spearman, undefined)
    }
}

/// A correlation with what is known of its error.
public struct CorrelationRecord: Codable, Sendable, Equatable {
    public var value: Double
    /// Of no correlation at all.
    public var p: Double
    /// Fisher's 95 % interval.
    public var interval: Interval
    /// The bootstrap's 95 % interval, where it was drawn.
    public var bootstrap: Interval?

    public init(value: Double, p: Double, interval: Interval, bootstrap: Interval? = nil) {
        (self.value, self.p, self.interval, self.bootstrap) = (value, p, interval, bootstrap)
    }
}

/// A figure from a paper that a score can be held against.
public struct PublishedFigure: Codable, Sendable, Equatable {
    /// The model it was measured on.
    public var model: String
    public var source: String
    public var metric: TextScore.Metric
    public var value: Double
    /// "output", "best" or "top".
    public var place: String
    /// The layer, where the paper names it.
    public var layer: Int?

    public init(
        model: String, source: String, metric: TextScore.Metric, value: Double, place: String, layer: Int? = nil
    ) {
        (self.model, self.source, self.metric) = (model, source, metric)
        (self.value, self.place, self.layer) = (value, place, layer)
    }
}

/// Two encoders on the same pairs: is the difference of their correlations more than chance?
public struct TextComparison: Codable, Sendable, Equatable {
    public var task: String
    public var taskTitle: String
    public var metric: TextScore.Metric
    /// "output", "best layer" or "top layer".
    public var place: String
    public var a: String
    public var b: String
    /// How each was read: `mean`, `word`.
    public var variantA: String
    public var variantB: String
    public var n: Int
    public var valueA: Double
    public var valueB: Double
    /// The correlation of the two encoders' similarities with each other.
    public var between: Double
    public var williamsT: Double
    public var degreesOfFreedom: Int
    public var williamsP: Double
    public var steigerZ: Double
    public var steigerP: Double
    /// Williams' p corrected by Holm over all comparisons of the task.
    public var pHolm: Double
    /// Zou's 95 % interval of the difference a − b; absent in older files and where a correlation is ±1.
    public var differenceInterval: Interval?

    public init(
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
    }
}

/// How an encoder's vectors of words or sentences lie in their space, layer by layer.
public struct GeometryRecord: Codable, Sendable, Equatable {
    public enum What: String, Codable, Sendable {
        case words, sentences

        public var title: String { self == .words ? "Words in their sentences" : "Whole sentences" }
    }

    public var encoder: String
    public var what: What
    /// Which vector of each, in words.
    public var reading: String
    /// Vectors measured.
    public var n: Int
    /// Words that could not be placed and sentences that were too long.
    public var leftOut: Int
    public var layers: [LayerGeometry]
    /// What the paper reports of such vectors, one sentence; nil where nothing.
    public var published: String?

    public init(
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
public struct LayerGeometry: Codable, Sendable, Equatable {
    public var layer: Int
    /// Mean cosine of all pairs.
    public var selfSimilarity: Double?
    /// Share of the squared length in the 5 and 8 largest components.
    public var top5: Double?
    public var top8: Double?
    public var top5AsReleased: Double?
    public var effectiveRank: Double?
    public var isoScore: Double?
    /// Share of the variance of each of the first components.
    public var spectrum: [Double]?
    public var componentsForNinety: Int?
    /// Self-similarity after removing the mean, and then the first component, or the first five.
    public var centredSelfSimilarity: Double?
    public var withoutTop1: Double?
    public var withoutTop5: Double?

    public init(
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

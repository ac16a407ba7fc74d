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

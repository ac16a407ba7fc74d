import SynEmbedding
import SynModels
import SynReports
import SynRuns

/// The record of each single command.
extension TextStudyReport {
    /// `synesthesia similarity`: every encoder on every task.
    ///
    /// - Parameter pooling: nil for the mean, or with `likePaper` for what the task's paper took.
    package static func similarity(
        _ tasks: [SimilarityTask], _ models: [TextEmbedder], pooling: Pooling?, layers: Bool,
        likePaper: Bool, seed: UInt64, with source: TextFeatureSource
    ) throws -> TextStudyReport {
        var report = TextStudyReport(
            title: "How alike do texts seem to text encoders?", dataset: tasks.map(\.name).joined(separator: ", "),
            encoders: models.map(\.record),
            settings: [
                .init("pooling", pooling?.rawValue ?? (likePaper ? "as the paper's code" : "mean")),
                .init("seed", "\(seed)"),
                .init("texts longer than the context", source.longTexts == .skip ? "left out" : "cut"),
            ], provenance: .ofThisRun(models), caveats: TextStudy.caveats(models, likePaper: likePaper))
        for task in tasks {
            let plans = models.map { model -> SimilarityStudy.Plan in
                if let pooling { return .init(model, pooling) }
                return likePaper ? .init(likePaper: model, task: task) : .init(model, .mean)
            }
            let found = try SimilarityStudy(task, seed: seed).run(plans, layers: layers, with: source)
            report.scores += found.scores
            report.comparisons += found.comparisons
        }
        return report
    }

    /// The same, marked as partial where portions of tasks were used.
    package func marked(_ portions: [Portion]) -> TextStudyReport {
        guard !portions.isEmpty else { return self }
        var copy = self
        copy.partial = true
        copy.caveats = portions.map { "Partial: \($0.sentence.replacing(": a partial result", with: ""))." } + caveats
        return copy
    }

    /// `synesthesia words`.
    package static func words(
        _ study: WordStudy, _ models: [TextEmbedder], variants: [WordVariant], seed: UInt64,
        with source: TextFeatureSource
    ) throws -> TextStudyReport {
        let found = try study.run(models.map { ($0, variants) }, with: source)
        return TextStudyReport(
            title: "What do text encoders know about words?", dataset: "published word lists",
            encoders: models.map(\.record),
            scores: found.scores, comparisons: found.comparisons,
            settings: [.init("variants", variants.map(\.rawValue).joined(separator: ", ")), .init("seed", "\(seed)")],
            provenance: .ofThisRun(models), caveats: TextStudy.caveats(models, likePaper: false))
    }

    /// `synesthesia geometry`: of `sample` words in the texts, or with nil of whole texts.
    package static func geometry(
        _ texts: [String], of name: String, _ models: [TextEmbedder], sample: Int?, pooling: Pooling,
        likePaper: Bool, seed: UInt64, with source: TextFeatureSource
    ) throws -> TextStudyReport {
        let records =
            try sample.map {
                try GeometryStudy.words(ContextualWords(from: texts, count: $0, seed: seed), models, with: source)
            }
            ?? GeometryStudy.sentences(
                texts, models, pooling: pooling, asGiven: likePaper, with: source)
        return TextStudyReport(
            title: "How do text encoders' vectors lie in their space?", dataset: name, encoders: models.map(\.record),
            geometry: records, settings: [.init("texts", name), .init("seed", "\(seed)")],
            provenance: .ofThisRun(models))
    }
}

/// What `study space` measures beyond gap, searches, clusters and maps; what could not be measured is nil or empty.
package struct LatentSpaceMeasures: Codable, Sendable, Equatable {
    package var experiments: [GapExperimentRecord] = []
    package var classification: [ClassificationRecord] = []
    package var interpolation: [InterpolationRecord] = []
    package var arithmetic: ArithmeticRecord?
    package var composition: CompositionRecord?
    package var tokens: TokensRecord?
    package var augmentation: AugmentationRecord?

    package init() {}

    /// Each measured by itself, together.
    package init(joining parts: [LatentSpaceMeasures]) {
        experiments = parts.flatMap(\.experiments)
        classification = parts.flatMap(\.classification)
        interpolation = parts.flatMap(\.interpolation)
        arithmetic = parts.lazy.compactMap(\.arithmetic).first
        composition = parts.lazy.compactMap(\.composition).first
        tokens = parts.lazy.compactMap(\.tokens).first
        augmentation = parts.lazy.compactMap(\.augmentation).first
    }

    /// Each with an identifier for the page.
    package var sections: [(id: String, section: ReportSection)] {
        experiments.map { ("experiment-\($0.experiment)", $0.section) }
            + classification.map { ("classes-\($0.task)", $0.section) }
            + interpolation.enumerated().map { ("way-\($0.offset + 1)", $0.element.section) }
            + [
                ("arithmetic", arithmetic?.section), ("scenes", composition?.section), ("tokens", tokens?.section),
                ("augmentation", augmentation?.section),
            ].compactMap { id, section in section.map { (id, $0) } }
    }
}

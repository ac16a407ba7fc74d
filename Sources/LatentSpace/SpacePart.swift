import SynReports

/// What `study space` measures, each without the others.
package enum SpacePart: String, CaseIterable, Sendable {
    case gap, searches, clusters, pca, umap, tsne, experiments, classes, ways, arithmetic, scenes, tokens, change

    /// What progress calls it.
    package var title: String {
        switch self {
        case .gap: "the gap"
        case .pca, .umap, .tsne: "map: \(rawValue)"
        case .change: "a changed picture"
        default: rawValue
        }
    }

    var map: Projection.Method? { Projection.Method(rawValue: rawValue) }

    /// Whether it asks a model about drawn portraits, beyond the vectors of pairs.
    var needsPortraits: Bool { [.classes, .ways, .arithmetic, .scenes, .tokens, .change].contains(self) }

    /// Seconds for so many pairs, about; only compared. What grows with the pairs' square was measured at 10,000.
    func cost(pairs: Int) -> Double {
        let square = Double(pairs) * Double(pairs) / 1e8
        return switch self {
        case .gap: 4 * square
        case .searches, .experiments: 3 * square
        case .clusters: 30 * square
        case .pca: 1 * square
        case .umap, .tsne: 60 * square
        case .classes, .ways, .arithmetic: 1
        case .scenes, .tokens: 10
        case .change: 3
        }
    }
}

/// What one part found: a piece of a ``LatentSpaceReport``.
package struct SpaceFindings: Codable, Sendable, Equatable {
    var gap: GapRecord?
    var pairCosines: [Double] = []
    var changes: [LatentSpaceReport.TreatmentTest] = []
    var retrieval: RetrievalRecord?
    var clusters: [ClusterRecord] = []
    var maps: [ProjectionRecord] = []
    var measures: LatentSpaceMeasures?
}

import SynRuns
import SynTensors

/// Points on a plane, and others put into their map.
struct PlaneMap {
    let positions: DoubleMatrix   // [fitted, 2]
    let others: DoubleMatrix?   // [others, 2]
    /// Of the variance, by PCA's two components.
    var shares: [Double]?
    /// Kullback-Leibler divergence that t-SNE ended with.
    var divergence: Double?

    /// - Parameters:
    ///   - fitted: what the map is made from, [n, d].
    ///   - others: what is put into it afterwards, [m, d]; t-SNE has no place for them.
    ///   - source: what errors call the points.
    init(
        _ fitted: DoubleMatrix, _ others: DoubleMatrix? = nil, method: Projection.Method, source: String, seed: UInt64,
        likeUMAP: Bool = false, progress: (Int, Int) throws -> Void
    ) throws {
        guard fitted.rows >= 4 else {
            throw UserError(.badData, "\(source): \(fitted.rows) points are too few for a map; give four or more")
        }
        switch method {
        case .pca:
            let components = try PrincipalComponents(fitted, components: 2)
            positions = Self.flat(components.scores)
            self.others = others.map { Self.flat(components.transform($0)) }
            shares = components.shares
        case .umap:
            let map = try UMAP(
                fitted, neighbours: min(UMAP.defaultNeighbours, fitted.rows - 1), seed: seed, progress: progress)
            positions = map.positions
            self.others = try others.map { try map.transform($0, likeUMAP: likeUMAP) }
        case .tsne:
            let map = try TSNE(fitted, seed: seed, progress: progress)
            (positions, self.others) = (map.positions, nil)
            divergence = map.divergence
        }
    }

    /// On a plane where there was but a line: vectors of one dimension alone.
    private static func flat(_ scores: DoubleMatrix) -> DoubleMatrix {
        guard scores.columns == 1 else { return scores }
        return DoubleMatrix(scores.values.flatMap { [$0, 0] }, rows: scores.rows, columns: 2)
    }
}

import SynReports
import SynRuns
import SynTensors

/// Pairs that lie together, in an order in which like stands beside like.
package struct PairClusters: Sendable {
    /// What is clustered.
    package enum Rows: String, CaseIterable, Sendable {
        /// As Amumo: Euclidean distances between rows of 1 - T, T being the cosines of texts (rows) with pictures.
        case published
        /// Ours: 1 - z·z of pair vectors z, the unit sum of picture and text; leaves in the order of the least sum.
        case pairs
        /// Texts alone: 1 - y·y, leaves in the same order; all there is of an encoder without a picture tower.
        case texts
    }

    package let rows: Rows
    package let tree: Dendrogram
    package let distances: DoubleMatrix
    /// Members of each cluster, clusters in the order of the tree.
    package let clusters: [[Int]]
    private let source: String

    /// - Parameter most: clusters at most.
    package init(_ pairs: PairedVectors, rows: Rows, most: Int = 10) throws {
        (self.rows, source) = (rows, pairs.source)
        switch rows {
        case .published:
            distances = Self.betweenRows(pairs.texts.times(pairs.images, .transposed))
            tree = Dendrogram(distances)
            clusters = tree.groups(atMost: most)
        case .pairs: (distances, tree, clusters) = Self.inOrder(try Self.sums(pairs), most)
        case .texts: (distances, tree, clusters) = Self.inOrder(pairs.texts, most)
        }
    }

    package init(_ texts: TextVectors, most: Int = 10) {
        (rows, source) = (.texts, texts.source)
        (distances, tree, clusters) = Self.inOrder(texts.vectors, most)
    }

    /// Groups of unit rows by cosine, laid like beside like.
    private static func inOrder(_ rows: DoubleMatrix, _ most: Int) -> (DoubleMatrix, Dendrogram, [[Int]]) {
        let distances = betweenUnits(rows)
        let tree = Dendrogram(distances)
        let leaves = tree.count <= LeafOrder.most ? LeafOrder(tree, distances).leaves : tree.leaves
        var place = [Int](repeating: 0, count: leaves.count)
        for (position, leaf) in leaves.enumerated() { place[leaf] = position }
        let clusters = tree.groups(atMost: most).map { $0.sorted { place[$0] < place[$1] } }
            .sorted { place[$0[0]] < place[$1[0]] }
        return (distances, tree, clusters)
    }

    /// Beyond this, the tree would not fit or not end.
    package static let most = 5_000

    /// Throws before the work where there are too many pairs for it.
    package static func check(_ count: Int, _ source: String) throws {
        guard count <= most else {
            throw UserError(
                .settings,
                "\(source): a tree of \(count) pairs would take too long; draw at most \(most) with --sample")
        }
    }

    package func record(captions: [String]?) -> ClusterRecord {
        ClusterRecord(
            source: source, rows: rows.rawValue, order: clusters.flatMap(\.self), sizes: clusters.map(\.count),
            labels: captions.map { labels($0) } ?? [], height: tree.joints.last?.height ?? 0)
    }

    private func labels(_ captions: [String]) -> [String] {
        let texts = clusters.map { $0.map { captions[$0] } }
        return rows == .published ? texts.map(ClusterLabels.published) : ClusterLabels.ours(texts)
    }

    /// Euclidean distances between the rows of 1 - T.
    private static func betweenRows(_ cosines: DoubleMatrix) -> DoubleMatrix {
        let (n, width) = (cosines.rows, cosines.columns)
        var values = [Double](repeating: 0, count: n * n)
        cosines.values.withUnsafeBufferPointer { rows in
            for i in 0..<n {
                for j in 0..<i {
                    var sum = 0.0
                    for k in 0..<width {
                        let difference = (1 - rows[i * width + k]) - (1 - rows[j * width + k])
                        sum += difference * difference
                    }
                    (values[i * n + j], values[j * n + i]) = (sum.squareRoot(), sum.squareRoot())
                }
            }
        }
        return DoubleMatrix(values, rows: n, columns: n)
    }

    /// Unit sums of picture and text: [n, d].
    private static func sums(_ pairs: PairedVectors) throws -> DoubleMatrix {
        var sums = pairs.images.values
        for i in sums.indices { sums[i] += pairs.texts.values[i] }
        return try PairedVectors.units(
            DoubleMatrix(sums, rows: pairs.count, columns: pairs.width), "pairs", pairs.source)
    }

    /// One minus the cosines of unit rows: [n, n].
    private static func betweenUnits(_ z: DoubleMatrix) -> DoubleMatrix {
        var distances = z.times(z, .transposed).values.map { 1 - $0 }
        for i in 0..<z.rows {
            distances[i * z.rows + i] = 0
            for j in 0..<i {   // rounding may differ on the two sides
                distances[j * z.rows + i] = distances[i * z.rows + j]
            }
        }
        return DoubleMatrix(distances, rows: z.rows, columns: z.rows)
    }
}

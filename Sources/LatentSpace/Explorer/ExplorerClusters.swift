import SynReports
import SynTensors

/// Groups of pairs for the interactive page: a tree of all, or of a sample whose groups the others join.
struct ExplorerClusters {
    let order: [Int]
    let facts: ExplorerFacts.Clusters

    /// The tree's pairs; the best order of more leaves would take minutes.
    static let most = 1_000

    init(_ pairs: PairedVectors, captions: [String]?, rows: PairClusters.Rows, clusters: Int, seed: UInt64) throws {
        guard pairs.count > Self.most else {
            let record = try PairClusters(pairs, rows: rows, most: clusters).record(captions: captions)
            order = record.order
            facts = .init(rows: rows.rawValue, sizes: record.sizes, labels: record.labels, sample: nil)
            return
        }
        let places = PairedVectors.drawn(Self.most, of: pairs.count, seed: seed)
        let found = try PairClusters(pairs.pairs(at: places), rows: rows, most: clusters)
        let near = Self.nearest(pairs, among: places)
        var followers = [[Int]](repeating: [], count: places.count)
        let drawn = Set(places)
        for i in 0..<pairs.count where !drawn.contains(i) { followers[near[i]].append(i) }
        let groups = found.clusters.map { $0.flatMap { [places[$0]] + followers[$0] } }
        order = groups.flatMap(\.self)
        let labels = captions.map { all in ClusterLabels.ours(groups.map { $0.map { all[$0] } }) } ?? []
        facts = .init(rows: rows.rawValue, sizes: groups.map(\.count), labels: labels, sample: places.count)
    }

    /// For each pair, which of some pairs is the nearest by the cosine of the unit sums of picture and text.
    private static func nearest(_ pairs: PairedVectors, among places: [Int]) -> [Int] {
        func sums(_ some: [Int]) -> DoubleMatrix {
            let (a, b) = (pairs.images.rows(at: some), pairs.texts.rows(at: some))
            return DoubleMatrix(zip(a.values, b.values).map(+), rows: a.rows, columns: a.columns)
        }
        let anchors = sums(places)
        let lengths = (0..<anchors.rows).map { i in
            max(anchors.row(i).reduce(0) { $0 + $1 * $1 }.squareRoot(), .leastNormalMagnitude)
        }
        return stride(from: 0, to: pairs.count, by: 256).flatMap { start in
            let products = sums(Array(start..<min(start + 256, pairs.count))).times(anchors, .transposed)
            return (0..<products.rows).map { row in
                let values = zip(products.row(row), lengths).map { $0 / $1 }
                return values.indices.max { values[$0] < values[$1] } ?? 0
            }
        }
    }
}

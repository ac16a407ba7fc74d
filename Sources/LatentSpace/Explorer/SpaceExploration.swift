import Foundation
import SynReports
import SynRuns
import SynTensors

/// All that the interactive page of a latent space shows, computed as the commands compute it.
package struct SpaceExploration: Sendable {
    private let input: LatentSpaceInput
    package var scale = GapStudy.defaultScale
    package var seed: UInt64 = 0
    package var rows = PairClusters.Rows.pairs
    package var clusters = 10
    /// Layouts that are made; nil for those that suit the number of pairs.
    package var methods: [Projection.Method]?
    /// The page's heading; nil for one made of the source.
    package var title: String?
    /// The model's folder, whose text tower may run in the page; nil without a model.
    package var model: URL?
    /// Phrases whose places the page shows, with their vectors by the same text tower; empty for none.
    package var phrases: [String] = []
    package var phraseVectors: DoubleMatrix?   // [phrases, d]

    /// With more pairs t-SNE would take minutes, and maps are made of the vectors as trained only.
    static let mostForAllMaps = 1_000
    /// With more points trustworthiness would take minutes.
    static let mostForTrust = 4_000
    package static let mostPhrases = 1_000
    /// Where along the gap searches of all pairs are counted beforehand, in units of the gap.
    static let places = (-5...20).map { Double($0) / 10 }

    package init(_ input: LatentSpaceInput) { self.input = input }

    private var pairs: PairedVectors { input.pairs }

    /// Of how many pairs the page shows only portions at a time, and which; nil where it shows all.
    package static func portions(of count: Int) -> String? {
        guard count > mostForAllMaps else { return nil }
        return "of \(count) pairs the matrix shows 300 at a time, live searches are counted among 1000, the tree of "
            + "clusters is of \(ExplorerClusters.most), and maps are of the vectors as trained only"
    }

    /// - Parameter progress: told which part begins, of how many.
    package func page(progress: (_ part: String, _ done: Int, _ total: Int) throws -> Void) throws -> ExplorerPage {
        let total = 5
        try progress("the gap", 0, total)
        let distance = ModalityGap(pairs).distance
        let lambdas = distance > 1e-12 ? Self.places.map { $0 * distance } : []
        let (gap, trained, along) = try GapStudy(pairs, scale: scale).measured(along: lambdas)
        try progress("clusters", 1, total)
        let groups = try ExplorerClusters(
            pairs, captions: input.captions, rows: rows, clusters: clusters, seed: seed)
        try progress("maps", 2, total)
        let maps = try maps { try progress($0, 2, total) }
        try progress("pictures", 3, total)
        let thumbnails = try input.pictures.map { try ThumbnailSheets($0) { _ in try progress("pictures", 3, total) } }
        try progress("page", 4, total)
        let stored = StoredVectors(pairs, seed: seed)
        let means = Means(pairs)
        let (tower, remark) = tower
        let cosines = (0..<pairs.count).map { i in
            dot(pairs.images.row(i), pairs.texts.row(i))
        }
        let ranks = trained.imageToText.ranks + trained.textToImage.ranks
        var blocks = stored.blocks
        blocks += [
            .init("to-mean-image", means.toImage), .init("to-mean-text", means.toText), .init("cosines", cosines),
            .init("ranks", ranks.map(UInt32.init)), .init("order", groups.order.map(UInt32.init)),
        ]
        blocks += maps.flatMap(\.blocks)
        blocks += (thumbnails?.sheets ?? []).enumerated().map { .init("sheet-\($0)", $1) }
        if let tower { blocks.append(.init("tower", tower.weights)) }
        if let phraseVectors { blocks.append(.init("phrases", phraseVectors.values.map(Float.init))) }
        let facts = ExplorerFacts(
            source: pairs.source, title: title ?? Self.title(pairs.source), pairs: pairs.count, width: pairs.width,
            seed: seed, gap: gap, means: means.products,
            maps: maps.map(\.facts), clusters: groups.facts, vectors: stored.facts, thumbnails: thumbnails?.facts,
            tower: tower?.facts, phrases: phrases, searches: zip(lambdas, along).map { Self.step($0, $1) },
            hasCaptions: input.captions != nil,
            remarks: pairs.remarks.map { $0 + "." } + [remark].compactMap(\.self),
            made: "synesthesia \(Release.version), \(Date.now.formatted(.iso8601))")
        try progress("page", total, total)
        return ExplorerPage(
            facts: facts, blocks: blocks, captions: input.captions ?? [], plain: maps.first?.record,
            pairCosines: cosines)
    }

    private static func step(_ lambda: Double, _ found: GapSearches) -> ExplorerFacts.SearchStep {
        func recalls(_ ranks: RetrievalRanks) -> [Double] { [1, 5, 10].map { ranks.recall(at: $0) } }
        return .init(
            lambda: lambda, imageToText: recalls(found.imageToText), textToImage: recalls(found.textToImage),
            mixed: found.mixed.recall(at: 10))
    }

    /// Of a path its last two parts, without what a file's kind is told by.
    static func title(_ source: String) -> String {
        guard source.contains("/") else { return source }
        var parts = source.split(separator: "/").suffix(2).map(String.init)
        for ending in [".gz", ".txt", ".csv", ".npy", ".npz", ".safetensors"]
        where parts.last?.hasSuffix(ending) == true {
            parts[parts.count - 1].removeLast(ending.count)
        }
        return parts.joined(separator: " · ")
    }

    private var tower: (CaptionTower?, String?) {
        guard let model else { return (nil, nil) }
        do { return (try CaptionTower(model), nil) } catch {
            return (nil, "No text tower runs in this page: \(error.reason).")
        }
    }

    /// One layout with its blocks.
    private struct Made {
        let facts: ExplorerFacts.Map
        let blocks: [ExplorerPage.Block]
        let record: ProjectionRecord?
        let positions: DoubleMatrix
    }

    private func maps(_ progress: (String) throws -> Void) throws -> [Made] {
        let isSmall = pairs.count <= Self.mostForAllMaps
        let methods = methods ?? (isSmall ? Projection.Method.allCases : [.pca, .umap])
        let gap = ModalityGap(pairs)
        let variants: [(String, PairedVectors)] =
            [("as-trained", pairs)]
            + (isSmall ? [("closed", try gap.closed()), ("centred", try gap.centred())] : [])
        var made: [Made] = []
        for method in methods {
            for fit in [Projection.Fit.both, .joint] where fit == .both || isSmall && method == .umap {
                var first: DoubleMatrix?
                for (variant, pairs) in variants where 2 * pairs.count >= 4 && (fit == .both || pairs.count >= 4) {
                    let name = "\(method.rawValue), \(variant)"
                    try progress(name)
                    let map = try Projection(pairs, method: method, fit: fit, seed: seed) { _, _ in try progress(name) }
                    let positions =
                        first.map { Procrustes.aligned(map.positions, onto: $0, scales: method != .pca) }
                        ?? map.positions
                    first = first ?? positions
                    made.append(one(map, positions, variant: variant, number: made.count))
                }
            }
        }
        return made
    }

    private func one(_ map: Projection, _ positions: DoubleMatrix, variant: String, number: Int) -> Made {
        let trust = positions.rows <= Self.mostForTrust ? map.trust : nil
        let record = number == 0 && pairs.count <= Self.mostForAllMaps ? map.record() : nil
        let facts = ExplorerFacts.Map(
            method: map.method.rawValue, fit: map.fit.rawValue, variant: variant, trustworthiness: trust?.mean,
            shares: map.shares, hasTrust: trust != nil)
        let blocks =
            [ExplorerPage.Block("map-\(number)", positions.values.map(Float.init))]
            + (trust.map { [.init("trust-\(number)", $0.each.map(Float.init))] } ?? [])
        return Made(facts: facts, blocks: blocks, record: record, positions: positions)
    }

    /// Dot products with the two means, of which every state of the gap is made.
    private struct Means {
        let toImage: [Double]   // [2n]
        let toText: [Double]   // [2n]
        let products: ExplorerFacts.Means

        init(_ pairs: PairedVectors) {
            let (x, y) = (pairs.images.meanRow, pairs.texts.meanRow)
            let rows = pairs.stacked
            toImage = rows.times(DoubleMatrix(x, rows: x.count, columns: 1)).values
            toText = rows.times(DoubleMatrix(y, rows: y.count, columns: 1)).values
            products = .init(images: dot(x, x), crossed: dot(x, y), texts: dot(y, y))
        }
    }
}

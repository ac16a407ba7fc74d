import Foundation
import SynReports
import SynRuns
import SynTensors

/// Pairs, or texts alone, on a plane.
package struct Projection: Sendable {
    package enum Method: String, CaseIterable, Sendable { case pca, umap, tsne }

    /// What the map is made from; the rest is put into it afterwards.
    package enum Fit: String, CaseIterable, Sendable {
        /// All points.
        case both
        /// One modality, into whose map the other is projected.
        case images, texts
        /// One point for each pair: both vectors one after the other, over the root of 2.
        case joint
    }

    package let method: Method
    package let fit: Fit
    package let seed: UInt64
    /// [2n, 2], pictures first; of joint points [n, 2].
    package let positions: DoubleMatrix
    package let shares: [Double]?
    package let divergence: Double?
    private let source: String
    private let points: DoubleMatrix   // what lies in the space, row for row
    private let isOfTexts: Bool   // alone, without pictures

    package init(
        _ pairs: PairedVectors, method: Method, fit: Fit = .both, seed: UInt64 = 0, likeUMAP: Bool = false,
        progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        guard method != .tsne || fit == .both || fit == .joint else {
            throw UserError(
                .settings, "t-SNE has no place for points that it was not made from; take umap or pca, or --fit both")
        }
        let (fitted, others): (DoubleMatrix, DoubleMatrix?) =
            switch fit {
            case .both: (pairs.stacked, nil)
            case .images: (pairs.images, pairs.texts)
            case .texts: (pairs.texts, pairs.images)
            case .joint: (Self.joint(pairs), nil)
            }
        let map = try PlaneMap(
            fitted, others, method: method, source: pairs.source, seed: seed, likeUMAP: likeUMAP, progress: progress)
        let parts = fit == .texts ? [map.others, map.positions] : [map.positions, map.others]
        let all = parts.compactMap(\.self)
        positions = DoubleMatrix(all.flatMap(\.values), rows: all.reduce(0) { $0 + $1.rows }, columns: 2)
        (self.method, self.fit, self.seed, source, isOfTexts) = (method, fit, seed, pairs.source, false)
        (shares, divergence) = (map.shares, map.divergence)
        points = fit == .joint ? fitted : pairs.stacked
    }

    /// Of texts alone: positions are [n, 2].
    package init(
        _ texts: TextVectors, method: Method, seed: UInt64 = 0, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let map = try PlaneMap(
            texts.vectors, method: method, source: texts.source, seed: seed, progress: progress)
        (self.method, fit, self.seed, source, isOfTexts) = (method, .texts, seed, texts.source, true)
        (positions, shares, divergence, points) = (map.positions, map.shares, map.divergence, texts.vectors)
    }

    /// [x; y]/sqrt 2: unit rows again.
    static func joint(_ pairs: PairedVectors) -> DoubleMatrix {
        let values = (0..<pairs.count).flatMap { i in
            (Array(pairs.images.row(i)) + Array(pairs.texts.row(i))).map { $0 / 2.0.squareRoot() }
        }
        return DoubleMatrix(values, rows: pairs.count, columns: 2 * pairs.width)
    }

    package var trustworthiness: Double? { Trustworthiness.cosine(points, positions) }

    /// The mean, and each point's own.
    var trust: (mean: Double, each: [Double])? { Trustworthiness.cosineEach(points, positions) }

    package func record() -> ProjectionRecord {
        let isPlain = isOfTexts || fit == .joint   // one point for each item
        let n = isPlain ? positions.rows : positions.rows / 2
        return ProjectionRecord(
            source: source, pairs: n, method: method.rawValue, fit: fit.rawValue, seed: seed,
            trustworthiness: trustworthiness, shares: shares, divergence: divergence,
            pairFigures: isPlain ? nil : PairFigures.of(positions),
            points: (0..<positions.rows).map { point in
                .init(
                    item: point % n,
                    modality: isOfTexts ? "text" : fit == .joint ? "pair" : point < n ? "image" : "text",
                    x: positions[point, 0], y: positions[point, 1])
            })
    }
}

/// Where the partners of pairs lie on a map.
package enum PairFigures {
    /// - Parameter map: [2n, 2]; nil with fewer than 16 points, or more than 20,000.
    package static func of(_ map: DoubleMatrix, neighbours k: Int = 15) -> ProjectionRecord.PairFigures? {
        let (total, n) = (map.rows, map.rows / 2)
        guard total > k, total <= 20_000 else { return nil }
        var (edges, ranks, sample, mixed) = ([Double](), [Double](), [Double](), 0.0)
        let stride = max(1, total / 1_000)   // all distances of a thousand points at most
        for point in 0..<total {
            let distances = (0..<total).map { other -> Double in
                let (dx, dy) = (map[other, 0] - map[point, 0], map[other, 1] - map[point, 1])
                return (dx * dx + dy * dy).squareRoot()
            }
            let partner = (point + n) % total
            if point < n {
                edges.append(distances[partner])
                ranks.append(Double(distances[n...].count { $0 <= distances[partner] }))
            }
            if point % stride == 0 { sample += distances.indices.filter { $0 != point }.map { distances[$0] } }
            let near = Neighbours.least(distances.enumerated().map { $0 == point ? .infinity : $1 }, k)
            mixed += Double(near.count { ($0 < n) != (point < n) }) / Double(k)
        }
        let typical = median(sample)
        return .init(
            edge: typical > 0 ? median(edges) / typical : 0, partnerRank: median(ranks),
            otherModality: mixed / Double(total))
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Pairs laid out on a plane, as `space project --json` prints it.
package struct ProjectionRecord: Codable, Sendable, Equatable {
    package var source: String
    package var pairs: Int
    /// pca, umap or tsne.
    package var method: String
    /// images, texts, both or joint: what the map was made from.
    package var fit: String
    package var seed: UInt64
    /// Share of 15 neighbours on the map that are neighbours in space, by rank; nil with too few points.
    package var trustworthiness: Double?
    /// Of a principal component analysis: the share of variance of each axis.
    package var shares: [Double]?
    /// Of t-SNE: how far the map is from its probabilities.
    package var divergence: Double?
    /// What the published plots of thousands of pairs show, as numbers; nil where a pair is one point.
    package var pairFigures: PairFigures?
    package var points: [Point]

    /// Where the two points of a pair lie on the map.
    package struct PairFigures: Codable, Sendable, Equatable {
        /// The median distance of partners, over the median distance of any two points.
        package var edge: Double
        /// Pictures' median rank of their text among all texts.
        package var partnerRank: Double
        /// The mean share of the other modality among 15 neighbours.
        package var otherModality: Double

        enum CodingKeys: String, CodingKey {
            case edge = "median_edge_over_median_distance"
            case partnerRank = "median_rank_of_partner"
            case otherModality = "other_modality_among_15"
        }

        package init(edge: Double, partnerRank: Double, otherModality: Double) {
            (self.edge, self.partnerRank, self.otherModality) = (edge, partnerRank, otherModality)
        }
    }

    package struct Point: Codable, Sendable, Equatable {
        package var item: Int
        /// image, text or pair.
        package var modality: String
        package var x: Double
        package var y: Double

        package init(item: Int, modality: String, x: Double, y: Double) {
            (self.item, self.modality, self.x, self.y) = (item, modality, x, y)
        }
    }

    enum CodingKeys: String, CodingKey {
        case source, pairs, method, fit, seed, trustworthiness, shares, divergence, points
        case pairFigures = "pair_figures"
    }

    package init(
        source: String, pairs: Int, method: String, fit: String, seed: UInt64, trustworthiness: Double?,
        shares: [Double]?, divergence: Double?, pairFigures: PairFigures?, points: [Point]
    ) {
        (self.source, self.pairs, self.method, self.fit, self.seed) = (source, pairs, method, fit, seed)
        (self.trustworthiness, self.shares, self.divergence) = (trustworthiness, shares, divergence)
        (self.pairFigures, self.points) = (pairFigures, points)
    }

    /// Columns item, modality, x, y; coordinates in full.
    package var csv: String {
        CSV.text(
            heading: ["item", "modality", "x", "y"],
            rows: points.map { [.count($0.item), .text($0.modality), .optional($0.x), .optional($0.y)] })
    }
}

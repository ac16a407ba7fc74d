/// What the interactive page of a latent space knows beside its blocks of numbers.
package struct ExplorerFacts: Encodable, Sendable {
    /// Of this form; a page of another one does not read it.
    package var version = 1
    package var source: String
    /// The page's heading.
    package var title: String
    package var pairs: Int
    /// Numbers of a vector.
    package var width: Int
    package var seed: UInt64
    /// What `space gap` says of the same pairs.
    package var gap: GapRecord
    package var means: Means
    package var maps: [Map]
    package var clusters: Clusters
    package var vectors: Vectors
    /// Nil without pictures.
    package var thumbnails: Thumbnails?
    /// Nil where no text tower runs inside the page.
    package var tower: Tower?
    /// Texts from a file; their unit vectors are the block `phrases`: [phrases, width] in single precision.
    package var phrases: [String]
    /// Searches of all pairs at places along the gap.
    package var searches: [SearchStep]
    package var hasCaptions: Bool
    package var remarks: [String]
    package var made: String

    /// Dot products of the mean picture and the mean text.
    package struct Means: Encodable, Sendable {
        package var images: Double
        package var crossed: Double
        package var texts: Double

        package init(images: Double, crossed: Double, texts: Double) {
            (self.images, self.crossed, self.texts) = (images, crossed, texts)
        }
    }

    /// How often searches among all pairs find the partner, with both kinds moved towards each other by λ.
    package struct SearchStep: Encodable, Sendable {
        package var lambda: Double
        /// R@1, R@5, R@10.
        package var imageToText: [Double]
        package var textToImage: [Double]
        /// R@10 among all other pictures and texts.
        package var mixed: Double

        package init(lambda: Double, imageToText: [Double], textToImage: [Double], mixed: Double) {
            (self.lambda, self.imageToText, self.textToImage, self.mixed) = (lambda, imageToText, textToImage, mixed)
        }
    }

    /// One layout; its positions are the block `map-N`: [2n, 2] (joint: [n, 2]) in single precision.
    package struct Map: Encodable, Sendable {
        /// pca, umap or tsne.
        package var method: String
        /// both or joint.
        package var fit: String
        /// as-trained, closed or centred.
        package var variant: String
        /// Of 15 neighbours; nil with too few points, or too many to be worth the time.
        package var trustworthiness: Double?
        /// Of principal components: shares of the variance.
        package var shares: [Double]?
        /// Whether the block `trust-N` holds each point's own trustworthiness.
        package var hasTrust: Bool

        package init(
            method: String, fit: String, variant: String, trustworthiness: Double?, shares: [Double]?, hasTrust: Bool
        ) {
            (self.method, self.fit, self.variant) = (method, fit, variant)
            (self.trustworthiness, self.shares, self.hasTrust) = (trustworthiness, shares, hasTrust)
        }
    }

    /// Groups of pairs; the block `order` holds the pairs, cluster after cluster.
    package struct Clusters: Encodable, Sendable {
        /// published or pairs.
        package var rows: String
        package var sizes: [Int]
        package var labels: [String]
        /// How many pairs made the tree, the others having joined their nearest; nil where all did.
        package var sample: Int?

        package init(rows: String, sizes: [Int], labels: [String], sample: Int?) {
            (self.rows, self.sizes, self.labels, self.sample) = (rows, sizes, labels, sample)
        }
    }

    /// How the block `vectors` holds the rows, pictures first.
    package struct Vectors: Encodable, Sendable {
        /// float32, int16 or int8; of integers the block `steps` holds each row's unit.
        package var form: String
        /// Numbers of a stored row.
        package var columns: Int
        /// Whether rows were turned (signs from the block `signs`, then a Hadamard transform).
        package var isTurned: Bool

        package init(form: String, columns: Int, isTurned: Bool) {
            (self.form, self.columns, self.isTurned) = (form, columns, isTurned)
        }
    }

    /// Sheets of small pictures: the blocks `sheet-N`, JPEG.
    package struct Thumbnails: Encodable, Sendable {
        /// Pixels of a picture's side.
        package var side: Int
        package var columns: Int
        package var perSheet: Int
        package var sheets: Int

        package init(side: Int, columns: Int, perSheet: Int, sheets: Int) {
            (self.side, self.columns, self.perSheet, self.sheets) = (side, columns, perSheet, sheets)
        }
    }

    package init(
        source: String, title: String, pairs: Int, width: Int, seed: UInt64, gap: GapRecord, means: Means, maps: [Map],
        clusters: Clusters, vectors: Vectors, thumbnails: Thumbnails?, tower: Tower?, phrases: [String],
        searches: [SearchStep], hasCaptions: Bool, remarks: [String], made: String
    ) {
        (self.source, self.title, self.pairs, self.width) = (source, title, pairs, width)
        self.seed = seed
        (self.gap, self.means, self.maps, self.clusters) = (gap, means, maps, clusters)
        (self.vectors, self.thumbnails, self.tower) = (vectors, thumbnails, tower)
        (self.phrases, self.searches) = (phrases, searches)
        (self.hasCaptions, self.remarks, self.made) = (hasCaptions, remarks, made)
    }
}

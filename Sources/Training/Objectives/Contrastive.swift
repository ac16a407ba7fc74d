import SynTensors

/// What the two towers of a model made of a batch: row i of both belongs together.
package struct PairedVectors {
    package let images: Tensor   // [batch, size], of length 1
    package let captions: Tensor   // [batch, size], of length 1
    /// The logarithm of what cosines are multiplied by: [].
    package let logScale: Tensor
    /// e^logScale times the cosine of every image with every caption: [batch, batch].
    package let similarities: Tensor

    /// - Parameters:
    ///   - images: [batch, size], of any length.
    ///   - captions: [batch, size], of any length.
    package init(images: Tensor, captions: Tensor, logScale: Tensor) {
        (self.images, self.captions, self.logScale) = (images.l2Normalised(), captions.l2Normalised(), logScale)
        similarities = self.images.matmul(self.captions, transposeRight: true) * logScale.exp()
    }
}

/// A way to bring pairs together: a loss of the vectors of both towers.
package protocol PairObjective: Sendable {
    func loss(_ pairs: PairedVectors) -> Tensor
}

/// CLIP's (Radford et al. 2021, section 2.3): each caption of a batch is to be nearest to its own image, and each image
/// to its own caption; the mean of both cross-entropies in nats.
package struct Contrastive: PairObjective {
    package init() {}

    package func loss(_ pairs: PairedVectors) -> Tensor {
        let own = Self.ownPlaces(pairs.similarities.size(0))
        return
            (pairs.similarities.crossEntropy(own)
            + pairs.similarities.transposed(axes: [1, 0]).crossEntropy(own)) * 0.5
    }

    /// The share of images whose nearest caption is their own: 0...1.
    package static func accuracy(_ similarities: Tensor) -> Double {
        Classification.accuracy(similarities, ownPlaces(similarities.size(0)))
    }

    /// 0, 1, 2, …: which caption belongs to each image.
    private static func ownPlaces(_ count: Int) -> Tensor { Tensor((0..<count).map(Int32.init), shape: [count]) }
}

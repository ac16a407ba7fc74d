import SynTensors

/// CLIP's (Radford et al. 2021, section 2.3), InfoNCE both ways: each caption of a batch is to be nearest to its own
/// image, and each image to its own caption; the mean of both cross-entropies in nats.
package struct Contrastive: PairObjective {
    package init() {}

    package func slopes(at point: PairPoint) -> PairSlopes {
        let (x, y) = (point.images, point.captions)
        let toCaption = PartnerLoss(x, among: y, scale: point.scale)
        let toImage = PartnerLoss(y, among: x, scale: point.scale)
        return PairSlopes(
            loss: (toCaption.loss + toImage.loss) / 2, images: (toCaption.queries + toImage.answers) * 0.5,
            captions: (toCaption.answers + toImage.queries) * 0.5,
            logScale: (toCaption.logScale + toImage.logScale) / 2)
    }

    /// The share of images whose nearest caption is their own: 0...1.
    package static func accuracy(_ similarities: Tensor) -> Double {
        Classification.accuracy(similarities, ownPlaces(similarities.size(0)))
    }

    /// 0, 1, 2, …: which caption belongs to each image.
    private static func ownPlaces(_ count: Int) -> Tensor { Tensor((0..<count).map(Int32.init), shape: [count]) }
}

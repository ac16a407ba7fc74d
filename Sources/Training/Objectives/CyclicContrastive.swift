import SynTensors

/// CyCLIP's (Goel et al. 2022, section 2.2): CLIP's loss, and two of consistency between cosines: that an image and
/// another's caption are as near as that other image and the first's caption (across), and that two images are as near
/// as their captions (within). Each is the sum of the squared differences over the batch's size, times its weight; the
/// scale has no part in them.
package struct CyclicContrastive: PairObjective {
    /// λ of cosines across modalities and within them.
    package let (across, within): (Double, Double)

    package init(across: Double = 0.25, within: Double = 0.25) { (self.across, self.within) = (across, within) }

    package func slopes(at point: PairPoint) -> PairSlopes {
        let (x, y) = (point.images, point.captions)
        let count = Double(x.rows)
        let plain = Contrastive().slopes(at: point)
        let cosines = x.times(y, .transposed)   // S, [batch, batch]
        let skew = cosines - cosines.turned   // S - Sᵀ
        let modal = x.times(x, .transposed) - y.times(y, .transposed)   // XXᵀ - YYᵀ
        // Every pair of items stands twice in both sums: Σ D² has the slope 4 D by what D is made of once.
        let bySkew = skew * (4 * across / count)   // by S
        let byModal = modal * (4 * within / count)   // by half of XXᵀ
        return PairSlopes(
            loss: plain.loss + (across * skew.dot(skew) + within * modal.dot(modal)) / count,
            images: plain.images + bySkew.times(y) + byModal.times(x),
            captions: plain.captions + bySkew.times(x, from: .transposed) - byModal.times(y),
            logScale: plain.logScale)
    }
}

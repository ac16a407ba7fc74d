import SynTensors

/// CLOOB's retrievals under CLIP's loss, the other half of CLOOB's ablation (Fürst et al. 2021, section 4): InfoNCE on
/// what both modalities retrieve from the batch's images and on what they retrieve from its captions, the mean of both.
package struct HopfieldContrastive: PairObjective {
    /// β of the retrievals.
    package let beta: Double

    package init(beta: Double) { self.beta = beta }

    package func slopes(at point: PairPoint) -> PairSlopes {
        let retrieved = RetrievedPairs(point, beta: beta)
        let (i, c) = retrieved.compared(scale: point.scale, leavingOwnOut: false)
        let (images, captions) = retrieved.slopes(i, c)
        return PairSlopes(
            loss: (i.loss + c.loss) / 2, images: images * 0.5, captions: captions * 0.5,
            logScale: (i.logScale + c.logScale) / 2)
    }
}

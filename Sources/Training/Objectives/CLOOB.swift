import SynTensors

/// CLOOB's (Fürst et al. 2021, algorithm 1): the leave-one-out bound on what both modalities retrieve from the batch's
/// images, and on what they retrieve from its captions, summed and divided by the scale.
package struct CLOOB: PairObjective {
    /// β of the retrievals.
    package let beta: Double

    package init(beta: Double) { self.beta = beta }

    package func slopes(at point: PairPoint) -> PairSlopes {
        let retrieved = RetrievedPairs(point, beta: beta)
        let (i, c) = retrieved.compared(scale: point.scale, leavingOwnOut: true)
        let (images, captions) = retrieved.slopes(i, c)
        let loss = (i.loss + c.loss) / point.scale
        return PairSlopes(
            loss: loss, images: images * (1 / point.scale), captions: captions * (1 / point.scale),
            logScale: (i.logScale + c.logScale) / point.scale - loss)
    }
}

import SynTensors

/// The leave-one-out bound both ways (Poole et al. 2019; Fürst et al. 2021, section 2): as CLIP's loss, but the own
/// partner is left out of the sum that it is held against, so that what is won already keeps pulling. Both ways are
/// summed and divided by the scale, as CLOOB's authors do; the loss may be negative.
package struct InfoLOOB: PairObjective {
    package init() {}

    package func slopes(at point: PairPoint) -> PairSlopes {
        let (x, y) = (point.images, point.captions)
        let toCaption = PartnerLoss(x, among: y, scale: point.scale, leavingOwnOut: true)
        let toImage = PartnerLoss(y, among: x, scale: point.scale, leavingOwnOut: true)
        let loss = (toCaption.loss + toImage.loss) / point.scale
        return PairSlopes(
            loss: loss, images: (toCaption.queries + toImage.answers) * (1 / point.scale),
            captions: (toCaption.answers + toImage.queries) * (1 / point.scale),
            logScale: (toCaption.logScale + toImage.logScale) / point.scale - loss)
    }
}

import SynReports

/// The gap of pairs with everything that is told of it.
package struct GapStudy: Sendable {
    package let pairs: PairedVectors
    /// What cosines are multiplied with before the softmax.
    package let scale: Double
    package let batch: Int

    package static let defaultScale = 100.0
    /// The shifts of Amumo's landscape: -5, -4.75, … 4.75.
    static let shifts = (0..<40).map { -5 + Double($0) / 4 }

    package init(_ pairs: PairedVectors, scale: Double = defaultScale, batch: Int = 50) {
        (self.pairs, self.scale, self.batch) = (pairs, scale, batch)
    }

    package func record() throws -> GapRecord {
        let gap = ModalityGap(pairs)
        let (closed, centred) = (try gap.closed(), try gap.centred())
        return GapRecord(
            source: pairs.source, pairs: pairs.count, scale: scale, batch: batch, asTrained: figures(gap),
            closed: figures(ModalityGap(closed)), centred: figures(ModalityGap(centred)),
            landscape: try Self.shifts.map { try step(gap, $0) },
            retrieval: ByTreatment(
                asTrained: Self.bothWays(pairs), closed: Self.bothWays(closed), centred: Self.bothWays(centred)),
            mixed: ByTreatment(
                asTrained: RetrievalRanks.mixed(pairs).record, closed: RetrievalRanks.mixed(closed).record,
                centred: RetrievalRanks.mixed(centred).record))
    }

    package static func bothWays(_ pairs: PairedVectors) -> BothWays {
        BothWays(
            imageToText: RetrievalRanks.imageToText(pairs).record, textToImage: RetrievalRanks.textToImage(pairs).record
        )
    }

    private func figures(_ gap: ModalityGap) -> GapFigures {
        let loss = ContrastiveLoss(gap.pairs, scale: scale, batch: batch)
        return GapFigures(
            distance: gap.distance, loss: loss.mean, lossAsPublished: loss.asPublished,
            rmsInModalDifference: gap.inModalDifference)
    }

    /// The sign of the distance is that of the new difference of means along the old one.
    private func step(_ gap: ModalityGap, _ shift: Double) throws -> LandscapeStep {
        let moved = ModalityGap(try gap.shifted(by: shift))
        let along = dot(moved.difference, gap.direction ?? [])
        let loss = ContrastiveLoss(moved.pairs, scale: scale, batch: batch)
        let best = ContrastiveLoss.best(moved.pairs, batch: batch)
        return LandscapeStep(
            lambda: shift, distance: along < 0 ? -moved.distance : moved.distance, loss: loss.mean,
            lossAsPublished: loss.asPublished, bestLoss: best.loss, bestScale: best.scale)
    }
}

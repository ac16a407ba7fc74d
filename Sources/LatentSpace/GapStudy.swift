import SynReports
import SynTensors

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

    package func record() throws -> GapRecord { try measured(along: []).record }

    /// The record, and searches of all pairs as trained and at some places along the gap.
    func measured(along lambdas: [Double]) throws -> (record: GapRecord, trained: GapSearches, along: [GapSearches]) {
        let gap = ModalityGap(pairs)
        let (closed, centred) = (try gap.closed(), try gap.centred())
        let shifts = [gap.shift(by: 0), gap.closing, gap.centring] + lambdas.map { gap.shift(by: $0) }
        let searches = try GapSearches.all(gap, shifts, GapState.states(pairs, shifts))
        func both(_ found: GapSearches) -> BothWays {
            BothWays(imageToText: found.imageToText.record, textToImage: found.textToImage.record)
        }
        let record = GapRecord(
            source: pairs.source, pairs: pairs.count, scale: scale, batch: batch, asTrained: figures(gap),
            closed: figures(ModalityGap(closed)), centred: figures(ModalityGap(centred)),
            landscape: try landscape(gap),
            retrieval: ByTreatment(
                asTrained: both(searches[0]), closed: both(searches[1]), centred: both(searches[2])),
            mixed: ByTreatment(
                asTrained: searches[0].mixed.record, closed: searches[1].mixed.record,
                centred: searches[2].mixed.record))
        return (record, searches[0], Array(searches.dropFirst(3)))
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
    private func landscape(_ gap: ModalityGap) throws -> [LandscapeStep] {
        let shifts = Self.shifts.map { gap.shift(by: $0) }
        let states = try GapState.states(pairs, shifts)
        let batches = ContrastiveLoss.Batches(pairs, size: batch)
        let rough = try shifts.indices.map { i in
            states[i].isRough ? ContrastiveLoss.Batches(try gap.moved(shifts[i]), size: batch) : nil
        }
        var steps = [LandscapeStep?](repeating: nil, count: shifts.count)
        steps.withUnsafeMutableBufferPointer { steps in
            parallel(shifts.count, grain: 1) { places in
                for i in places {
                    let moved = rough[i] ?? batches.after(states[i])
                    let (loss, best) = (ContrastiveLoss(moved, scale: scale), ContrastiveLoss.best(moved))
                    let difference = zip(states[i].images, states[i].texts).map { $0 - $1 }
                    let length = dot(difference, difference).squareRoot()
                    steps[i] = LandscapeStep(
                        lambda: Self.shifts[i], distance: dot(difference, gap.direction ?? []) < 0 ? -length : length,
                        loss: loss.mean, lossAsPublished: loss.asPublished, bestLoss: best.loss, bestScale: best.scale)
                }
            }
        }
        return steps.compactMap(\.self)
    }
}

import Foundation
import SynRuns
import SynTensors

/// The distance between where pictures and where texts lie (Liang et al. 2022), and what becomes of it.
package struct ModalityGap: Sendable {
    package let pairs: PairedVectors
    /// Mean picture minus mean text: g, [d].
    let difference: [Double]
    /// Its length.
    package let distance: Double
    /// g/|g|; nil where there is no gap.
    let direction: [Double]?

    package init(_ pairs: PairedVectors) {
        self.pairs = pairs
        difference = zip(pairs.images.meanRow, pairs.texts.meanRow).map { $0 - $1 }
        let length = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
        distance = length
        direction = length > 1e-14 ? difference.map { $0 / length } : nil
    }

    /// Pictures moved by -λu/2, texts by +λu/2, lengths made 1 again. λ = |g| closes the gap up to that last step.
    ///
    /// - Parameter amount: λ, in the space's own length.
    package func shifted(by amount: Double) throws -> PairedVectors {
        guard let direction else { return pairs }
        return try moved(
            pairs.images.adding(direction, times: -amount / 2), pairs.texts.adding(direction, times: amount / 2),
            "after a shift of \(amount.shortest)")
    }

    /// The gap closed as Amumo does: each side moved by half the difference of the means.
    package func closed() throws -> PairedVectors {
        try moved(
            pairs.images.adding(difference, times: -0.5), pairs.texts.adding(difference, times: 0.5),
            "with the gap closed")
    }

    /// Each modality's own mean subtracted, lengths made 1 again (as GR-CLIP does).
    ///
    /// - Parameter calibration: the pairs whose means are taken; nil for the pairs themselves.
    package func centred(by calibration: PairedVectors? = nil) throws -> PairedVectors {
        let from = calibration ?? pairs
        return try moved(
            pairs.images.adding(from.images.meanRow, times: -1), pairs.texts.adding(from.texts.meanRow, times: -1),
            "less its modality's mean")
    }

    private func moved(_ images: DoubleMatrix, _ texts: DoubleMatrix, _ how: String) throws -> PairedVectors {
        let source = "\(pairs.source), \(how)"
        for (kind, rows) in [("pictures", images), ("texts", texts)] {
            for row in 0..<rows.rows where rows.row(row).allSatisfy({ abs($0) < 1e-14 }) {
                throw UserError(
                    .badData,
                    "\(source): the vector of \(kind) number \(row + 1) becomes zero, because all \(kind) point the "
                        + "same way or nearly so; give pairs that differ")
            }
        }
        return PairedVectors(
            unitImages: try PairedVectors.units(images, "pictures", source),
            unitTexts: try PairedVectors.units(texts, "texts", source), like: pairs)
    }

    /// The root of the mean square of picture-picture less text-text cosines, over different items; nil below two.
    package var inModalDifference: Double {
        let n = pairs.count
        let (images, texts) = (
            pairs.images.times(pairs.images, .transposed), pairs.texts.times(pairs.texts, .transposed)
        )
        var sum = 0.0
        for i in 0..<n {
            for j in 0..<n where j != i {
                let difference = images[i, j] - texts[i, j]
                sum += difference * difference
            }
        }
        return (sum / Double(n * n - n)).squareRoot()
    }
}

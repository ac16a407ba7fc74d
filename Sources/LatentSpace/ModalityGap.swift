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

    /// What is added to all pictures and to all texts before lengths are made 1 again.
    struct Shift: Sendable {
        let images: [Double]   // [d]
        let texts: [Double]   // [d]
        /// What errors call the state.
        let name: String
    }

    /// Pictures moved by -λu/2, texts by +λu/2; by nothing where there is no gap.
    func shift(by amount: Double) -> Shift {
        let u = direction ?? [Double](repeating: 0, count: pairs.width)
        return Shift(
            images: u.map { -amount / 2 * $0 }, texts: u.map { amount / 2 * $0 },
            name: "after a shift of \(amount.shortest)")
    }

    var closing: Shift {
        Shift(images: difference.map { -0.5 * $0 }, texts: difference.map { 0.5 * $0 }, name: "with the gap closed")
    }

    var centring: Shift { centring(by: pairs) }

    private func centring(by calibration: PairedVectors) -> Shift {
        Shift(
            images: calibration.images.meanRow.map { -$0 }, texts: calibration.texts.meanRow.map { -$0 },
            name: "less its modality's mean")
    }

    /// Pictures moved by -λu/2, texts by +λu/2, lengths made 1 again. λ = |g| closes the gap up to that last step.
    ///
    /// - Parameter amount: λ, in the space's own length.
    package func shifted(by amount: Double) throws -> PairedVectors {
        direction == nil ? pairs : try moved(shift(by: amount))
    }

    /// The gap closed as Amumo does: each side moved by half the difference of the means.
    package func closed() throws -> PairedVectors { try moved(closing) }

    /// Each modality's own mean subtracted, lengths made 1 again (as GR-CLIP does).
    ///
    /// - Parameter calibration: the pairs whose means are taken; nil for the pairs themselves.
    package func centred(by calibration: PairedVectors? = nil) throws -> PairedVectors {
        try moved(centring(by: calibration ?? pairs))
    }

    static func vanished(_ kind: String, _ row: Int, _ source: String) -> UserError {
        UserError(
            .badData,
            "\(source): the vector of \(kind) number \(row + 1) becomes zero, because all \(kind) point the same way "
                + "or nearly so; give pairs that differ")
    }

    func moved(_ shift: Shift) throws -> PairedVectors {
        let (images, texts) = (pairs.images.adding(shift.images, times: 1), pairs.texts.adding(shift.texts, times: 1))
        let source = "\(pairs.source), \(shift.name)"
        for (kind, rows) in [("pictures", images), ("texts", texts)] {
            for row in 0..<rows.rows where rows.row(row).allSatisfy({ abs($0) < 1e-14 }) {
                throw Self.vanished(kind, row, source)
            }
        }
        return PairedVectors(
            unitImages: try PairedVectors.units(images, "pictures", source),
            unitTexts: try PairedVectors.units(texts, "texts", source), like: pairs)
    }

    /// The root of the mean square of picture-picture less text-text cosines, over different items.
    package var inModalDifference: Double {
        let n = pairs.count
        let sum = n > 2 * pairs.width ? sumByCovariances : sumByCosines
        return (max(sum, 0) / Double(n * n - n)).squareRoot()
    }

    private var sumByCosines: Double {
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
        return sum
    }

    /// Without the [n, n] cosines: Σ (x_i·x_j - y_i·y_j)² = |XᵀX|² - 2|XᵀY|² + |YᵀY|², all of them [d, d].
    private var sumByCovariances: Double {
        func squares(_ a: DoubleMatrix, _ b: DoubleMatrix) -> Double {
            a.times(b, from: .transposed).values.reduce(0) { $0 + $1 * $1 }
        }
        let (x, y) = (pairs.images, pairs.texts)
        return squares(x, x) - 2 * squares(x, y) + squares(y, y)
    }
}

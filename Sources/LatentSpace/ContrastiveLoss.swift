import Foundation
import SynTensors

/// The contrastive loss of pairs in batches, in the order in which they stand: cross-entropy of the own partner among
/// a batch's, from cosines times a scale.
package struct ContrastiveLoss: Sendable, Equatable {
    /// Means over all pairs, the shorter last batch with them.
    package let imageToText: Double
    package let textToImage: Double
    /// As Amumo and Liang et al. computed it: pictures to texts only, and what does not fill a batch left out. Nil
    /// where no batch is filled.
    package let asPublished: Double?

    package var mean: Double { (imageToText + textToImage) / 2 }

    /// - Parameters:
    ///   - scale: what cosines are multiplied with: 1/temperature.
    ///   - batch: pairs compared at once.
    package init(_ pairs: PairedVectors, scale: Double, batch: Int = 50) {
        var (rows, columns, whole, wholeCount) = (0.0, 0.0, 0.0, 0)
        for block in Self.blocks(pairs, batch) {
            let (row, column) = Self.sums(block, scale)
            rows += row
            columns += column
            if block.rows == batch {
                whole += row
                wholeCount += batch
            }
        }
        let n = Double(pairs.count)
        (imageToText, textToImage) = (rows / n, columns / n)
        asPublished = wholeCount > 0 ? whole / Double(wholeCount) : nil
    }

    /// The scale from 1 to 1000 with the least loss (both directions), by golden section on its logarithm.
    package static func best(_ pairs: PairedVectors, batch: Int = 50) -> (scale: Double, loss: Double) {
        let (n, blocks) = (Double(pairs.count), blocks(pairs, batch))
        func loss(_ logScale: Double) -> Double {
            blocks.reduce(0) { sum, block in
                let (row, column) = sums(block, exp(logScale))
                return sum + (row + column) / 2
            } / n
        }
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high): (Double, Double) = (0, log(1000.0))
        var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
        var (atA, atB) = (loss(a), loss(b))
        for _ in 0..<36 {
            if atA < atB {
                (high, b, atB) = (b, a, atA)
                a = high - ratio * (high - low)
                atA = loss(a)
            } else {
                (low, a, atA) = (a, b, atB)
                b = low + ratio * (high - low)
                atB = loss(b)
            }
        }
        return atA < atB ? (exp(a), atA) : (exp(b), atB)
    }

    private static func blocks(_ pairs: PairedVectors, _ batch: Int) -> [DoubleMatrix] {
        stride(from: 0, to: pairs.count, by: batch).map { start in
            let places = Array(start..<min(start + batch, pairs.count))
            return pairs.images.rows(at: places).times(pairs.texts.rows(at: places), .transposed)
        }
    }

    /// Sums over a batch's pairs, from its cosines [b, b].
    private static func sums(_ cosines: DoubleMatrix, _ scale: Double) -> (rows: Double, columns: Double) {
        let n = cosines.rows
        var (rows, columns) = (0.0, 0.0)
        for i in 0..<n {
            var (rowTop, columnTop) = (-Double.infinity, -Double.infinity)
            for j in 0..<n {
                rowTop = max(rowTop, scale * cosines[i, j])
                columnTop = max(columnTop, scale * cosines[j, i])
            }
            var (row, column) = (0.0, 0.0)
            for j in 0..<n {
                row += exp(scale * cosines[i, j] - rowTop)
                column += exp(scale * cosines[j, i] - columnTop)
            }
            let own = scale * cosines[i, i]
            rows += rowTop + log(row) - own
            columns += columnTop + log(column) - own
        }
        return (rows, columns)
    }
}

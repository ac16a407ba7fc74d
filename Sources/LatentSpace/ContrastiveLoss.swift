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

    /// Cosines of pictures (rows) with texts within each batch.
    struct Batches: Sendable {
        let size: Int
        let count: Int
        private(set) var blocks: [DoubleMatrix]

        init(_ pairs: PairedVectors, size: Int) {
            (self.size, count) = (size, pairs.count)
            blocks = stride(from: 0, to: pairs.count, by: size).map { start in
                let places = Array(start..<min(start + size, pairs.count))
                return pairs.images.rows(at: places).times(pairs.texts.rows(at: places), .transposed)
            }
        }

        /// The same in a state of the gap.
        func after(_ state: GapState) -> Batches {
            var moved = self
            for (number, block) in blocks.enumerated() {
                moved.blocks[number] = state.after(block, from: number * size)
            }
            return moved
        }
    }

    /// - Parameters:
    ///   - scale: what cosines are multiplied with: 1/temperature.
    ///   - batch: pairs compared at once.
    package init(_ pairs: PairedVectors, scale: Double, batch: Int = 50) {
        self.init(Batches(pairs, size: batch), scale: scale)
    }

    init(_ batches: Batches, scale: Double) {
        var (rows, columns, whole, wholeCount) = (0.0, 0.0, 0.0, 0)
        for block in batches.blocks {
            let sums = Self.sums(block, scale)
            rows += sums.rows
            columns += sums.columns
            if block.rows == batches.size {
                whole += sums.rows
                wholeCount += batches.size
            }
        }
        let n = Double(batches.count)
        (imageToText, textToImage) = (rows / n, columns / n)
        asPublished = wholeCount > 0 ? whole / Double(wholeCount) : nil
    }

    /// The scale from 1 to 1000 with the least loss (both directions). The loss is convex in the scale, so Newton's
    /// steps within what is known to hold the minimum find it.
    package static func best(_ pairs: PairedVectors, batch: Int = 50) -> (scale: Double, loss: Double) {
        best(Batches(pairs, size: batch))
    }

    static func best(_ batches: Batches) -> (scale: Double, loss: Double) {
        func at(_ scale: Double) -> (loss: Double, slope: Double, bend: Double) {
            let sums = batches.blocks.reduce(into: (loss: 0.0, slope: 0.0, bend: 0.0)) { sum, block in
                let one = Self.sums(block, scale)
                sum = (sum.loss + (one.rows + one.columns) / 2, sum.slope + one.slope, sum.bend + one.bend)
            }
            return (sums.loss / Double(batches.count), sums.slope, sums.bend)
        }
        var (low, high) = (1.0, 1_000.0)
        let (first, last) = (at(low), at(high))
        if first.slope >= 0 { return (low, first.loss) }
        if last.slope <= 0 { return (high, last.loss) }
        var scale = 30.0
        for _ in 0..<60 {
            let here = at(scale)
            if here.slope > 0 { high = scale } else { low = scale }
            let newton = scale - here.slope / here.bend
            let next = newton > low && newton < high ? newton : (low * high).squareRoot()
            if abs(next - scale) <= 1e-9 * scale { break }
            scale = next
        }
        return (scale, at(scale).loss)
    }

    private struct Sums {
        /// Of the loss of pictures and of texts.
        var (rows, columns) = (0.0, 0.0)
        /// First and second derivative of their sum by the scale.
        var (slope, bend) = (0.0, 0.0)
    }

    /// Sums over a batch's pairs, from its cosines [b, b].
    private static func sums(_ cosines: DoubleMatrix, _ scale: Double) -> Sums {
        let n = cosines.rows
        var sums = Sums()
        cosines.values.withUnsafeBufferPointer { values in
            /// One search: the cosine of place k stands at `first + k * step`.
            func search(_ first: Int, _ step: Int, _ own: Double) -> Double {
                var top = -Double.infinity
                for k in 0..<n { top = max(top, scale * values[first + k * step]) }
                var (sum, mean, square) = (0.0, 0.0, 0.0)
                for k in 0..<n {
                    let cosine = values[first + k * step]
                    let weight = exp(scale * cosine - top)
                    sum += weight
                    mean += weight * cosine
                    square += weight * cosine * cosine
                }
                mean /= sum
                sums.slope += mean - own
                sums.bend += square / sum - mean * mean
                return top + log(sum) - scale * own
            }
            for i in 0..<n {
                let own = values[i * n + i]
                sums.rows += search(i * n, 1, own)
                sums.columns += search(i, n, own)
            }
        }
        return sums
    }
}

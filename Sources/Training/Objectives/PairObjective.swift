import Foundation
import SynTensors

/// What the two towers of a model made of a batch: row i of both belongs together.
package struct PairedVectors {
    package let images: Tensor   // [batch, size], of length 1
    package let captions: Tensor   // [batch, size], of length 1
    /// The logarithm of what cosines are multiplied by: []. Frozen where the scale is fixed.
    package let logScale: Tensor
    /// What is added to scaled cosines: []; nil where nothing is.
    package let bias: Tensor?

    /// - Parameters:
    ///   - images: [batch, size], of any length.
    ///   - captions: [batch, size], of any length.
    package init(images: Tensor, captions: Tensor, logScale: Tensor, bias: Tensor? = nil) {
        (self.images, self.captions) = (images.l2Normalised(), captions.l2Normalised())
        (self.logScale, self.bias) = (logScale, bias)
    }

    /// The cosine of every image with every caption, without a past: [batch, batch].
    package var cosines: Tensor { images.detached.matmul(captions.detached, transposeRight: true) }
}

/// What an objective is a function of, in double precision.
package struct PairPoint: Sendable {
    /// Unit rows, X and Y: [batch, size] each. Row i of both belongs together.
    package var images, captions: DoubleMatrix
    /// What cosines are multiplied by.
    package var scale: Double
    /// What is added to scaled cosines.
    package var bias: Double

    package init(images: DoubleMatrix, captions: DoubleMatrix, scale: Double, bias: Double = 0) {
        (self.images, self.captions, self.scale, self.bias) = (images, captions, scale, bias)
    }
}

/// A loss and its slopes by all that it is a function of.
package struct PairSlopes: Sendable {
    package let loss: Double
    /// By X and Y, each [batch, size].
    package let images, captions: DoubleMatrix
    /// By the scale's logarithm.
    package let logScale: Double
    package let bias: Double

    init(loss: Double, images: DoubleMatrix, captions: DoubleMatrix, logScale: Double, bias: Double = 0) {
        (self.loss, self.images, self.captions) = (loss, images, captions)
        (self.logScale, self.bias) = (logScale, bias)
    }

    /// The loss as a function of some rows of the batch, the others standing still. Over parts that make up the batch,
    /// weighted by their shares, these have the loss and the gradients of the batch in one piece.
    ///
    /// - Parameters:
    ///   - pairs: the vectors of `rows`, made again.
    ///   - share: of the batch, above 0 to 1.
    func loss(of pairs: PairedVectors, rows: Range<Int>, share: Double = 1) -> Tensor {
        func part(_ slopes: DoubleMatrix) -> Tensor {   // [rows, size]
            let width = slopes.columns
            return Tensor(
                slopes.values[rows.lowerBound * width..<rows.upperBound * width].map { Float($0 / share) },
                shape: [rows.count, width])
        }
        var slopes = [(pairs.images, part(images)), (pairs.captions, part(captions))]
        slopes.append((pairs.logScale, Tensor(Float(logScale))))
        if let bias = pairs.bias { slopes.append((bias, Tensor(Float(self.bias)))) }
        return .known(Float(loss), slopes: slopes)
    }
}

/// A way to bring pairs together: a loss of the vectors of both towers, computed in double precision with slopes
/// derived by hand. The matrices of a batch's cosines are small beside the towers that made its vectors.
package protocol PairObjective: Sendable {
    func slopes(at point: PairPoint) -> PairSlopes
}

extension PairObjective {
    /// The loss of a batch in one piece.
    package func loss(_ pairs: PairedVectors) -> Tensor {
        slopes(at: PairPoint(pairs)).loss(of: pairs, rows: 0..<pairs.images.size(0))
    }
}

extension PairPoint {
    init(_ pairs: PairedVectors) {
        self.init(pairs.images.detached, pairs.captions.detached, logScale: pairs.logScale, bias: pairs.bias)
    }

    init(_ images: Tensor, _ captions: Tensor, logScale: Tensor, bias: Tensor?) {
        self.init(
            images: DoubleMatrix(images), captions: DoubleMatrix(captions), scale: exp(Double(logScale.item)),
            bias: bias.map { Double($0.item) } ?? 0)
    }
}

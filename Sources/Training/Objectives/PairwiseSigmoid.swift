import Foundation
import SynTensors

/// SigLIP's (Zhai et al. 2023, section 3.2): of every image with every caption it is asked by itself whether they
/// belong together: the sum over all of -log σ(±(scale · cosine + bias)), divided by the batch's size.
package struct PairwiseSigmoid: PairObjective {
    package init() {}

    package func slopes(at point: PairPoint) -> PairSlopes {
        let (x, y) = (point.images, point.captions)
        let count = x.rows
        let scaled = x.times(y, .transposed) * point.scale   // [batch, batch]
        var slopes = [Double](repeating: 0, count: count * count)   // by scaled + bias
        var (loss, bias) = (0.0, 0.0)
        for i in 0..<count {
            for j in 0..<count {
                let sign = i == j ? 1.0 : -1
                let wrong = -sign * (scaled.values[i * count + j] + point.bias)
                loss += max(wrong, 0) + log1p(exp(-abs(wrong)))   // log(1 + e^wrong)
                let slope = -sign / (1 + exp(-wrong)) / Double(count)
                slopes[i * count + j] = slope
                bias += slope
            }
        }
        let byLogit = DoubleMatrix(slopes, rows: count, columns: count)
        return PairSlopes(
            loss: loss / Double(count), images: byLogit.times(y) * point.scale,
            captions: byLogit.times(x, from: .transposed) * point.scale, logScale: byLogit.dot(scaled), bias: bias)
    }
}

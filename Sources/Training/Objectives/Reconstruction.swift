import Foundation
import SynModels
import SynTensors

/// Drawing an image again: mean |x − x̂| + mean (x − x̂)² + differences between neighbouring pixels (for crisp edges),
/// and the codebook's own loss (van den Oord et al. 2017) where there is one.
///
/// There is no discriminator: drawn portraits have no photographic texture that one would have to invent.
package struct Reconstruction: Sendable {
    /// How much each pixel's error counts, 1 on average: [height, width, channels].
    let attention: Tensor

    package init(attention: Tensor) { self.attention = attention }

    /// - Parameters:
    ///   - drawn: [batch, height, width, channels].
    ///   - images: of the same shape.
    package func loss(_ drawn: Tensor, _ images: Tensor) -> Tensor {
        let difference = (drawn - images) * attention   // [batch, height, width, channels]
        let (height, width) = (difference.size(1), difference.size(2))
        let down = difference.slice(axis: 1, from: 1, to: height) - difference.slice(axis: 1, from: 0, to: height - 1)
        let across = difference.slice(axis: 2, from: 1, to: width) - difference.slice(axis: 2, from: 0, to: width - 1)
        return difference.absolute().mean() + difference.squared().mean()
            + (down.absolute().mean() + across.absolute().mean())
    }

    /// The same where `drawn` came out of a codebook.
    package func loss(_ drawn: Tensor, _ images: Tensor, _ quantisation: VQGANQuantisation) -> Tensor {
        loss(drawn, images) + quantisation.loss(beta: 0.25, legacy: false)
    }

    /// Peak signal-to-noise ratio in decibels for a mean squared error of values in −1...1, whose peak is 2.
    package static func psnr(_ meanSquaredError: Float) -> Double {
        10 * log10(4 / Double(max(meanSquaredError, 1e-12)))
    }
}

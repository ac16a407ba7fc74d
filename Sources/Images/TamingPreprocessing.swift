import Foundation
import SynTensors

/// How taming's image models want their pictures: shorter side to S, the middle S×S, −1...1.
package struct TamingPreprocessing: Sendable, Equatable {
    package var side: Int

    package init(side: Int) {
        precondition(side > 0, "a side of \(side) pixels")
        self.side = side
    }

    /// Resized and cropped, still in 8 bits.
    ///
    /// Shrinking averages areas (Pillow's box filter), growing is bilinear. Taming itself shrinks by OpenCV's
    /// bilinear filter without antialiasing, which skips pixels; that is not imitated. The longer side is rounded to
    /// the nearest whole number, halves to even, as there.
    package func prepared(_ image: Image) throws -> Image {
        let shorter = min(image.width, image.height)
        let scale = Double(side) / Double(shorter)
        func scaled(_ length: Int) -> Int { Int((Double(length) * scale).rounded(.toNearestOrEven)) }
        let (width, height) = (scaled(image.width), scaled(image.height))
        try image.checkResizing(toWidth: width, height: height)
        return image.resized(width: width, height: height, filter: side < shorter ? .box : .bilinear)
            .centerCropped(width: side, height: side)
    }

    /// The encoder's input: [batch, side, side, 3].
    package func tensor(_ images: [Image]) throws -> Tensor {
        try Tensor(parallelMap(images.count) { try prepared(images[$0]) }, range: .signed)
    }
}

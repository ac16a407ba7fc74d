import Foundation
import SynTensors

/// How a CLIP vision tower wants its pictures; see ``ImageSettingsFile`` for where that stands in a model's folder.
///
/// The steps are those of transformers' `CLIPImageProcessor` on Pillow, in its order: resize, crop the middle,
/// multiply by `rescaleFactor`, subtract the mean, divide by the deviation. (Its variant on torchvision rounds
/// differently.) Pictures come as Pillow's `convert("RGB")` gives them, alpha dropped, as in all versions of
/// transformers before those that blend transparent pixels with white. Missing keys mean the processor's defaults,
/// which are those of openai/clip-vit-base-patch32.
package struct CLIPPreprocessing: Sendable, Equatable {
    package enum Size: Sendable, Equatable {
        /// The shorter side gets this length, the longer one follows, rounded down.
        case shorterSide(Int)
        case exactly(width: Int, height: Int)
    }

    /// nil: no resizing.
    package var size: Size? = .shorterSide(224)
    package var filter = ResampleFilter.bicubic
    /// nil: no cropping.
    package var cropSize: Size? = .exactly(width: 224, height: 224)
    /// Where the middle begins when an odd number of pixels is too many.
    package var cropRounding = FloatingPointRoundingRule.down
    package var rescaleFactor: Double? = 1 / 255.0
    /// Mean and deviation for red, green, blue. nil: no normalising.
    package var normalisation: Normalisation? = Normalisation(
        mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])

    package struct Normalisation: Sendable, Equatable {
        package var mean: [Double]
        package var deviation: [Double]

        package init(mean: [Double], deviation: [Double]) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    package init() {}

    /// What OpenAI's own code does with Pillow and torchvision, for checkpoints that come without settings.
    package static func openAI(size: Int) -> CLIPPreprocessing {
        var made = CLIPPreprocessing()
        made.size = .shorterSide(size)
        made.cropSize = .exactly(width: size, height: size)
        made.cropRounding = .toNearestOrEven
        return made
    }

    /// Resized and cropped, still in 8 bits.
    package func prepared(_ image: Image) throws -> Image {
        var image = image
        switch size {
        case .shorterSide(let side): image = try image.resized(shorterSide: side, filter: filter)
        case .exactly(let width, let height): image = image.resized(width: width, height: height, filter: filter)
        case nil: break
        }
        switch cropSize {
        case .shorterSide(let side): image = image.centerCropped(width: side, height: side, rounding: cropRounding)
        case .exactly(let width, let height):
            image = image.centerCropped(width: width, height: height, rounding: cropRounding)
        case nil: break
        }
        return image
    }

    /// The tower's input: [batch, height, width, 3].
    package func tensor(_ images: [Image]) throws -> Tensor {
        try tensor(ofPrepared: parallelMap(images.count) { try prepared(images[$0]) })
    }

    /// The same of pictures that went through ``prepared(_:)`` already, so that the large ones need not be kept.
    package func tensor(ofPrepared images: [Image]) throws -> Tensor {
        try Image.requireOneSize(images)
        return Tensor(stacking: images, tables: (0..<3).map(table(channel:)))
    }

    /// The number for each of the 256 values of one channel, rounded to single precision after every step.
    private func table(channel: Int) -> [Float] {
        (0..<256).map { value in
            let scaled = rescaleFactor.map { Float(Double(value) * $0) } ?? Float(value)
            guard let normalisation else { return scaled }
            return (scaled - Float(normalisation.mean[channel])) / Float(normalisation.deviation[channel])
        }
    }
}

extension Image {
    /// The shorter side becomes `side`, the longer one ⌊side · longer / shorter⌋: the rule of transformers.
    package func resized(shorterSide side: Int, filter: ResampleFilter) throws -> Image {
        let longer = Int(Double(side * max(width, height)) / Double(min(width, height)))
        let (newWidth, newHeight) = width <= height ? (side, longer) : (longer, side)
        try checkResizing(toWidth: newWidth, height: newHeight)
        return resized(width: newWidth, height: newHeight, filter: filter)
    }
}

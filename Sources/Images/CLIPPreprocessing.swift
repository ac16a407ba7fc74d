import Foundation
import Tensors

/// How a CLIP vision tower wants its pictures, decoded from `preprocessor_config.json`.
///
/// The steps are those of transformers' `CLIPImageProcessor` on Pillow, in its order: resize, crop the middle,
/// multiply by `rescaleFactor`, subtract the mean, divide by the deviation. (Its variant on torchvision rounds
/// differently.) Pictures come as Pillow's `convert("RGB")` gives them, alpha dropped, as in all versions of transformers
/// before those that blend transparent pixels with white. Missing keys mean the processor's defaults, which are those of
/// openai/clip-vit-base-patch32.
public struct CLIPPreprocessing: Sendable, Equatable {
    public enum Size: Sendable, Equatable {
        /// The shorter side gets this length, the longer one follows, rounded down.
        case shorterSide(Int)
        case exactly(width: Int, height: Int)
    }

    /// nil: no resizing.
    public var size: Size? = .shorterSide(224)
    public var filter = ResampleFilter.bicubic
    /// nil: no cropping.
    public var cropSize: Size? = .exactly(width: 224, height: 224)
    /// Where the middle begins when an odd number of pixels is too many.
    public var cropRounding = FloatingPointRoundingRule.down
    public var rescaleFactor: Double? = 1 / 255.0
    /// Mean and deviation for red, green, blue. nil: no normalising.
    public var normalisation: Normalisation? = Normalisation(
        mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])

    public struct Normalisation: Sendable, Equatable {
        public var mean: [Double]
        public var deviation: [Double]

        public init(mean: [Double], deviation: [Double]) {
            self.mean = mean
            self.deviation = deviation
        }
    }

    public init() {}

    /// What OpenAI's own code does with Pillow and torchvision, for checkpoints that come without settings.
    public static func openAI(size: Int) -> CLIPPreprocessing {
        var made = CLIPPreprocessing()
        made.size = .shorterSide(size)
        made.cropSize = .exactly(width: size, height: size)
        made.cropRounding = .toNearestOrEven
        return made
    }

    /// Reads `preprocessor_config.json`.
    public init(contentsOf url: URL) throws {
        let file: Data
        do {
            file = try Data(contentsOf: url)
        } catch {
            throw ImageError(.missing, "\(url.path): the file cannot be read (\(error.localizedDescription)).")
        }
        do {
            self = try JSONDecoder().decode(CLIPPreprocessing.self, from: file)
        } catch DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context)
        {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw ImageError(
                .damaged, "\(url.path): \(place.isEmpty ? "" : "\"\(place)\": ")\(context.debugDescription)")
        }
    }

    /// Resized and cropped, still in 8 bits.
    public func prepared(_ image: Image) throws -> Image {
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
    public func tensor(_ images: [Image]) throws -> Tensor {
        let prepared = try images.map { try self.prepared($0) }
        try Image.requireOneSize(prepared)
        return Tensor(stacking: prepared, tables: (0..<3).map(table(channel:)))
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
    public func resized(shorterSide side: Int, filter: ResampleFilter) throws -> Image {
        let longer = Int(Double(side * max(width, height)) / Double(min(width, height)))
        let (newWidth, newHeight) = width <= height ? (side, longer) : (longer, side)
        try checkResizing(toWidth: newWidth, height: newHeight)
        return resized(width: newWidth, height: newHeight, filter: filter)
    }
}

// MARK: - Decoding

extension CLIPPreprocessing: Decodable {
    private enum CodingKeys: String, CodingKey {
        case doResize = "do_resize"
        case size
        case resample
        case doCenterCrop = "do_center_crop"
        case cropSize = "crop_size"
        case doRescale = "do_rescale"
        case rescaleFactor = "rescale_factor"
        case doNormalize = "do_normalize"
        case imageMean = "image_mean"
        case imageStd = "image_std"
    }

    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: file, debugDescription: reason)
        }
        func isOn(_ key: CodingKeys) throws -> Bool { try file.decodeIfPresent(Bool.self, forKey: key) ?? true }

        if let written = try file.decodeIfPresent(WrittenSize.self, forKey: .size) {
            guard let read = written.read(square: false) else { throw refuse(.size, WrittenSize.expectation) }
            size = read
        }
        if let written = try file.decodeIfPresent(WrittenSize.self, forKey: .cropSize) {
            guard let read = written.read(square: true) else { throw refuse(.cropSize, WrittenSize.expectation) }
            cropSize = read
        }
        if let code = try file.decodeIfPresent(Int.self, forKey: .resample) {
            guard let known = ResampleFilter(pillowCode: code) else {
                throw refuse(.resample, "resampling \(code) is not supported; 1 to 5 are (Pillow's numbers).")
            }
            filter = known
        }
        if let factor = try file.decodeIfPresent(Double.self, forKey: .rescaleFactor) { rescaleFactor = factor }
        for key in [CodingKeys.imageMean, .imageStd] {
            guard let numbers = try file.decodeIfPresent([Double].self, forKey: key) else { continue }
            guard numbers.count == 3, key == .imageMean || !numbers.contains(0) else {
                throw refuse(key, "three numbers are needed\(key == .imageStd ? ", none of them 0" : "").")
            }
            if key == .imageMean { normalisation?.mean = numbers } else { normalisation?.deviation = numbers }
        }
        if try !isOn(.doResize) { size = nil }
        if try !isOn(.doCenterCrop) { cropSize = nil }
        if try !isOn(.doRescale) { rescaleFactor = nil }
        if try !isOn(.doNormalize) { normalisation = nil }
    }

    /// A size as the file has it: a number, or an object of lengths.
    private struct WrittenSize: Decodable {
        var number: Int?
        var lengths: [String: Int?] = [:]

        static let expectation =
            "a size is a number, {\"shortest_edge\": n} or {\"height\": n, \"width\": n}, "
            + "from 1 to \(ImageLimits.side)."

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int.self) { self.number = number; return }
            lengths = (try? value.decode([String: Int?].self)) ?? [:]
        }

        func read(square: Bool) -> Size? {
            func length(_ key: String) -> Int? { lengths[key] ?? nil }
            let read: Size
            if let number {
                read = square ? .exactly(width: number, height: number) : .shorterSide(number)
            } else if let side = length("shortest_edge"), length("longest_edge") == nil, !square {
                read = .shorterSide(side)
            } else if let height = length("height"), let width = length("width") {
                read = .exactly(width: width, height: height)
            } else {
                return nil
            }
            let allowed = 1...ImageLimits.side
            return switch read {
            case .shorterSide(let side): allowed.contains(side) ? read : nil
            case .exactly(let width, let height): allowed.contains(width) && allowed.contains(height) ? read : nil
            }
        }
    }
}

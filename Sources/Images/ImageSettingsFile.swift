import Foundation
import SynFiles

/// Where a model's folder says how it wants its pictures.
///
/// In the order of transformers: `image_processor` in `processor_config.json`, as its version 5 writes it, then
/// `preprocessor_config.json`; and for folders of open_clip alone `preprocess_cfg` in `open_clip_config.json`.
package enum ImageSettingsFile {
    /// The settings of a folder; nil where no file has any.
    package static func read(in folder: URL) throws -> CLIPPreprocessing? {
        let whole = folder.appending(path: "processor_config.json")
        if let found = try decode(Processor.self, whole)?.imageProcessor { return found }
        if let found = try decode(CLIPPreprocessing.self, folder.appending(path: "preprocessor_config.json")) {
            return found
        }
        return try decode(OpenCLIP.self, folder.appending(path: "open_clip_config.json"))?.preprocessing
    }

    private struct Processor: Decodable {
        let imageProcessor: CLIPPreprocessing?
        enum CodingKeys: String, CodingKey { case imageProcessor = "image_processor" }
    }

    /// Nil where there is no such file.
    private static func decode<Settings: Decodable>(_ type: Settings.Type, _ url: URL) throws -> Settings? {
        guard let file = try WholeFile.readIfThere(url, limit: 1 << 24) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(file))
        } catch DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
            DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context)
        {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw ImageError(
                .damaged, "\(url.path): \(place.isEmpty ? "" : "\"\(place)\": ")\(context.debugDescription)")
        }
    }
}

extension CLIPPreprocessing: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type = "image_processor_type"
        case olderType = "feature_extractor_type"
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
        case doPad = "do_pad"
    }

    package init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        func refuse(_ key: CodingKeys, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: file, debugDescription: reason)
        }
        func isOn(_ key: CodingKeys, otherwise: Bool = true) throws -> Bool {
            try file.decodeIfPresent(Bool.self, forKey: key) ?? otherwise
        }

        let type =
            try file.decodeIfPresent(String.self, forKey: .type)
            ?? file.decodeIfPresent(String.self, forKey: .olderType)
        guard let family = Family(type) else {
            throw refuse(
                .type,
                "the image processor \(type ?? "?") is not one that is read here: CLIP's, ViT's and SigLIP's are.")
        }
        self = family.defaults
        if let written = try file.decodeIfPresent(WrittenSize.self, forKey: .size) {
            guard let read = written.read(numberIsSquare: family.isSquare, mayFollow: true) else {
                throw refuse(.size, WrittenSize.expectation)
            }
            size = read
        }
        if let written = try file.decodeIfPresent(WrittenSize.self, forKey: .cropSize) {
            guard let read = written.read(numberIsSquare: true, mayFollow: false) else {
                throw refuse(.cropSize, WrittenSize.expectation)
            }
            cropSize = read
        }
        if let written = try file.decodeIfPresent(WrittenFilter.self, forKey: .resample) {
            guard let known = written.filter else {
                throw refuse(
                    .resample,
                    "resampling \(written.text) is not supported; Pillow's numbers 1 to 5 are, and their names.")
            }
            filter = known
        }
        if let factor = try file.decodeIfPresent(Double.self, forKey: .rescaleFactor) { rescaleFactor = factor }
        for key in [CodingKeys.imageMean, .imageStd] {
            guard let numbers = try file.decodeIfPresent(WrittenColor.self, forKey: key)?.numbers else { continue }
            guard numbers.count == 3, key == .imageMean || !numbers.contains(0) else {
                throw refuse(key, "three numbers are needed\(key == .imageStd ? ", none of them 0" : "").")
            }
            if key == .imageMean { normalisation?.mean = numbers } else { normalisation?.deviation = numbers }
        }
        if try !isOn(.doResize) { size = nil }
        if try !isOn(.doCenterCrop, otherwise: !family.isSquare) { cropSize = nil }
        if try !isOn(.doRescale) { rescaleFactor = nil }
        if try !isOn(.doNormalize) { normalisation = nil }
        if try isOn(.doPad, otherwise: false) { throw refuse(.doPad, "pictures cannot be padded here.") }
    }

    /// Image processors of transformers that do the same steps, by what they do when a key is missing.
    private enum Family {
        case clip, vit, siglip

        /// By the class's name, of which versions and back ends change only the end; a missing one is CLIP's.
        init?(_ type: String?) {
            var name = type ?? "CLIPImageProcessor"
            for ending in ["Fast", "Pil", "ImageProcessor", "FeatureExtractor"] where name.hasSuffix(ending) {
                name.removeLast(ending.count)
            }
            switch name {
            case "CLIP", "ChineseCLIP", "Bit": self = .clip
            case "ViT": self = .vit
            case "Siglip": self = .siglip
            default: return nil
            }
        }

        /// Whether a bare number is both sides' length; such processors do not crop unless told to.
        var isSquare: Bool { self != .clip }

        var defaults: CLIPPreprocessing {
            var made = CLIPPreprocessing()
            guard isSquare else { return made }
            made.size = .exactly(width: 224, height: 224)
            made.filter = self == .vit ? .bilinear : .bicubic
            made.normalisation = Normalisation(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
            return made
        }
    }
}

/// A size as the file has it: a number, a list of height and width, or an object of lengths.
private struct WrittenSize: Decodable {
    private var number: Int?
    private var lengths: [String: Int] = [:]

    static let expectation =
        "a size is a number, [height, width], {\"shortest_edge\": n} or {\"height\": n, \"width\": n}, "
        + "from 1 to \(ImageLimits.side)."

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) {
            self.number = number
        } else if let pair = try? value.decode([Int].self) {
            if pair.count == 2 { lengths = ["height": pair[0], "width": pair[1]] }
        } else {
            lengths = ((try? value.decode([String: Int?].self)) ?? [:]).compactMapValues { $0 }
        }
    }

    /// - Parameters:
    ///   - numberIsSquare: whether a bare number means both sides.
    ///   - mayFollow: whether the longer side may follow the shorter one.
    func read(numberIsSquare: Bool, mayFollow: Bool) -> CLIPPreprocessing.Size? {
        let read: CLIPPreprocessing.Size
        if let number {
            read = numberIsSquare ? .exactly(width: number, height: number) : .shorterSide(number)
        } else if let side = lengths["shortest_edge"], lengths.count == 1, mayFollow {
            read = .shorterSide(side)
        } else if let height = lengths["height"], let width = lengths["width"], lengths.count == 2 {
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

/// A way of resampling as the file has it: Pillow's number, or a name such as `bicubic` or
/// `PILImageResampling.BICUBIC`.
private struct WrittenFilter: Decodable {
    let text: String
    let filter: ResampleFilter?

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let code = try? value.decode(Int.self) {
            (text, filter) = ("\(code)", ResampleFilter(pillowCode: code))
        } else {
            text = try value.decode(String.self)
            let name = text.split(separator: ".").last?.lowercased() ?? ""
            filter = Int(name).map { ResampleFilter(pillowCode: $0) } ?? ResampleFilter(rawValue: name)
        }
    }
}

/// A number for each channel, or one for all.
private struct WrittenColor: Decodable {
    let numbers: [Double]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let one = try? value.decode(Double.self) {
            numbers = [one, one, one]
        } else {
            numbers = try value.decode([Double].self)
        }
    }
}

/// `open_clip_config.json`: what open_clip does to pictures, with Pillow and torchvision like OpenAI's code.
private struct OpenCLIP: Decodable {
    let preprocessing: CLIPPreprocessing?

    private enum CodingKeys: String, CodingKey { case preprocess = "preprocess_cfg", model = "model_cfg" }
    private enum Steps: String, CodingKey { case size, mean, std, interpolation, mode = "resize_mode" }
    private struct Model: Decodable {
        struct Tower: Decodable { let image_size: WrittenSize? }
        let vision_cfg: Tower?
    }

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        guard file.contains(.preprocess) else { preprocessing = nil; return }
        let steps = try file.nestedContainer(keyedBy: Steps.self, forKey: .preprocess)
        func refuse(_ key: Steps, _ reason: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: steps, debugDescription: reason)
        }
        let written =
            try steps.decodeIfPresent(WrittenSize.self, forKey: .size)
            ?? file.decodeIfPresent(Model.self, forKey: .model)?.vision_cfg?.image_size
        guard case .exactly(let width, let height)? = written?.read(numberIsSquare: true, mayFollow: false),
            width == height
        else {
            throw refuse(.size, "neither here nor in model_cfg.vision_cfg.image_size is there a square size.")
        }
        var made = CLIPPreprocessing.openAI(size: width)
        switch try steps.decodeIfPresent(String.self, forKey: .mode) ?? "shortest" {
        case "shortest": break
        case "squash": made.size = .exactly(width: width, height: height)
        case let other: throw refuse(.mode, "resizing \(other) is not supported; shortest and squash are.")
        }
        if let written = try steps.decodeIfPresent(WrittenFilter.self, forKey: .interpolation) {
            guard let filter = written.filter else {
                throw refuse(.interpolation, "resampling \(written.text) is not supported.")
            }
            made.filter = filter
        }
        for key in [Steps.mean, .std] {
            guard let numbers = try steps.decodeIfPresent(WrittenColor.self, forKey: key)?.numbers else { continue }
            guard numbers.count == 3, key == .mean || !numbers.contains(0) else {
                throw refuse(key, "three numbers are needed.")
            }
            if key == .mean { made.normalisation?.mean = numbers } else { made.normalisation?.deviation = numbers }
        }
        preprocessing = made
    }
}

import Checkpoints
import Foundation

/// A Hugging Face folder with a text encoder, opened by what its `config.json` says it is.
public struct TextEncoderFolder: Sendable {
    public let url: URL
    /// `bert`, `roberta`, `clip` or `clip_text_model`.
    public let modelType: String
    public let encoder: any TextEncoder

    private struct Kind: Decodable {
        let model_type: String
    }

    public init(_ url: URL, precision: Precision = .float32) throws {
        self.url = url
        modelType = try ConfigurationFile.read(Kind.self, in: url).model_type
        switch modelType {
        case "bert", "roberta": encoder = try BERT(folder: url, precision: precision)
        case "clip", "clip_text_model": encoder = try CLIPText(folder: url, precision: precision)
        default:
            throw ModelError(
                "\(url.path) holds a model of type \(modelType); text encoders are bert, roberta, clip "
                    + "and clip_text_model.")
        }
    }

    /// Whether this encoder learnt from images, which decides what `probe` pooling means.
    public var isContrastive: Bool { modelType.hasPrefix("clip") }
}

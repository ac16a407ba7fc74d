import Checkpoints
import Foundation

/// A folder with a text encoder, opened by what its files say it is: Hugging Face's `config.json`, the
/// `modules.json` of sentence-transformers, or tensors with OpenAI's names and no settings at all.
public struct TextEncoderFolder: Sendable {
    public let url: URL
    /// `bert`, `roberta`, `gpt2`, `clip` or `clip_text_model`.
    public let modelType: String
    public let encoder: any TextEncoder
    /// Where the tokenizer's files stand: the folder, or the one inside it that holds the encoder proper.
    public let tokenizerFolder: URL
    /// Whether captions are made lower case before the tokenizer sees them.
    public let lowercases: Bool

    private struct Kind: Decodable {
        let model_type: String
    }

    /// `url` may also be a single checkpoint file with OpenAI's names; the tokenizer is then expected beside it.
    public init(_ url: URL, precision: Precision = .float32) throws {
        self.url = url
        let sentences = try SentenceTransformerFolder(url)
        let folder = sentences?.transformer ?? url
        tokenizerFolder = folder.isFolder ? folder : folder.deletingLastPathComponent()
        lowercases = sentences?.limits.lowercases ?? false
        let found = try Self.encoder(in: folder, precision)
        modelType = found.type
        guard let sentences else {
            encoder = found.encoder
            return
        }
        guard !found.type.hasPrefix("clip") else {
            throw ModelError("\(url.path): a sentence-transformers folder around a CLIP can not be used; give the CLIP itself.")
        }
        encoder = try SentenceTransformer(found.encoder, sentences)
    }

    private static func encoder(
        in folder: URL, _ precision: Precision
    ) throws -> (type: String, encoder: any TextEncoder) {
        let hasSettings = FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path)
        if !hasSettings, let weights = try? Weights(reading: folder), try OpenAICLIP(weights.scope, at: folder) != nil {
            return ("clip", try CLIPText(folder: folder, precision: precision))
        }
        let type = try ConfigurationFile.read(Kind.self, in: folder).model_type
        switch type {
        case "bert", "roberta": return (type, try BERT(folder: folder, precision: precision))
        case "gpt2": return (type, try GPT2(folder: folder, precision: precision))
        case "clip", "clip_text_model": return (type, try CLIPText(folder: folder, precision: precision))
        default:
            throw ModelError(
                "\(folder.path) holds a model of type \(type); text encoders are bert, roberta, gpt2, clip "
                    + "and clip_text_model.")
        }
    }

    /// Whether this encoder learnt from images, which decides what `probe` pooling means.
    public var isContrastive: Bool { modelType.hasPrefix("clip") }
}

import Checkpoints
import Foundation

/// A folder with a text encoder, opened by what its files say it is: Hugging Face's `config.json`, the
/// `modules.json` of sentence-transformers, or tensors with OpenAI's names and no settings at all.
public struct TextEncoderFolder: Sendable {
    public let url: URL
    /// `bert`, `roberta`, `gpt2`, `clip` or `clip_text_model`.
    public let modelType: String
    public let encoder: any TextEncoder
    /// How texts are read before they become ids.
    public let rules: TextRules

    struct Kind: Decodable {
        let model_type: String
    }

    /// `url` may also be a single checkpoint file with OpenAI's names; the tokenizer is then expected beside it.
    public init(_ url: URL, precision: Precision = .float32) throws {
        self.url = url
        let sentences = try SentenceTransformerFolder(url)
        let folder = sentences?.transformer ?? url
        rules = Self.rules(of: url, sentences)
        let found = try Self.encoder(in: folder, precision)
        modelType = found.type
        guard let sentences else {
            encoder = found.encoder
            return
        }
        guard found.type.hasPrefix("clip") == (sentences.pooling == nil) else {
            throw ModelError(
                "\(url.path): its modules would pool the states of a \(found.type), which is not implemented; "
                    + "give the encoder \(folder.path) itself.")
        }
        encoder = try SentenceTransformer(found.encoder, sentences)
    }

    /// The encoder for texts whose first so many ids are the prompt's, which its pooling may have to pass over.
    public func encoder(promptLength: Int) -> any TextEncoder {
        guard !rules.poolsPrompt, let sentences = encoder as? SentenceTransformer else { return encoder }
        return sentences.passing(over: promptLength)
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

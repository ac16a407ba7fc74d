import Foundation
import SynCheckpoints
import SynFiles

/// A folder with a text encoder, opened by what its files say it is: Hugging Face's `config.json`, the
/// `modules.json` of sentence-transformers, or tensors with OpenAI's names and no settings at all.
package struct TextEncoderFolder: Sendable {
    package let url: URL
    /// One of ``TextEncoderRegistry/modelTypes``.
    package let modelType: String
    package let encoder: any TextEncoder
    /// How texts are read before they become ids.
    package let rules: TextRules

    /// `url` may also be a file of weights; settings and tokenizer are then expected beside it. `activation` must be
    /// given for a CLIP with OpenAI's names that does not tell its own.
    package init(_ url: URL, precision: Precision = .float32, activation: CLIPActivation? = nil) throws {
        self.url = url
        let sentences = try SentenceTransformerFolder(url.modelFolder)
        let folder = Self.encoderPlace(url, sentences)
        rules = Self.rules(of: url.modelFolder, sentences)
        let found = try TextEncoderRegistry.open(folder, precision, activation)
        modelType = found.type
        guard let sentences else {
            encoder = found.encoder
            return
        }
        // A contrastive encoder gives a text's vector by itself; the others give states to be pooled.
        guard (found.encoder.family == .contrastive) == (sentences.pooling == nil) else {
            throw ModelError(
                "\(url.path): its modules would pool the states of a \(found.type), which is not implemented; "
                    + "give the encoder \(folder.path) itself.")
        }
        encoder = try SentenceTransformer(found.encoder, sentences)
    }

    /// The encoder for texts whose first so many ids are the prompt's, which its pooling may have to pass over.
    package func encoder(promptLength: Int) -> any TextEncoder {
        guard !rules.poolsPrompt, let sentences = encoder as? SentenceTransformer else { return encoder }
        return sentences.passing(over: promptLength)
    }

    /// The encoder of a folder to be trained as a whole, with a new head. Of a folder of sentence-transformers the
    /// inner encoder is taken, without what follows it.
    ///
    /// - Parameters:
    ///   - outputs: how many numbers the head puts out.
    ///   - head: where the head's weights come from.
    package static func classifier(_ url: URL, outputs: Int, head: Weights) throws -> any TextClassifier {
        let sentences = try SentenceTransformerFolder(url.modelFolder)
        return try TextEncoderRegistry.classifier(encoderPlace(url, sentences), outputs: outputs, head: head)
    }

    /// The encoder's folder, or the file of its weights that was named.
    static func encoderPlace(_ url: URL, _ sentences: SentenceTransformerFolder?) -> URL {
        guard let folder = sentences?.transformer else { return url }
        return folder.standardizedFileURL.path == url.modelFolder.standardizedFileURL.path ? url : folder
    }
}

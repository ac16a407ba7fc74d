import Foundation
import SynCheckpoints
import SynFiles

/// The kinds of text encoders, by `model_type` of `config.json`: the only list of them. A new kind is one file with its
/// model and one entry here.
package enum TextEncoderRegistry {
    /// One kind: what its folders say, how many positions they give it, and how they are opened.
    struct Kind: Sendable {
        /// What `model_type` may say.
        let types: [String]
        /// Whether an activation may be named from outside, where a checkpoint does not tell its own.
        var takesActivation = false
        /// How many tokens a text may have, by the settings of a folder alone.
        let context: @Sendable (_ folder: URL) throws -> Int
        let open: @Sendable (_ folder: URL, Precision, CLIPActivation?) throws -> any TextEncoder
        /// The encoder as a whole to be trained, with a new head; nil where that is not implemented.
        var classifier: (@Sendable (_ folder: URL, _ outputs: Int, _ head: Weights) throws -> any TextClassifier)?
    }

    static let kinds = [
        Kind(
            types: ["bert", "roberta"],
            context: { try ConfigurationFile.read(BERTConfiguration.self, in: $0).maximumLength },
            open: { folder, precision, _ in try BERT(folder: folder, precision: precision) },
            classifier: { try BERTClassifier(folder: $0, outputs: $1, head: $2) }),
        Kind(
            types: ["gpt2"],
            context: { try ConfigurationFile.read(GPT2Configuration.self, in: $0).positionCount },
            open: { folder, precision, _ in try GPT2(folder: folder, precision: precision) },
            classifier: { try GPT2Classifier(folder: $0, outputs: $1, head: $2) }),
        clip,
        Kind(
            types: ["siglip", "siglip_text_model"],
            context: { try SigLIPTextConfiguration(folder: $0).positionCount },
            open: { folder, precision, _ in try SigLIPText(folder: folder, precision: precision) }),
    ]

    private static let clip = Kind(
        types: ["clip", "clip_text_model"], takesActivation: true,
        context: { try CLIPTextConfiguration(folder: $0).positionCount },
        open: { try CLIPText(folder: $0, precision: $1, activation: $2) },
        classifier: { try CLIPTextClassifier(folder: $0, outputs: $1, head: $2) })

    /// Every `model_type` that is read.
    package static var modelTypes: [String] { kinds.flatMap(\.types) }

    /// Opens the encoder of a folder, or of a file of weights beside its settings. Tensors with OpenAI's names need no
    /// settings and are a CLIP's.
    ///
    /// - Throws ``ModelError`` for a `model_type` that is not read, with the list of those that are.
    static func open(
        _ folder: URL, _ precision: Precision, _ activation: CLIPActivation?
    ) throws -> (type: String, encoder: any TextEncoder) {
        if !ConfigurationFile.exists(in: folder), let weights = try? Weights(reading: folder), OpenAICLIP.isIn(weights)
        {
            return ("clip", try clip.open(folder, precision, activation))
        }
        let type = try modelType(of: folder)
        guard let kind = kind(type) else {
            throw ModelError(
                "\(folder.path) holds a model of type \(printable(type)); text encoders of these types are read: "
                    + modelTypes.formatted(.list(type: .and).locale(Locale(identifier: "en_GB"))) + ".")
        }
        if !kind.takesActivation { try CLIPActivation.requireNone(activation, at: folder) }
        return (type, try kind.open(folder, precision, activation))
    }

    /// Opens the encoder of a folder to be trained as a whole.
    ///
    /// - Parameters:
    ///   - outputs: how many numbers the head puts out.
    ///   - head: where the head's weights come from: new ones, or those of a checkpoint.
    static func classifier(_ folder: URL, outputs: Int, head: Weights) throws -> any TextClassifier {
        let type = try modelType(of: folder)
        guard let open = kind(type)?.classifier else {
            let known = kinds.filter { $0.classifier != nil }.flatMap(\.types)
            throw ModelError(
                "\(folder.path) holds a model of type \(printable(type)), which is not trained as a whole; encoders of "
                    + "these types are: \(known.joined(separator: ", ")).")
        }
        return try open(folder, outputs, head)
    }

    /// How many tokens a text may have for a folder's encoder, by its settings alone; nil where they cannot be read.
    /// What is wrong with them is said when the encoder is opened.
    static func context(of folder: URL) -> Int? {
        guard let type = try? modelType(of: folder) else { return nil }
        return try? kind(type)?.context(folder)
    }

    private static func kind(_ type: String) -> Kind? { kinds.first { $0.types.contains(type) } }

    private static func modelType(of folder: URL) throws -> String {
        try ConfigurationFile.read(Settings.self, in: folder).model_type
    }

    private struct Settings: Decodable {
        let model_type: String
    }
}

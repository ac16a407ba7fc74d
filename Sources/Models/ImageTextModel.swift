import Foundation
import SynCheckpoints
import SynTensors

/// A model that places captions and pictures in one space: what a judge of their agreement needs.
package protocol ImageTextModel: Sendable {
    /// Height and width of the images it sees.
    var imageSize: Int { get }
    /// The most tokens of a caption, special ones included.
    var maximumLength: Int { get }

    /// Caption vectors in the shared space, not normalised: [batch, projection].
    func embed(ids: [[Int32]]) throws -> Tensor
    /// What the pooled state goes through, last norm and projection, put on every token's state: [tokens, projection]
    /// for each caption, not normalised.
    func tokenVectors(ids: [[Int32]]) throws -> [Tensor]
    /// Vectors of images [batch, height, width, channels] in the shared space, not normalised: [batch, projection].
    func embed(images: Tensor) -> Tensor
}

extension CLIP: ImageTextModel {
    package var maximumLength: Int { text.maximumLength }
    package func embed(ids: [[Int32]]) throws -> Tensor { try embed(ids: ids, dropout: nil) }
    package func embed(images: Tensor) -> Tensor { embed(images: images, dropout: nil) }
    package func tokenVectors(ids: [[Int32]]) throws -> [Tensor] { try text.tokenVectors(ids: ids) }
}

extension SigLIP: ImageTextModel {
    package var maximumLength: Int { text.maximumLength }
    package func tokenVectors(ids: [[Int32]]) throws -> [Tensor] { try text.tokenVectors(ids: ids) }
}

/// Opens a folder that holds a whole SigLIP or CLIP. What is neither is read as a CLIP, which says what it lacks.
package enum ImageTextFolder {
    private struct Settings: Decodable {
        let model_type: String?
    }

    package static func open(
        _ folder: URL, precision: Precision = .float32, activation: CLIPActivation? = nil
    ) throws -> any ImageTextModel {
        let type = try? ConfigurationFile.read(Settings.self, in: folder).model_type
        guard type == "siglip" else { return try CLIP(folder: folder, precision: precision, activation: activation) }
        try CLIPActivation.requireNone(activation, at: folder)
        return try SigLIP(folder: folder, precision: precision)
    }
}

import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynRuns
import SynTensors

/// A frozen picture tower with the way its pictures are prepared: pictures to vectors in the space it shares with
/// captions.
package struct ImageEmbedder: Sendable {
    /// Both towers: they stand in one folder and are opened together.
    package let model: any ImageTextModel
    package let folder: URL
    private let preprocessing: CLIPPreprocessing
    /// What was taken for granted about the folder; nil where it says all.
    package let remark: String?

    /// A Hugging Face folder of a whole CLIP or SigLIP, or a checkpoint with OpenAI's names.
    ///
    /// - Parameter activation: for a CLIP that does not tell its own.
    package init(folder url: URL, precision: Precision = .float32, activation: CLIPActivation? = nil) throws {
        model = try ImageTextFolder.open(url, precision: precision, activation: activation)
        folder = url.modelFolder
        let side = model.imageSize
        let settings = try ImageSettingsFile.read(in: folder)
        guard settings != nil || !(model is SigLIP) else {
            throw UserError(
                .missing,
                "\(folder.path) does not say how its pictures are prepared, which for a SigLIP cannot be taken for "
                    + "granted: "
                    + "preprocessor_config.json is missing; fetch it from where the weights are from")
        }
        preprocessing = settings ?? .openAI(size: side)
        remark =
            settings != nil
            ? nil
            : "\(folder.path) does not say how its pictures are prepared (it has no preprocessor_config.json and no "
                + "processor_config.json); OpenAI's way is taken: the shorter side \(side) pixels, bicubic, the "
                + "middle \(side)×\(side)"
    }

    private init(_ model: any ImageTextModel, like other: ImageEmbedder) {
        self.model = model
        (folder, preprocessing, remark) = (other.folder, other.preprocessing, other.remark)
    }

    /// The same preparation for another model that sees pictures of the same size.
    package func with(_ other: any ImageTextModel) -> ImageEmbedder {
        precondition(other.imageSize == model.imageSize, "towers of \(other.imageSize) and \(model.imageSize) pixels")
        return ImageEmbedder(other, like: self)
    }

    /// A picture as the model sees it, still in 8 bits; a large one need not be kept after that.
    package func prepared(_ picture: Image) throws -> Image {
        let prepared = try preprocessing.prepared(picture)
        let size = model.imageSize
        guard prepared.width == size, prepared.height == size else {
            throw UserError(
                .badData,
                "\(folder.path): its image settings make a picture of \(picture.width)×\(picture.height) pixels one of "
                    + "\(prepared.width)×\(prepared.height), but the model sees \(size)×\(size)")
        }
        return prepared
    }

    /// Vectors of one batch of pictures that went through ``prepared(_:)``, not normalised: [batch, projection].
    package func embed(prepared pictures: [Image]) throws -> Tensor {
        model.embed(images: try preprocessing.tensor(ofPrepared: pictures))
    }
}

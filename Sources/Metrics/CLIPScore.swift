import Foundation
import SynCheckpoints
import SynEmbedding
import SynImages
import SynModels
import SynRuns
import SynTensors

/// Agreement of pictures and captions by a CLIP (Hessel et al. 2021, in the paper's form): 100 times the cosine of
/// the two vectors, not clamped. A SigLIP may judge too; the score is the cosine's, not the sigmoid's.
package struct CLIPScore: Sendable {
    private let images: ImageEmbedder
    private let reader: TextReader

    /// A Hugging Face folder of a whole CLIP or SigLIP, or a checkpoint with OpenAI's names and a tokenizer beside it.
    /// `activation` must be given where the checkpoint does not tell its own.
    package init(folder: URL, precision: Precision = .float32, activation: CLIPActivation? = nil) throws {
        images = try ImageEmbedder(folder: folder, precision: precision, activation: activation)
        reader = try TextReader(TextEncoderFolder.rules(of: folder), positions: images.model.maximumLength)
    }

    /// What was taken for granted about the folder; nil where it says all.
    package var remark: String? { images.remark }

    package struct Result: Sendable {
        /// One score per pair.
        package let scores: [Double]
        /// Captions longer than the model's context, cut at its end with the end token kept.
        package let truncated: Int
        /// Unit vectors of pictures and of captions, batch by batch: [batch, projection].
        package let pictures: [Tensor]
        package let captions: [Tensor]
    }

    /// The score of each picture with the caption at the same place.
    ///
    /// - Parameter batch: how many pairs go through the networks at once. It changes a score by no more than the
    ///   rounding of single precision, below 1e-4.
    package func scores(_ images: [Image], _ captions: [String], batch size: Int = 32) throws -> Result {
        precondition(images.count == captions.count, "every picture has one caption")
        precondition(size > 0, "a batch has at least one pair")
        return try zip(batches(images, of: size), batches(captions, of: size)).reduce(
            into: Result(scores: [], truncated: 0, pictures: [], captions: [])
        ) {
            let found = try scores(ofPrepared: prepared($1.0), $1.1)
            $0 = Result(
                scores: $0.scores + found.scores, truncated: $0.truncated + found.truncated,
                pictures: $0.pictures + found.pictures, captions: $0.captions + found.captions)
        }
    }

    /// A picture as the model sees it, still in 8 bits; a large one need not be kept after that.
    package func prepared(_ picture: Image) throws -> Image { try images.prepared(picture) }

    /// A batch of them, on all threads.
    package func prepared(_ pictures: [Image]) throws -> [Image] {
        try parallelMap(pictures.count) { try prepared(pictures[$0]) }
    }

    /// Scores of one batch of pictures that went through ``prepared(_:)``.
    ///
    /// - Throws where a score is not a number, naming the weights that are not.
    package func scores(ofPrepared pictures: [Image], _ captions: [String]) throws -> Result {
        let encodings = captions.map { reader.encoding($0) }
        let x = try images.embed(prepared: pictures).l2Normalised()   // [batch, projection]
        let y = try images.model.embed(ids: encodings.map(\.ids)).l2Normalised()
        let scores = (x * y).sum(axis: -1).floats.map { 100 * Double($0) }
        try NonFinite.refuse(scores, "a CLIP-Score", model: images.folder)
        return Result(
            scores: scores, truncated: encodings.count { $0.truncated }, pictures: [x.detached], captions: [y.detached])
    }
}

extension CLIPPreprocessing {
    /// The settings in a model's folder, which must have them.
    package init(folder: URL) throws {
        guard let found = try ImageSettingsFile.read(in: folder) else {
            throw UserError(
                .missing,
                "\(folder.path) does not say how its pictures are prepared: preprocessor_config.json is missing")
        }
        self = found
    }
}

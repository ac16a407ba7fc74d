import Checkpoints
import Foundation
import Images
import Models
import Tensors

/// Agreement of pictures and captions by a CLIP (Hessel et al. 2021, in the paper's form): 100 times the cosine of
/// the two vectors, not clamped.
public struct CLIPScore: Sendable {
    private let model: CLIP
    private let reader: TextReader
    private let preprocessing: CLIPPreprocessing

    /// A Hugging Face folder of a whole CLIP, or a checkpoint with OpenAI's names and a tokenizer beside it.
    /// `activation` must be given where the checkpoint does not tell its own.
    public init(folder: URL, precision: Precision = .float32, activation: CLIPActivation? = nil) throws {
        model = try CLIP(folder: folder, precision: precision, activation: activation)
        reader = try TextReader(TextEncoderFolder.rules(of: folder), positions: model.text.maximumLength)
        let folder = folder.modelFolder
        let hasSettings = ["config.json", "preprocessor_config.json"].contains {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
        preprocessing = hasSettings ? try CLIPPreprocessing(folder: folder) : .openAI(size: model.imageSize)
        self.folder = folder
    }

    private let folder: URL

    public struct Result: Sendable {
        /// One score per pair.
        public let scores: [Double]
        /// Captions longer than the model's context, cut at its end with the end token kept.
        public let truncated: Int
    }

    /// The score of each picture with the caption at the same place.
    ///
    /// - Parameter batch: how many pairs go through the networks at once. It changes a score by no more than the
    ///   rounding of single precision, below 1e-4.
    public func scores(_ images: [Image], _ captions: [String], batch size: Int = 32) throws -> Result {
        precondition(images.count == captions.count, "every picture has one caption")
        precondition(size > 0, "a batch has at least one pair")
        var scores: [Double] = []
        var truncated = 0
        for (pictures, texts) in zip(batches(images, of: size), batches(captions, of: size)) {
            let encodings = texts.map { reader.encoding($0) }
            truncated += encodings.count { $0.truncated }
            let x = model.embed(images: try input(pictures)).l2Normalised()                    // [batch, projection]
            let y = try model.embed(ids: encodings.map(\.ids)).l2Normalised()
            scores += (x * y).sum(axis: -1).floats.map { 100 * Double($0) }
        }
        return Result(scores: scores, truncated: truncated)
    }

    private func input(_ pictures: [Image]) throws -> Tensor {
        let prepared = try preprocessing.tensor(pictures)                                      // [batch, height, width, 3]
        let size = model.imageSize
        guard prepared.shape.dropFirst() == [size, size, 3] else {
            throw Complaint(
                .badData,
                "\(folder.path): preprocessor_config.json makes pictures of \(prepared.size(2))×\(prepared.size(1)) pixels, "
                    + "but the model sees \(size)×\(size)")
        }
        return prepared
    }
}

extension CLIPPreprocessing {
    /// The settings in a model's folder.
    init(folder: URL) throws { try self.init(contentsOf: folder.appending(path: "preprocessor_config.json")) }
}

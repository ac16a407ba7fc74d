import Checkpoints
import Files
import Foundation
import Models
import Tensors

/// Captions to a file of vectors: what `synesthesia encode` does.
public struct EncodingJob {
    private let encoder: CaptionEncoder
    private let everyLayer: Bool
    private let notes: [String: String]

    public init(
        folder: URL, pooling: EncoderSettings.Pooling, precision: ProbeSettings.Precision, everyLayer: Bool,
        activation: EncoderSettings.Activation? = nil
    ) throws {
        encoder = try CaptionEncoder(
            folder: folder, pooling: Pooling(rawValue: pooling.rawValue) ?? .probe, precision: precision.resolved,
            activation: activation.map(CLIPActivation.init))
        self.everyLayer = everyLayer
        notes = ["pooling": pooling.rawValue, "precision": precision.resolved == .bfloat16 ? "bf16" : "f32"]
            .merging(activation.map { ["activation": $0.rawValue] } ?? [:]) { $1 }
    }

    /// What `encode --json` prints.
    public struct Outcome: Encodable, Sendable {
        public let file: String
        public let captions: Int
        public let vectorSize: Int
        /// Captions that were too long and lost their end.
        public let truncated: Int

        enum CodingKeys: String, CodingKey {
            case file, captions, truncated
            case vectorSize = "vector_size"
        }
    }

    /// Writes `embeddings` and perhaps `hidden`.
    public func write(_ captions: [String], to path: String, progress: (Int) -> Void) throws -> Outcome {
        try AtomicFile.check(URL(filePath: path))
        let result = try encoder.encode(captions, everyLayer: everyLayer, progress: progress)
        var tensors: [(name: String, tensor: Tensor)] = [("embeddings", result.vectors)]
        if let layers = result.layers { tensors.append(("hidden", layers)) }
        try writeSafetensors(tensors, metadata: notes, to: URL(filePath: path))
        return Outcome(
            file: path, captions: captions.count, vectorSize: result.vectors.size(1), truncated: result.truncated)
    }
}

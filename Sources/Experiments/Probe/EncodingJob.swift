import Checkpoints
import Foundation
import Models
import Tensors

/// Captions to a file of vectors: what `synesthesia encode` does.
public struct EncodingJob {
    private let encoder: CaptionEncoder
    private let everyLayer: Bool
    private let notes: [String: String]

    public init(
        folder: URL, pooling: EncoderSettings.Pooling, precision: ProbeSettings.Precision, everyLayer: Bool
    ) throws {
        encoder = try CaptionEncoder(
            folder: folder, pooling: Pooling(rawValue: pooling.rawValue) ?? .probe, precision: precision.resolved)
        self.everyLayer = everyLayer
        notes = ["pooling": pooling.rawValue, "precision": precision.resolved == .bfloat16 ? "bf16" : "f32"]
    }

    /// Writes `embeddings` and perhaps `hidden`; returns how many captions were cut.
    public func write(_ captions: [String], to path: String, progress: (Int) -> Void) throws -> Int {
        let result = try encoder.encode(captions, everyLayer: everyLayer, progress: progress)
        var tensors: [(name: String, tensor: Tensor)] = [("embeddings", result.vectors)]
        if let layers = result.layers { tensors.append(("hidden", layers)) }
        try writeSafetensors(tensors, metadata: notes, to: URL(filePath: path))
        return result.truncated
    }
}

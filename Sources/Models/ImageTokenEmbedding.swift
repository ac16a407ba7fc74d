import SynCheckpoints
import SynTensors

/// Vectors of image tokens and of the positions where they stand.
struct ImageTokenEmbedding: Sendable {
    private let tokens: Embedding
    private let positions: Tensor   // [1, block, width]

    init(_ weights: WeightScope, _ shape: ImageTransformerConfiguration) throws {
        tokens = try Embedding(weights["tok_emb"], count: shape.vocabularySize, size: shape.width)
        positions = try weights.tensor("pos_emb", [1, shape.blockSize, shape.width], initially: .zeros)
    }

    /// Vectors [batch, count, width] of tokens [batch, count] that stand at the positions from `start` on.
    func callAsFunction(_ ids: Tensor, from start: Int) -> Tensor {
        let end = start + ids.size(1)
        precondition(end <= positions.size(1), "\(end) tokens do not fit a block of \(positions.size(1))")
        return tokens(ids) + positions.slice(axis: 1, from: start, to: end)
    }

    /// Vectors [rows, 1, width] of tokens that a device has just drawn, at the place that it counts.
    func step(_ newest: Tensor, at place: DeviceCounter) -> Tensor {
        tokens.table.embedded(newest: newest, plus: positions, at: place)
    }
}

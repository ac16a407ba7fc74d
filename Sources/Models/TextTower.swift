import SynCheckpoints
import SynTensors

/// What the text towers of CLIP and SigLIP have alike: words, their places, layers, and a last norm.
struct TextTower: Sendable {
    let words: Embedding
    let positions: Embedding
    let layers: CLIPTower
    let finalNorm: LayerNorm

    init(words: Embedding, positions: Embedding, layers: CLIPTower, finalNorm: LayerNorm) {
        (self.words, self.positions, self.layers, self.finalNorm) = (words, positions, layers, finalNorm)
    }

    /// `weights` stands at `embeddings`, `encoder` and `final_layer_norm`.
    init(_ weights: WeightScope, _ shape: some TextTowerSettings) throws {
        let size = shape.hiddenSize
        words = try Embedding(weights["embeddings", "token_embedding"], count: shape.vocabularySize, size: size)
        positions = try Embedding(weights["embeddings", "position_embedding"], count: shape.positionCount, size: size)
        layers = try CLIPTower(weights["encoder"], shape.tower)
        finalNorm = try LayerNorm(weights["final_layer_norm"], size: size, epsilon: shape.normEpsilon)
    }
}

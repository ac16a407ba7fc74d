import SynCheckpoints
import SynTensors

/// The transformer that both towers of CLIP share in form: layers that normalise before they look and think
/// (Radford et al. 2021, section 2.4).
struct CLIPTower: Sendable {
    let layers: [CLIPLayer]

    init(_ weights: WeightScope, _ shape: TowerConfiguration) throws {
        layers = try (0..<shape.layerCount).map { try CLIPLayer(weights["layers", $0], shape) }
    }

    /// The input and each layer's output, each [batch, time, hidden].
    func callAsFunction(_ x: Tensor, mask: AttentionMask, dropout: Dropout?) -> [Tensor] {
        var states = [x]
        for layer in layers { states.append(layer(states[states.count - 1], mask: mask, dropout: dropout)) }
        return states
    }
}

struct CLIPLayer: Sendable {
    let attentionNorm: LayerNorm
    let attention: SelfAttention
    let mlpNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let activation: Activation

    /// New weights that write into the residual stream start smaller in deep towers.
    init(_ weights: WeightScope, _ shape: TowerConfiguration) throws {
        let (size, width, epsilon) = (shape.hiddenSize, Float(shape.hiddenSize), shape.normEpsilon)
        let inward = Initialisation.normal(deviation: 1 / (width * 2 * Float(shape.layerCount)).squareRoot())
        let outward = Initialisation.normal(deviation: 1 / width.squareRoot())
        let look = weights["self_attn"]
        attention = SelfAttention(
            query: try Linear(look["q_proj"], from: size, to: size, initially: inward),
            key: try Linear(look["k_proj"], from: size, to: size, initially: inward),
            value: try Linear(look["v_proj"], from: size, to: size, initially: inward),
            output: try Linear(look["out_proj"], from: size, to: size, initially: outward),
            heads: shape.headCount)
        attentionNorm = try LayerNorm(weights["layer_norm1"], size: size, epsilon: epsilon)
        expand = try Linear(
            weights["mlp", "fc1"], from: size, to: shape.feedForwardSize,
            initially: .normal(deviation: 1 / (2 * width).squareRoot()))
        contract = try Linear(weights["mlp", "fc2"], from: shape.feedForwardSize, to: size, initially: inward)
        mlpNorm = try LayerNorm(weights["layer_norm2"], size: size, epsilon: epsilon)
        activation = try Activation(huggingFace: shape.activation)
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask, dropout: Dropout?) -> Tensor {
        // Both [batch, time, hidden].
        let attended = attention(
            attentionNorm(x, output: expand.computeType), mask: mask, addingTo: x, dropout: dropout)
        let normed = mlpNorm(attended, output: expand.computeType)
        let inner = expand(normed, then: activation, output: expand.computeType)
        return contract(inner, addingTo: attended, dropout: dropout)   // [batch, time, hidden]
    }
}

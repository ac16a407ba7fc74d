import SynCheckpoints
import SynTensors

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2.2): every position looks at every other that the
/// mask lets it see.
package struct SelfAttention: Sendable {
    let qkv: QueryKeyValue
    let output: Linear
    let heads: Int
    /// What products of queries and keys are multiplied by; nil for 1/√headSize.
    let scale: Float?

    init(query: Linear, key: Linear, value: Linear, output: Linear, heads: Int) {
        self.init(QueryKeyValue(query: query, key: key, value: value), output: output, heads: heads)
    }

    init(_ qkv: QueryKeyValue, output: Linear, heads: Int, scale: Float? = nil) {
        (self.qkv, self.output, self.heads, self.scale) = (qkv, output, heads, scale)
    }

    /// Whether samples are better packed, one after another without padding: where one frozen layer makes query, key
    /// and value, and the processor has the kernels. Packed embeddings carry no gradient.
    var packingPays: Bool {
        guard case .fused(let layer) = qkv, !layer.weight.wantsGradient else { return false }
        return AttentionMask.packingPays(layer.computeType)
    }

    /// x [batch, time, hidden] → [batch, time, hidden] Float32.
    func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
        output(qkv.attended(x, heads: heads, mask: mask, scale: scale))
    }

    /// The same added to `addend`, after it dropped out in training.
    func callAsFunction(_ x: Tensor, mask: AttentionMask, addingTo addend: Tensor, dropout: Dropout? = nil) -> Tensor {
        output(
            qkv.attended(x, heads: heads, mask: mask, scale: scale, dropout: dropout), addingTo: addend,
            dropout: dropout)
    }
}

extension SelfAttention {
    /// Query, key and value one below the other in `in_proj_weight`, as PyTorch's `MultiheadAttention` keeps them.
    init(inBands weights: WeightScope, size: Int, heads: Int) throws {
        let rows = try weights.matrix("in_proj_weight", [3 * size, size])
        let shifts = try weights.tensor("in_proj_bias", [3 * size], initially: .zeros)
        self.init(
            .fused(Linear(weight: rows, bias: shifts)), output: try Linear(weights["out_proj"], from: size, to: size),
            heads: heads)
    }
}

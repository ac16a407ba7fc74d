import Checkpoints
import Tensors

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2.2): every position looks at every other that the
/// mask lets it see.
public struct SelfAttention: Sendable {
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    let heads: Int
    /// What products of queries and keys are multiplied by; nil for 1/√headSize.
    var scale: Float?

    func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
        let context = attention(
            query: query(x), key: key(x), value: value(x), heads: heads, mask: mask, scale: scale)
        return output(context)   // [batch, time, hidden]
    }
}

extension SelfAttention {
    /// Query, key and value one below the other in `in_proj_weight`, as PyTorch's `MultiheadAttention` keeps them.
    /// They are cut apart here, so only frozen weights may be read this way.
    init(inBands weights: WeightScope, size: Int, heads: Int) throws {
        let rows = try weights.matrix("in_proj_weight", [3 * size, size])
        let shifts = try weights.tensor("in_proj_bias", [3 * size], initially: .zeros)
        self.init(
            query: Linear(weight: rows, bias: shifts, rows: 0..<size),
            key: Linear(weight: rows, bias: shifts, rows: size..<2 * size),
            value: Linear(weight: rows, bias: shifts, rows: 2 * size..<3 * size),
            output: try Linear(weights["out_proj"], from: size, to: size), heads: heads)
    }
}

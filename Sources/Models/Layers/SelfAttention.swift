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

    func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
        let context = attention(query: query(x), key: key(x), value: value(x), heads: heads, mask: mask)
        return output(context)   // [batch, time, hidden]
    }
}

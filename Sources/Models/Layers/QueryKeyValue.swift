import SynTensors

/// What makes queries, keys and values for self-attention: three layers while they are trained, one layer with all
/// their outputs when they are frozen.
enum QueryKeyValue: Sendable {
    case separate(query: Linear, key: Linear, value: Linear)
    case fused(Linear)

    init(query: Linear, key: Linear, value: Linear) {
        let isTrained = [query, key, value].contains { $0.weight.wantsGradient }
        self =
            isTrained
            ? .separate(query: query, key: key, value: value) : .fused(Linear(joining: [query, key, value]))
    }

    /// Attention between all positions of x [batch, time, hidden], in the type of frozen weights: [batch, time,
    /// hidden].
    func attended(
        _ x: Tensor, heads: Int, mask: AttentionMask, scale: Float? = nil, dropout: Dropout? = nil
    ) -> Tensor {
        switch self {
        case .separate(let query, let key, let value):
            attention(
                query: query(x), key: key(x), value: value(x), heads: heads, mask: mask, scale: scale,
                dropout: dropout)
        case .fused(let layer):
            attention(
                queryKeyValue: layer(x, output: layer.computeType), heads: heads, mask: mask, scale: scale,
                dropout: dropout)
        }
    }

    /// The three parts by themselves, each [batch, time, hidden] Float32.
    func parts(_ x: Tensor) -> [Tensor] {
        switch self {
        case .separate(let query, let key, let value): return [query(x), key(x), value(x)]
        case .fused(let layer):
            let (inner, width) = (layer(x), layer.weight.size(0) / 3)
            return (0..<3).map { inner.slice(axis: -1, from: $0 * width, to: ($0 + 1) * width) }
        }
    }

    /// All three as one layer, their outputs one after another. Only for frozen weights.
    var layer: Linear {
        switch self {
        case .separate(let query, let key, let value): Linear(joining: [query, key, value])
        case .fused(let layer): layer
        }
    }
}

import Tensors

/// What makes queries, keys and values for self-attention: three layers while they are trained, one layer with all
/// their outputs when they are frozen.
enum QueryKeyValue: Sendable {
    case apart(query: Linear, key: Linear, value: Linear)
    case joined(Linear)

    init(query: Linear, key: Linear, value: Linear) {
        let isTrained = [query, key, value].contains { $0.weight.wantsGradient }
        self = isTrained
            ? .apart(query: query, key: key, value: value) : .joined(Linear(joining: [query, key, value]))
    }

    /// Attention between all positions of x [batch, time, hidden], in the type of frozen weights: [batch, time, hidden].
    func attended(_ x: Tensor, heads: Int, mask: AttentionMask, scale: Float? = nil) -> Tensor {
        switch self {
        case .apart(let query, let key, let value):
            attention(query: query(x), key: key(x), value: value(x), heads: heads, mask: mask, scale: scale)
        case .joined(let layer):
            attention(queryKeyValue: layer(x, output: layer.narrow), heads: heads, mask: mask, scale: scale)
        }
    }

    /// The three parts by themselves, each [batch, time, hidden] Float32.
    func parts(_ x: Tensor) -> [Tensor] {
        switch self {
        case .apart(let query, let key, let value): return [query(x), key(x), value(x)]
        case .joined(let layer):
            let (inner, width) = (layer(x), layer.weight.size(0) / 3)
            return (0..<3).map { inner.slice(axis: -1, from: $0 * width, to: ($0 + 1) * width) }
        }
    }

    /// All three one after another, for few rows and without gradients: [batch, time, 3·hidden].
    func streamed(_ x: Tensor) -> Tensor {
        switch self {
        case .apart(let query, let key, let value): concatenated([query, key, value].map { $0.streamed(x) }, axis: -1)
        case .joined(let layer): layer.streamed(x)
        }
    }

    /// With weights rounded to whole numbers, for `streamed` only.
    func roundedToInt8(noting error: inout Int8Rounding) -> QueryKeyValue {
        switch self {
        case .apart(let query, let key, let value):
            .joined(Linear(joining: [query, key, value]).roundedToInt8(noting: &error))
        case .joined(let layer): .joined(layer.roundedToInt8(noting: &error))
        }
    }
}

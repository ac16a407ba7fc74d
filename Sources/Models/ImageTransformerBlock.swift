import Checkpoints
import Tensors

/// One block of minGPT: causal attention, then a two-layer perceptron, each on a normalised copy of its input
/// and added to it.
struct ImageTransformerBlock: Sendable {
    let attentionNorm: LayerNorm
    let query: Linear
    let key: Linear
    let value: Linear
    let projection: Linear
    let perceptronNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let headCount: Int
    let attentionDropout: Float
    let residualDropout: Float

    init(_ weights: WeightScope, _ shape: ImageTransformerConfiguration) throws {
        func linear(_ scope: WeightScope, from inputs: Int, to outputs: Int) throws -> Linear {
            try Linear(scope, from: inputs, to: outputs, initially: .normal(deviation: 0.02))
        }
        let width = shape.width
        attentionNorm = try LayerNorm(weights["ln1"], size: width, epsilon: 1e-5)
        query = try linear(weights["attn", "query"], from: width, to: width)
        key = try linear(weights["attn", "key"], from: width, to: width)
        value = try linear(weights["attn", "value"], from: width, to: width)
        projection = try linear(weights["attn", "proj"], from: width, to: width)
        perceptronNorm = try LayerNorm(weights["ln2"], size: width, epsilon: 1e-5)
        expand = try linear(weights["mlp", 0], from: width, to: 4 * width)
        contract = try linear(weights["mlp", 2], from: 4 * width, to: width)
        headCount = shape.headCount
        attentionDropout = shape.attentionDropout
        residualDropout = shape.residualDropout
    }

    /// All positions at once. With a random stream, as in training, values drop out.
    func callAsFunction(_ x: Tensor, dropping stream: inout RandomStream?) -> Tensor {
        let normed = attentionNorm(x)                                                  // [batch, time, width]
        let (q, k, v) = (query(normed), key(normed), value(normed))
        let mixed =
            stream != nil && attentionDropout > 0
            ? attentionWithDropout(q, k, v, &stream)
            : attention(query: q, key: k, value: v, heads: headCount, mask: .causal)   // [batch, time, width]
        let attended = x + projection(mixed).dropout(residualDropout, &stream)
        return attended + perceptron(attended).dropout(residualDropout, &stream)       // [batch, time, width]
    }

    /// The newest positions only; the cache holds the keys and values of all before.
    func callAsFunction(_ x: Tensor, after past: KeyValueCache) -> Tensor {
        let normed = attentionNorm(x)                                                  // [batch, new, width]
        past.append(key: key(normed).detached, value: value(normed).detached)
        let attended = x + projection(attention(query: query(normed), over: past, heads: headCount))
        return attended + perceptron(attended)                                         // [batch, new, width]
    }

    private func perceptron(_ x: Tensor) -> Tensor { contract(expand(perceptronNorm(x), then: .gelu)) }

    /// Attention step by step, because its weights drop out between the softmax and the sum.
    private func attentionWithDropout(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ stream: inout RandomStream?
    ) -> Tensor {
        let (batch, time, width) = (query.size(0), query.size(1), query.size(2))
        func heads(_ x: Tensor) -> Tensor {
            x.reshaped([batch, time, headCount, width / headCount]).transposed(axes: [0, 2, 1, 3])
        }
        let future = Tensor(shape: [time, time]) { mask in
            for i in 0..<time {
                for j in 0..<time { mask[i * time + j] = j > i ? -1e9 : 0 }
            }
        }
        let scale = 1 / Float(width / headCount).squareRoot()
        let scores = heads(query).matmul(heads(key), transposeRight: true) * scale + future   // [batch, heads, time, time]
        let shares = scores.softmax().dropout(attentionDropout, &stream)
        return shares.matmul(heads(value)).transposed(axes: [0, 2, 1, 3]).reshaped([batch, time, width])
    }
}

extension Tensor {
    /// Dropout when there is a stream to draw from; the value itself otherwise.
    func dropout(_ chance: Float, _ stream: inout RandomStream?) -> Tensor {
        guard chance > 0, var random = stream else { return self }
        let kept = dropout(chance, &random)
        stream = random
        return kept
    }
}

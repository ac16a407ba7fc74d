import SynCheckpoints
import SynTensors

/// One block of minGPT: causal attention, then a two-layer perceptron, each on a normalised copy of its input
/// and added to it.
struct ImageTransformerBlock: Sendable {
    let attentionNorm: LayerNorm
    let inward: QueryKeyValue
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
        inward = QueryKeyValue(
            query: try linear(weights["attn", "query"], from: width, to: width),
            key: try linear(weights["attn", "key"], from: width, to: width),
            value: try linear(weights["attn", "value"], from: width, to: width))
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
        // Between two products values have the weights' type; the sum that runs through all blocks stays Float32.
        let normed = attentionNorm(x, output: projection.narrow)   // [batch, time, width]
        let mixed =
            stream != nil && attentionDropout > 0
            ? attentionWithDropout(inward.parts(normed), &stream)
            : inward.attended(normed, heads: headCount, mask: .causal)   // [batch, time, width]
        let attended = added(projection, mixed, to: x, &stream)
        let inner = expand(perceptronNorm(attended, output: expand.narrow), then: .gelu, output: expand.narrow)
        return added(contract, inner, to: attended, &stream)   // [batch, time, width]
    }

    private func added(_ layer: Linear, _ x: Tensor, to sum: Tensor, _ stream: inout RandomStream?) -> Tensor {
        stream == nil || residualDropout == 0
            ? layer(x, addingTo: sum) : sum + layer(x).dropout(residualDropout, &stream)
    }

    /// Attention step by step, because its weights drop out between the softmax and the sum.
    private func attentionWithDropout(_ parts: [Tensor], _ stream: inout RandomStream?) -> Tensor {
        let (query, key, value) = (parts[0], parts[1], parts[2])
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

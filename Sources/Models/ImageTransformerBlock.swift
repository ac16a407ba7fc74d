import SynCheckpoints
import SynTensors

/// One block of minGPT: causal attention, then a two-layer perceptron, each on a normalised copy of its input
/// and added to it.
struct ImageTransformerBlock: Sendable {
    let attentionNorm: LayerNorm
    let qkv: QueryKeyValue
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
        qkv = QueryKeyValue(
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

    /// All positions at once. With dropout, as in training, values drop out at the rates of the settings.
    func callAsFunction(_ x: Tensor, dropout: Dropout?) -> Tensor {
        // Between two products values have the weights' type; the sum that runs through all blocks stays Float32.
        let normed = attentionNorm(x, output: projection.computeType)   // [batch, time, width]
        let mixed: Tensor   // [batch, time, width]
        if let dropout, attentionDropout > 0 {
            mixed = attention(qkv.parts(normed), dropout)
        } else {
            mixed = qkv.attended(normed, heads: headCount, mask: .causal)
        }
        let attended = added(projection, mixed, to: x, dropout)
        let inner = expand(
            perceptronNorm(attended, output: expand.computeType), then: .gelu, output: expand.computeType)
        return added(contract, inner, to: attended, dropout)   // [batch, time, width]
    }

    private func added(_ layer: Linear, _ x: Tensor, to sum: Tensor, _ dropout: Dropout?) -> Tensor {
        guard let dropout, residualDropout > 0 else { return layer(x, addingTo: sum) }
        return sum + dropout(layer(x), rate: residualDropout)
    }

    /// Attention step by step, because its weights drop out between the softmax and the sum.
    private func attention(_ parts: [Tensor], _ dropout: Dropout) -> Tensor {
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
        // [batch, heads, time, time]
        let scores = heads(query).matmul(heads(key), transposeRight: true) * scale + future
        let shares = dropout(scores.softmax(), rate: attentionDropout)
        return shares.matmul(heads(value)).transposed(axes: [0, 2, 1, 3]).reshaped([batch, time, width])
    }
}

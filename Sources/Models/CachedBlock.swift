import SynTensors

/// A block of minGPT that advances by the newest positions; caches hold the keys and values of all before.
struct CachedBlock: Sendable {
    private let attentionNorm: LayerNorm
    private let qkv: SkinnyLinear   // queries, keys and values, one after another
    private let projection: SkinnyLinear
    private let perceptronNorm: LayerNorm
    private let expand: SkinnyLinear
    private let contract: SkinnyLinear

    /// `packed` makes a layer's weights what they are drawn with.
    init(_ block: ImageTransformerBlock, packed: (Linear) -> SkinnyLinear) {
        attentionNorm = block.attentionNorm
        qkv = packed(block.qkv.layer)
        projection = packed(block.projection)
        perceptronNorm = block.perceptronNorm
        expand = packed(block.expand)
        contract = packed(block.contract)
    }

    /// - Parameters:
    ///   - x: [batch, new, width], Float32 like the result.
    ///   - pasts: of the rows in their order, some of them each.
    func callAsFunction(_ x: Tensor, after pasts: [KeyValueCache]) -> Tensor {
        let mixed = mixed(qkv(attentionNorm(x, output: qkv.computeType)), pasts)   // [batch, new, width]
        let attended = projection(mixed, addingTo: x)
        let normed = perceptronNorm(attended, output: expand.computeType)
        let inner = expand(normed, then: .gelu, output: contract.computeType)   // [batch, new, 4·width]
        return contract(inner, addingTo: attended)   // [batch, new, width]
    }

    /// - Parameter inner: [batch, new, 3·width].
    private func mixed(_ inner: Tensor, _ pasts: [KeyValueCache]) -> Tensor {
        if pasts.count == 1 { return pasts[0].attention(queryKeyValue: inner) }
        var row = 0
        return concatenated(
            pasts.map { past in
                defer { row += past.batch }
                return past.attention(queryKeyValue: inner.slice(axis: 0, from: row, to: row + past.batch))
            }, axis: 0)
    }
}

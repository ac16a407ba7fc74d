import SynTensors

/// An image transformer as it draws, token by token: weights packed for products of few rows, keys and values kept.
///
/// It holds its own copy of the products' weights, in the precision that the given transformer has them, or as whole
/// numbers of eight bits, in half of BFloat16's memory and time. Who has no other use for the transformer hands it over
/// (`consume`): then its memory is given back layer by layer.
package struct CachedTransformer: Sendable {
    package let configuration: ImageTransformerConfiguration
    /// How far rounded weights are from the given ones: the root of the summed squares of all differences, as a share
    /// of the weights' own. Nothing where they were not rounded.
    package let roundingError: Double?
    private let embedding: ImageTokenEmbedding
    private let blocks: [CachedBlock]
    private let finalNorm: LayerNorm
    private let head: SkinnyLinear
    private let precisionOfKeys: ElementType

    /// - Parameter rounding: whether weights become whole numbers of eight bits, with a scale for each row.
    package init(_ transformer: consuming ImageTransformer, roundingToInt8 rounding: Bool = false) {
        configuration = transformer.configuration
        embedding = transformer.embedding
        finalNorm = transformer.finalNorm
        precisionOfKeys = transformer.blocks.first?.projection.weight.elementType == .float32 ? .float32 : .bfloat16
        var rest = Array(transformer.blocks.reversed())
        let last = transformer.head
        _ = consume transformer
        var error = Int8Rounding()
        let packed = { (layer: Linear) in
            rounding ? SkinnyLinear(roundingToInt8: layer, noting: &error) : SkinnyLinear(layer)
        }
        var blocks: [CachedBlock] = []
        while let block = rest.popLast() { blocks.append(CachedBlock(block, packed: packed)) }
        self.blocks = blocks
        head = packed(last)
        roundingError = rounding ? error.relative : nil
    }

    /// What a batch of growing sequences has already computed: every layer's keys and values.
    ///
    /// All sequences of the batch advance together.
    package final class Cache {
        package let batch: Int
        /// Tokens seen so far, the start token included and the prefix not.
        package fileprivate(set) var time = 0
        fileprivate let layers: [KeyValueCache]

        fileprivate init(
            batch: Int, capacity: Int, _ configuration: ImageTransformerConfiguration, _ elementType: ElementType
        ) {
            self.batch = batch
            layers = (0..<configuration.layerCount).map { _ in
                KeyValueCache(
                    batch: batch, capacity: capacity, heads: configuration.headCount,
                    headSize: configuration.width / configuration.headCount, elementType: elementType)
            }
        }
    }

    /// A cache that has seen the prefix, if there is one, and is ready for the start token.
    ///
    /// - Parameters:
    ///   - prefix: [batch, count, width], or nothing.
    ///   - capacity: how many tokens will follow at most, the start token included; a block if not said.
    package func cache(batch: Int, prefix: Tensor? = nil, capacity: Int? = nil) -> Cache {
        let room = min(capacity ?? configuration.blockSize, configuration.blockSize) + (prefix?.size(1) ?? 0)
        let cache = Cache(batch: batch, capacity: room, configuration, precisionOfKeys)
        if let prefix {
            precondition(prefix.size(0) == batch, "a prefix of \(prefix.size(0)) samples for a batch of \(batch)")
            _ = advanced(prefix.detached, [cache])
        }
        return cache
    }

    /// Appends tokens to every sequence and gives the logits of what comes next.
    ///
    /// A sequence's logits do not depend, to the bit, on what else stands in the batch where `SkinnyWeight` has its
    /// kernels, nor on the number of threads.
    ///
    /// - Parameter tokens: Int32 [batch] or [batch, count].
    /// - Returns: [batch, vocabulary], without a past for gradients.
    package func next(tokens: Tensor, cache: Cache) -> Tensor { next(tokens: tokens, caches: [cache]) }

    /// The same for sequences in several caches that have seen the same number of tokens, after different prefixes: one
    /// pass over the weights serves all of them. The rows of `tokens` and of the logits follow the caches' order.
    package func next(tokens: Tensor, caches: [Cache]) -> Tensor {
        let (batch, time) = (caches.reduce(0) { $0 + $1.batch }, caches[0].time)
        precondition(tokens.size(0) == batch, "\(tokens.size(0)) rows of tokens for a batch of \(batch)")
        precondition(caches.allSatisfy { $0.time == time }, "the caches have seen different numbers of tokens")
        let ids = tokens.reshaped([batch, -1])   // [batch, count]
        let states = advanced(embedding(ids, from: time).detached, caches)   // [batch, count, width]
        for cache in caches { cache.time += ids.size(1) }
        let last = states.slice(axis: 1, from: ids.size(1) - 1, to: ids.size(1))
        return head(finalNorm(last, output: head.computeType)).reshaped([batch, configuration.vocabularySize])
    }

    private func advanced(_ x: Tensor, _ caches: [Cache]) -> Tensor {
        blocks.indices.reduce(x) { x, layer in blocks[layer](x, after: caches.map { $0.layers[layer] }) }
    }
}

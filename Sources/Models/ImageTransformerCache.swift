import Tensors

extension ImageTransformer {
    /// What a batch of growing sequences has already computed: every layer's keys and values.
    ///
    /// All sequences of the batch advance together.
    public final class Cache {
        public let batch: Int
        /// Tokens seen so far, the start token included and the prefix not.
        public fileprivate(set) var time = 0
        fileprivate let layers: [KeyValueCache]

        fileprivate init(batch: Int, capacity: Int, _ configuration: ImageTransformerConfiguration) {
            self.batch = batch
            layers = (0..<configuration.layerCount).map { _ in
                KeyValueCache(batch: batch, capacity: capacity, hidden: configuration.width)
            }
        }
    }

    /// A cache that has seen the prefix, if there is one, and is ready for the start token.
    ///
    /// - Parameters:
    ///   - prefix: [batch, count, width], or nothing.
    ///   - capacity: how many tokens will follow at most, the start token included; a block if not said.
    public func cache(batch: Int, prefix: Tensor? = nil, capacity: Int? = nil) -> Cache {
        let room = min(capacity ?? configuration.blockSize, configuration.blockSize) + (prefix?.size(1) ?? 0)
        let cache = Cache(batch: batch, capacity: room, configuration)
        if let prefix {
            precondition(prefix.size(0) == batch, "a prefix of \(prefix.size(0)) samples for a batch of \(batch)")
            _ = advanced(prefix.detached, cache)
        }
        return cache
    }

    /// Appends tokens to every sequence and gives the logits of what comes next.
    ///
    /// - Parameter tokens: Int32 [batch] or [batch, count].
    /// - Returns: [batch, vocabulary], without a past for gradients.
    public func next(tokens: Tensor, cache: Cache) -> Tensor {
        precondition(tokens.size(0) == cache.batch, "\(tokens.size(0)) rows of tokens for a batch of \(cache.batch)")
        let ids = tokens.reshaped([cache.batch, -1])                                  // [batch, count]
        let states = advanced(embedded(ids, from: cache.time).detached, cache)        // [batch, count, width]
        cache.time += ids.size(1)
        let last = states.slice(axis: 1, from: ids.size(1) - 1, to: ids.size(1))
        return head(finalNorm(last)).reshaped([cache.batch, configuration.vocabularySize]).detached
    }

    private func advanced(_ x: Tensor, _ cache: Cache) -> Tensor {
        zip(blocks, cache.layers).reduce(x) { x, layer in layer.0(x, after: layer.1) }
    }
}

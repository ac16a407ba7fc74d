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
    /// In which keys and values are kept.
    package let precisionOfKeys: ElementType
    /// Where the weights are, and where keys and values will be; nil for the CPU.
    package var device: (any Device)? { finalNorm.scale.device }

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
        /// Positions held by every layer, the prefix's too, where a device looks.
        fileprivate let place: DeviceCounter?
        fileprivate let layers: [KeyValueCache]

        fileprivate init(
            batch: Int, capacity: Int, _ configuration: ImageTransformerConfiguration, _ elementType: ElementType,
            _ device: (any Device)?
        ) {
            self.batch = batch
            let place = device.map { DeviceCounter(0, on: $0) }
            self.place = place
            layers = (0..<configuration.layerCount).map { _ in
                KeyValueCache(
                    batch: batch, capacity: capacity, heads: configuration.headCount,
                    headSize: configuration.width / configuration.headCount, elementType: elementType, place: place)
            }
        }

        /// Goes on as if so many tokens had been seen after the prefix; for measurements (``KeyValueCache``).
        package func pretend(time: Int) {
            for layer in layers { layer.pretend(positions: layer.count + time - self.time) }
            self.time = time
        }
    }

    /// A cache that has seen the prefix, if there is one, and is ready for the start token.
    ///
    /// - Parameters:
    ///   - prefix: [batch, count, width], or nothing.
    ///   - capacity: how many tokens will follow at most, the start token included; a block if not said.
    package func cache(batch: Int, prefix: Tensor? = nil, capacity: Int? = nil) -> Cache {
        let room = min(capacity ?? configuration.blockSize, configuration.blockSize) + (prefix?.size(1) ?? 0)
        let cache = Cache(batch: batch, capacity: room, configuration, precisionOfKeys, device)
        if let prefix {
            precondition(prefix.size(0) == batch, "a prefix of \(prefix.size(0)) samples for a batch of \(batch)")
            _ = advanced(prefix.detached.moved(to: device), [cache])
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
        defer { for cache in caches { cache.time += ids.size(1) } }
        return logits(embedding(ids, from: time).detached, caches)
    }

    /// Logits [batch, vocabulary] after the last of the vectors [batch, count, width].
    private func logits(_ x: Tensor, _ caches: [Cache]) -> Tensor {
        let (batch, count) = (x.size(0), x.size(1))
        let last = advanced(x, caches).slice(axis: 1, from: count - 1, to: count)   // [batch, 1, width]
        return head(finalNorm(last, output: head.computeType)).reshaped([batch, configuration.vocabularySize])
    }

    private func advanced(_ x: Tensor, _ caches: [Cache]) -> Tensor {
        defer { for cache in caches { cache.place?.advance(by: x.size(1)) } }
        return blocks.indices.reduce(x) { x, layer in blocks[layer](x, after: caches.map { $0.layers[layer] }) }
    }

    /// Draws whole rows of tokens on the transformer's device: the first step is launched kernel by kernel, the second
    /// too, and the others repeat it as a whole.
    ///
    /// - Parameters:
    ///   - prefix: [batch, K, width]; the others of `copies` caches have none.
    ///   - start: the tokens before the first.
    ///   - logits: makes the logits [batch, vocabulary] to draw from of those of all copies.
    /// - Returns: Int32 [batch, places]; nil where logits were no numbers.
    package func draw(
        _ sampling: DeviceSampling, places: Int, batch: Int, prefix: Tensor?, copies: Int, start: [Int32],
        on device: any Device, logits mix: (Tensor) -> Tensor
    ) throws -> Tensor? {
        let room = start.count + places - 1
        let caches = (0..<copies).map { cache(batch: batch, prefix: $0 == 0 ? prefix : nil, capacity: room) }
        let first = Tensor((0..<copies * batch).flatMap { _ in start }, shape: [copies * batch, start.count])
        sampling.draw(from: mix(next(tokens: first, caches: caches)))
        let place = DeviceCounter(start.count, on: device)
        func step() {
            sampling.draw(from: mix(logits(embedding.step(sampling.newest, at: place), caches)))
            place.advance()
        }
        if places > 1 { step() }
        if places > 2 {
            let recording = device.record(step)
            // The recording knows addresses only.
            withExtendedLifetime((caches, place, sampling, self)) { for _ in 2..<places { recording.replay() } }
        }
        return try sampling.result()
    }
}

import SynEmbedding
import SynModels
import SynRuns
import SynTensors

/// Draws image tokens after a prefix, one by one, a batch of sequences together.
///
/// With a guidance of W the logits are `without + W·(with − without)`: the frozen decoder without a prefix is its
/// own unconditional model (Ho and Salimans 2022), and both caches advance together. W = 1 is the paper's sampling.
package struct TokenGenerator: Sendable {
    package let decoder: CachedDecoder
    package let sampler: TokenSampler
    package let guidance: Float

    package init(_ decoder: CachedDecoder, _ sampler: TokenSampler, guidance: Float = 1) {
        self.decoder = decoder
        self.sampler = sampler
        self.guidance = guidance
    }

    /// Tokens [batch, tokensPerImage] for prefixes [batch, K, width], or for none.
    ///
    /// Sample i draws from stream i only; which other samples stand in the batch does not change its draws.
    package func tokens(prefixes: Tensor?, streams: [RandomStream]) throws -> Tensor {
        let (batch, count) = (streams.count, decoder.configuration.tokensPerImage)
        var streams = streams
        let transformer = decoder.transformer
        let start = decoder.configuration.startTokens
        let room = start.count + count - 1
        let isGuided = guidance != 1 && prefixes != nil
        if let device = transformer.device, sampler.topP == 1 {
            let plan = DevicePlan(
                decoder.configuration, device, precision: transformer.precisionOfKeys,
                prefixTokens: prefixes?.size(1) ?? 0)
            let part = try plan.drawingPart(asked: batch, isGuided: isGuided)
            let drawn = try batches(Array(0..<batch), of: part).map { rows in
                try tokens(
                    prefixes: prefixes?.rows(at: rows), streams: rows.map { streams[$0] }, isGuided: isGuided,
                    on: device)
            }
            return concatenated(drawn, axis: 0)
        }
        var caches = [transformer.cache(batch: batch, prefix: prefixes, capacity: room)]
        if isGuided { caches.append(transformer.cache(batch: batch, capacity: room)) }
        var newest = [Int32](repeating: 0, count: batch)
        var rows = [[Int32]](repeating: [], count: batch)
        for place in 0..<count {
            let ids = caches.flatMap { _ in place == 0 ? (0..<batch).flatMap { _ in start } : newest }
            var logits = transformer.next(
                tokens: Tensor(ids, shape: [caches.count * batch, place == 0 ? start.count : 1]),
                caches: caches)   // [caches·batch, vocabulary]
            if isGuided {
                let plain = logits.slice(axis: 0, from: batch, to: 2 * batch)
                logits = logits.slice(axis: 0, from: 0, to: batch).guided(from: plain, guidance)
            }
            let width = logits.size(1)
            let values = logits.floats
            for i in 0..<batch {
                do {
                    newest[i] = try sampler.draw(from: Array(values[i * width..<(i + 1) * width]), &streams[i])
                } catch is ModelError {
                    throw NonFinite.complaint("the decoder's logits are not all numbers", model: decoder.folder)
                }
                rows[i].append(newest[i])
            }
        }
        return Tensor(rows.flatMap { $0 }, shape: [batch, count])
    }

    /// The same with logits that never leave the device; the numbers drawn with are the same.
    private func tokens(
        prefixes: Tensor?, streams: [RandomStream], isGuided: Bool, on device: any Device
    ) throws -> Tensor {
        let (batch, places) = (streams.count, decoder.configuration.tokensPerImage)
        var uniforms: [Double] = []
        if !sampler.isGreedy {
            uniforms = [Double](repeating: 0, count: places * batch)
            for (row, stream) in streams.enumerated() {
                var stream = stream
                for place in 0..<places { uniforms[place * batch + row] = stream.uniformDouble() }
            }
        }
        let copies = isGuided ? 2 : 1
        let rule = DeviceSamplingRule(
            topK: sampler.topK, temperature: sampler.temperature, isGreedy: sampler.isGreedy)
        let sampling = DeviceSampling(
            rows: batch, places: places, copies: copies, rule, uniforms: uniforms, on: device)
        let drawn = try decoder.transformer.draw(
            sampling, places: places, batch: batch, prefix: prefixes, copies: copies,
            start: decoder.configuration.startTokens, on: device
        ) { logits in
            guard isGuided else { return logits }
            return logits.slice(axis: 0, from: 0, to: batch)
                .guided(from: logits.slice(axis: 0, from: batch, to: 2 * batch), guidance)
        }
        guard let drawn else {
            throw NonFinite.complaint("the decoder's logits are not all numbers", model: decoder.folder)
        }
        return drawn
    }
}

import CSynKernels
import CSynOneDNN

/// Which keys a query may look at. Every mask here hides the end of a row of keys.
package enum AttentionMask: Sendable {
    case none
    /// Query i of the newest `queries` positions sees the keys up to its own position.
    case causal
    /// Sample b has `lengths[b]` real keys; the rest is padding.
    case lengths([Int])
    /// Both.
    case causalLengths([Int])
    /// Samples of these lengths stand one after another in what is one sample otherwise, without padding; each token
    /// sees its own sample only, with `causal` what came before. Saves work in self-attention on processors with our
    /// kernels (`packingPays`); elsewhere samples are taken one by one.
    case packed([Int], causal: Bool)

    /// Whether this processor attends packed samples of such numbers as fast as padded ones.
    package static func packingPays(_ type: ElementType) -> Bool { FlashAttention.kernel(for: type) != nil }

    /// How many keys row `query` of sample `sample` sees.
    func visible(sample: Int, query: Int, queries: Int, keys: Int) -> Int {
        let causal = keys - queries + query + 1
        return switch self {
        case .none: keys
        case .causal: causal
        case .lengths(let lengths): lengths[sample]
        case .causalLengths(let lengths): min(causal, max(lengths[sample], 1))
        case .packed: preconditionFailure("packed samples are taken one by one")
        }
    }

    /// Packed samples' attention put together from each sample's own; nil where samples are not packed.
    fileprivate func oneByOne(_ attended: (_ sample: Range<Int>, _ mask: AttentionMask) -> Tensor) -> Tensor? {
        guard case .packed(let lengths, let causal) = self else { return nil }
        var first = 0
        return concatenated(
            lengths.map { length in
                defer { first += length }
                return attended(first..<first + length, causal ? .causal : .none)
            }, axis: 1)
    }
}

/// Scaled dot-product attention (Vaswani et al. 2017, section 3.2) over several heads at once.
///
/// query [batch, queries, hidden], key and value [batch, keys, hidden] → [batch, queries, hidden]; the heads
/// are consecutive parts of hidden, read in place through strides. Scores are divided by the square root of
/// the head size unless `scale` says otherwise. With `dropout`, as in training, shares drop out.
package func attention(
    query: Tensor, key: Tensor, value: Tensor, heads: Int, mask: AttentionMask = .none, scale: Float? = nil,
    dropout: Dropout? = nil
) -> Tensor {
    precondition(key.shape == value.shape && key.shape[0] == query.shape[0] && key.shape[2] == query.shape[2])
    if let device = commonDevice(query, key, value) {
        guard case .none = mask, heads == 1, (dropout?.attentionRate ?? 0) == 0 else {
            preconditionFailure("separate queries and keys are attended on devices by one head without a mask")
        }
        precondition(![query, key, value].contains(where: \.wantsGradient), "this attention is not trained on devices")
        let inputs = [query, key, value].map { $0.moved(to: device).converted(to: query.elementType) }
        return device.attention(
            inputs[0], inputs[1], inputs[2], scale: scale ?? 1 / Float(query.size(2)).squareRoot())
    }
    let packed = mask.oneByOne { sample, mask in
        let parts = [query, key, value].map { $0.slice(axis: 1, from: sample.lowerBound, to: sample.upperBound) }
        return attention(
            query: parts[0], key: parts[1], value: parts[2], heads: heads, mask: mask, scale: scale, dropout: dropout)
    }
    if let packed { return packed }
    let shape = AttentionShape(query: query.shape, keys: key.shape[1], heads: heads, scale: scale)
    let inputs = [query.detached, key.detached, value.detached]
    let (out, shares) = shape.attended(inputs.map(\.constFloats), mask, dropout)
    let wants = [query.wantsGradient, key.wantsGradient, value.wantsGradient]
    return out.remembering(
        [query, key, value],
        backward: { g in
            let slopes = zip(wants, inputs).map { $0 ? Tensor(uninitialised: $1.shape) : nil }
            shape.differentiate(g, inputs.map(\.constFloats), shares, into: slopes.map { $0?.mutableFloats })
            withExtendedLifetime(inputs) {}
            return slopes
        })
}

/// Self-attention on queries, keys and values that one layer made: [batch, time, 3·hidden], each position's query, key
/// and value one after another → [batch, time, hidden], in the same type.
///
/// Where the processor has our kernels and nothing drops out, the matrix of scores is never written.
package func attention(
    queryKeyValue: Tensor, heads: Int, mask: AttentionMask = .none, scale: Float? = nil, dropout: Dropout? = nil
) -> Tensor {
    let (batch, time, hidden) = (queryKeyValue.size(0), queryKeyValue.size(1), queryKeyValue.size(2) / 3)
    precondition(queryKeyValue.shape == [batch, time, 3 * hidden], "\(queryKeyValue.shape) is not three parts")
    let input = queryKeyValue.detached
    if let device = input.device {
        precondition((dropout?.attentionRate ?? 0) == 0, "shares do not drop out on devices")
        let attention = DeviceAttention(device, input, heads: heads, mask: mask, scale: scale)
        let (out, sums) = attention.attended(input, forGradient: queryKeyValue.wantsGradient)
        guard let sums else { return out }
        return out.remembering([queryKeyValue], backward: { g in [attention.gradient(g, input, out, sums)] })
    }
    let drops = (dropout?.attentionRate ?? 0) != 0
    if !drops, let flash = FlashAttention(input, heads: heads, scale: scale, mask: mask) {
        let (out, sums) = flash.attended(input, forGradient: queryKeyValue.wantsGradient)
        guard let sums else { return out }
        return out.remembering(
            [queryKeyValue],
            backward: { g in [flash.gradient(g.converted(to: input.elementType), input, out, sums)] })
    }
    if input.elementType == .bfloat16 {
        return attention(
            queryKeyValue: queryKeyValue.converted(to: .float32), heads: heads, mask: mask, scale: scale,
            dropout: dropout
        )
        .converted(to: .bfloat16)
    }
    let packed = mask.oneByOne { sample, mask in
        let part = queryKeyValue.slice(axis: 1, from: sample.lowerBound, to: sample.upperBound)
        return attention(queryKeyValue: part, heads: heads, mask: mask, scale: scale, dropout: dropout)
    }
    if let packed { return packed }
    let shape = AttentionShape(
        query: [batch, time, hidden], keys: time, heads: heads, scale: scale, rowStep: 3 * hidden)
    let parts = [0, hidden, 2 * hidden].map { input.constFloats + $0 }
    let (out, shares) = shape.attended(parts, mask, dropout)
    return out.remembering(
        [queryKeyValue],
        backward: { g in
            let slope = Tensor(uninitialised: input.shape)
            let slopes = [0, hidden, 2 * hidden].map { slope.mutableFloats + $0 }
            shape.differentiate(g, parts, shares, into: slopes)
            withExtendedLifetime(input) {}
            return [slope]
        })
}

/// The sizes of one attention and how its arrays lie in memory, seen head by head.
private struct AttentionShape {
    let batch, queries, keys, heads, headSize: Int
    let scale: Float
    /// Numbers from one position's query, key or value to the next one's.
    let rowStep: Int

    init(query: [Int], keys: Int, heads: Int, scale: Float?, rowStep: Int? = nil) {
        precondition(query.count == 3 && query[2] % heads == 0, "\(query) has no \(heads) heads")
        (batch, queries, self.keys, self.heads) = (query[0], query[1], keys, heads)
        headSize = query[2] / heads
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
        self.rowStep = rowStep ?? query[2]
    }

    /// What each query takes of each value, [batch, heads, queries, keys], and which of it drops out.
    struct Shares {
        let probabilities: Tensor
        let mask: DropoutMask?

        /// What values are multiplied by.
        var used: Tensor { mask?.applied(to: probabilities) ?? probabilities }
    }

    /// The result, and the shares that its gradient needs.
    func attended(
        _ inputs: [UnsafePointer<Float>], _ mask: AttentionMask, _ dropout: Dropout?
    ) -> (out: Tensor, shares: Shares) {
        let scores = Tensor(uninitialised: [batch, heads, queries, keys])
        multiply(queryView, inputs[0], keyViewTransposed, inputs[1], into: scoreView, scores.storage.address)
        let probabilities = scores.softmaxed(scale: scale) {
            mask.visible(
                sample: $0 / (heads * queries), query: $0 % queries, queries: queries, keys: keys)
        }
        let shares = Shares(probabilities: probabilities, mask: dropout?.ofAttention(probabilities.shape))
        let out = Tensor(uninitialised: [batch, queries, heads * headSize])
        let used = shares.used
        multiply(scoreView, used.storage.address, keyView, inputs[2], into: outView, out.storage.address)
        withExtendedLifetime(used) {}
        return (out, shares)
    }

    /// Fills the gradients of query, key and value that are wanted, given that of the result.
    func differentiate(
        _ g: Tensor, _ inputs: [UnsafePointer<Float>], _ shares: Shares, into slopes: [UnsafeMutablePointer<Float>?]
    ) {
        if let slope = slopes[2] {
            let used = shares.used
            multiply(scoreViewTransposed, used.storage.address, outView, g.storage.address, into: keyView, slope)
            withExtendedLifetime(used) {}
        }
        guard slopes[0] != nil || slopes[1] != nil else { return }
        let ofShares = Tensor(uninitialised: shares.probabilities.shape)
        multiply(outView, g.storage.address, keyViewTransposed, inputs[2], into: scoreView, ofShares.storage.address)
        let ofProbabilities = shares.mask?.applied(to: ofShares) ?? ofShares
        let ofScores = shares.probabilities.softmaxGradient(ofProbabilities, scale: scale)
        if let slope = slopes[0] {
            multiply(scoreView, ofScores.storage.address, keyView, inputs[1], into: queryView, slope)
        }
        if let slope = slopes[1] {
            multiply(scoreViewTransposed, ofScores.storage.address, queryView, inputs[0], into: keyView, slope)
        }
    }

    private var queryView: syn_view { rows(queries, step: rowStep) }
    private var outView: syn_view { rows(queries, step: heads * headSize) }
    private var keyView: syn_view { rows(keys, step: rowStep) }
    private var keyViewTransposed: syn_view {
        syn_view([batch, heads, headSize, keys], strides: [keys * rowStep, headSize, 1, rowStep])
    }
    private var scoreView: syn_view { syn_view([batch, heads, queries, keys]) }
    private var scoreViewTransposed: syn_view {
        syn_view([batch, heads, keys, queries], strides: [heads * queries * keys, queries * keys, 1, keys])
    }

    private func rows(_ count: Int, step: Int) -> syn_view {
        syn_view([batch, heads, count, headSize], strides: [count * step, headSize, step, 1])
    }
}

import CLanes
import COneDNN

/// Which keys a query may look at. Every mask here hides the end of a row of keys.
public enum AttentionMask: Sendable {
    case none
    /// Query i of the newest `queries` positions sees the keys up to its own position.
    case causal
    /// Sample b has `lengths[b]` real keys; the rest is padding.
    case lengths([Int])
    /// Both.
    case causalLengths([Int])

    /// How many keys row `query` of sample `sample` sees.
    func visible(sample: Int, query: Int, queries: Int, keys: Int) -> Int {
        let causal = keys - queries + query + 1
        return switch self {
        case .none: keys
        case .causal: causal
        case .lengths(let lengths): lengths[sample]
        case .causalLengths(let lengths): min(causal, max(lengths[sample], 1))
        }
    }
}

/// Scaled dot-product attention (Vaswani et al. 2017, section 3.2) over several heads at once.
///
/// query [batch, queries, hidden], key and value [batch, keys, hidden] → [batch, queries, hidden]; the heads
/// are consecutive parts of hidden, read in place through strides. Scores are divided by the square root of
/// the head size unless `scale` says otherwise.
public func attention(
    query: Tensor, key: Tensor, value: Tensor, heads: Int, mask: AttentionMask = .none, scale: Float? = nil
) -> Tensor {
    let shape = AttentionShape(query: query, keys: key.shape[1], heads: heads, strideOfKeys: key.shape[1])
    precondition(key.shape == value.shape && key.shape[0] == query.shape[0] && key.shape[2] == query.shape[2])
    let scale = scale ?? 1 / Float(shape.headSize).squareRoot()
    let (q, k, v) = (query.detached, key.detached, value.detached)
    let scores = Tensor(uninitialised: shape.scores)                                   // [batch, heads, queries, keys]
    multiply(shape.queryView, q.storage.address, shape.keyViewTransposed, k.storage.address,
        into: shape.scoreView, scores.storage.address)
    let probabilities = scores.softmaxed(scale: scale) { shape.visible($0, mask) }
    let out = Tensor(uninitialised: query.shape)                                       // [batch, queries, hidden]
    multiply(shape.scoreView, probabilities.storage.address, shape.keyView, v.storage.address,
        into: shape.queryView, out.storage.address)

    let wants = (query.wantsGradient, key.wantsGradient, value.wantsGradient)
    return out.remembering([query, key, value], backward: { g in
        var parts: [Tensor?] = [nil, nil, nil]
        if wants.2 {
            let slope = Tensor(uninitialised: v.shape)
            multiply(shape.scoreViewTransposed, probabilities.storage.address, shape.queryView, g.storage.address,
                into: shape.keyView, slope.storage.address)
            parts[2] = slope
        }
        guard wants.0 || wants.1 else { return parts }
        let ofProbabilities = Tensor(uninitialised: shape.scores)
        multiply(shape.queryView, g.storage.address, shape.keyViewTransposed, v.storage.address,
            into: shape.scoreView, ofProbabilities.storage.address)
        let ofScores = probabilities.softmaxGradient(ofProbabilities, scale: scale)
        if wants.0 {
            let slope = Tensor(uninitialised: q.shape)
            multiply(shape.scoreView, ofScores.storage.address, shape.keyView, k.storage.address,
                into: shape.queryView, slope.storage.address)
            parts[0] = slope
        }
        if wants.1 {
            let slope = Tensor(uninitialised: k.shape)
            multiply(shape.scoreViewTransposed, ofScores.storage.address, shape.queryView, q.storage.address,
                into: shape.keyView, slope.storage.address)
            parts[1] = slope
        }
        return parts
    })
}

/// The sizes of one attention and how its arrays lie in memory, seen head by head.
private struct AttentionShape {
    let batch, queries, keys, heads, headSize: Int
    /// Positions a sample's keys take in memory: more than `keys` in a cache with room left.
    let strideOfKeys: Int

    init(query: Tensor, keys: Int, heads: Int, strideOfKeys: Int) {
        precondition(query.shape.count == 3 && query.shape[2] % heads == 0, "\(query.shape) has no \(heads) heads")
        (batch, queries, self.keys, self.heads) = (query.shape[0], query.shape[1], keys, heads)
        headSize = query.shape[2] / heads
        self.strideOfKeys = strideOfKeys
    }

    private var hidden: Int { heads * headSize }
    var scores: [Int] { [batch, heads, queries, keys] }

    var queryView: syn_view {
        syn_view([batch, heads, queries, headSize], strides: [queries * hidden, headSize, hidden, 1])
    }
    var keyView: syn_view {
        syn_view([batch, heads, keys, headSize], strides: [strideOfKeys * hidden, headSize, hidden, 1])
    }
    var keyViewTransposed: syn_view {
        syn_view([batch, heads, headSize, keys], strides: [strideOfKeys * hidden, headSize, 1, hidden])
    }
    var scoreView: syn_view { syn_view(scores) }
    var scoreViewTransposed: syn_view {
        syn_view([batch, heads, keys, queries], strides: [heads * queries * keys, queries * keys, 1, keys])
    }

    func visible(_ row: Int, _ mask: AttentionMask) -> Int {
        mask.visible(sample: row / (heads * queries), query: row % queries, queries: queries, keys: keys)
    }
}

/// Keys and values of the positions seen so far, with room for more: what lets a transformer take one step.
///
/// All samples of a batch advance together. The memory is taken once.
public final class KeyValueCache: @unchecked Sendable {
    public let batch, capacity, hidden: Int
    /// Positions held.
    public private(set) var count = 0
    let keys: Tensor      // [batch, capacity, hidden]
    let values: Tensor    // [batch, capacity, hidden]

    public init(batch: Int, capacity: Int, hidden: Int) {
        (self.batch, self.capacity, self.hidden) = (batch, capacity, hidden)
        keys = Tensor(uninitialised: [batch, capacity, hidden])
        values = Tensor(uninitialised: [batch, capacity, hidden])
    }

    /// Adds the newest positions: key and value [batch, time, hidden].
    public func append(key: Tensor, value: Tensor) {
        let time = key.shape[1]
        precondition(key.shape == [batch, time, hidden] && value.shape == key.shape, "keys \(key.shape) do not fit")
        precondition(count + time <= capacity, "the cache has room for \(capacity) positions")
        for (new, all) in [(key, keys), (value, values)] {
            for sample in 0..<batch {
                (all.mutableFloats + (sample * capacity + count) * hidden)
                    .update(from: new.constFloats + sample * time * hidden, count: time * hidden)
            }
        }
        count += time
    }
}

/// Attention of the newest positions over everything in a cache, causal: query [batch, queries, hidden],
/// whose own keys and values were appended before. No gradients.
///
/// The order of the sums does not depend on the batch: each sample and head is computed by itself.
public func attention(query: Tensor, over cache: KeyValueCache, heads: Int) -> Tensor {
    let (batch, queries, hidden) = (query.shape[0], query.shape[1], query.shape[2])
    let (keys, size, stride) = (cache.count, hidden / heads, cache.capacity * hidden)
    precondition(batch == cache.batch && hidden == cache.hidden && queries <= keys)
    let scale = 1 / Float(size).squareRoot()
    let out = Tensor(uninitialised: query.shape)
    let scores = Tensor(uninitialised: [batch * heads, keys])
    let (q, k, v, o, s) = (
        query.constFloats, cache.keys.constFloats, cache.values.constFloats, out.mutableFloats, scores.mutableFloats
    )
    parallel(batch * heads, grain: max(1, elementGrain / 2 / max(1, keys * size * queries))) { range in
        for pair in range {
            let (sample, head) = (pair / heads, pair % heads)
            let row = s + pair * keys
            for position in 0..<queries {
                let visible = keys - queries + position + 1
                let query = q + (sample * queries + position) * hidden + head * size
                let (keyBase, valueBase) = (k + sample * stride + head * size, v + sample * stride + head * size)
                lanes_attend(
                    query, keyBase, valueBase, hidden, visible, size, scale, row,
                    o + (sample * queries + position) * hidden + head * size)
            }
        }
    }
    return out
}

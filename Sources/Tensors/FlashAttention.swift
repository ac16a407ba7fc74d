import CLanes

/// Self-attention over BFloat16 numbers whose square matrix of scores is never written: queries are taken eight at a
/// time, and what a causal mask hides is not computed. Sums and softmax are in Float32.
struct FlashAttention {
    let batch, time, heads, headSize: Int
    let scale: Float
    let mask: AttentionMask

    private var hidden: Int { heads * headSize }

    /// queryKeyValue [batch, time, 3·hidden] → [batch, time, hidden], and, where a gradient will be asked for,
    /// log Σ eˢᶜᵒʳᵉ of each query: [batch, heads, time].
    func attended(_ queryKeyValue: Tensor, forGradient: Bool) -> (out: Tensor, sums: Tensor?) {
        let out = Tensor(uninitialised: [batch, time, hidden], elementType: .bfloat16)
        let sums = forGradient ? Tensor(uninitialised: [batch, heads, time]) : nil
        let (qkv, o, s) = (queryKeyValue.constShorts, out.mutableShorts, sums?.mutableFloats)
        eachHead { pair, from, to, room in
            withUnsafePointer(to: head(pair / heads)) {
                lanes_flash_forward(
                    $0, qkv + from, qkv + from + hidden, qkv + from + 2 * hidden, o + to, hidden,
                    s.map { $0 + pair * time }, room)
            }
        }
        return (out, sums)
    }

    /// The gradient of queryKeyValue, given that of the result, both BFloat16.
    func gradient(_ g: Tensor, _ queryKeyValue: Tensor, _ out: Tensor, _ sums: Tensor) -> Tensor {
        let slope = Tensor(uninitialised: queryKeyValue.shape, elementType: .bfloat16)
        let (qkv, o, s, d) = (queryKeyValue.constShorts, out.constShorts, sums.constFloats, slope.mutableShorts)
        let gradient = g.constShorts
        eachHead { pair, from, to, room in
            withUnsafePointer(to: head(pair / heads)) {
                lanes_flash_backward(
                    $0, qkv + from, qkv + from + hidden, qkv + from + 2 * hidden, o + to, gradient + to, hidden,
                    s + pair * time, d + from, d + from + hidden, d + from + 2 * hidden, room)
            }
        }
        return slope
    }

    /// Calls `body` with each sample's each head: their number, where its query and where its result begin, and room.
    private func eachHead(_ body: (_ pair: Int, _ from: Int, _ to: Int, _ room: UnsafeMutableRawPointer) -> Void) {
        dealt(batch * heads, room: lanes_flash_room(time, headSize)) { pair, room in
            let (sample, head) = (pair / heads, pair % heads)
            let to = sample * time * hidden + head * headSize
            body(pair, sample * time * 3 * hidden + head * headSize, to, room)
        }
    }

    private func head(_ sample: Int) -> lanes_head {
        let keys: Int
        let causal: Bool
        switch mask {
        case .none: (keys, causal) = (time, false)
        case .causal: (keys, causal) = (time, true)
        case .lengths(let lengths): (keys, causal) = (max(lengths[sample], 1), false)
        case .causalLengths(let lengths): (keys, causal) = (max(lengths[sample], 1), true)
        }
        return lanes_head(time: time, keys: keys, size: headSize, step: 3 * hidden, scale: scale, causal: causal)
    }
}

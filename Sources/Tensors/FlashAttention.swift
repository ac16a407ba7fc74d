import CSynKernels

/// Self-attention over BFloat16 numbers whose square matrix of scores is never written: queries are taken eight at a
/// time, and what a causal mask hides is not computed. Sums and softmax are in Float32.
struct FlashAttention {
    let kernel: flash_attention_kernels
    let batch, time, heads, headSize: Int
    let scale: Float
    let mask: AttentionMask

    /// Where a sample lies: its first position among all, how many it has, and how many of them are keys.
    private struct Span {
        let first, time, keys: Int
        let isCausal: Bool
    }

    private var spans: [Span] {
        func even(_ keys: (Int) -> Int, causal: Bool) -> [Span] {
            (0..<batch).map { Span(first: $0 * time, time: time, keys: keys($0), isCausal: causal) }
        }
        switch mask {
        case .none: return even({ _ in time }, causal: false)
        case .causal: return even({ _ in time }, causal: true)
        case .lengths(let lengths): return even({ max(lengths[$0], 1) }, causal: false)
        case .causalLengths(let lengths): return even({ max(lengths[$0], 1) }, causal: true)
        case .packed(let lengths, let causal):
            precondition(batch == 1 && lengths.reduce(0, +) == time, "samples of \(lengths) are not \(batch) × \(time)")
            var first = 0
            return lengths.map { length in
                defer { first += length }
                return Span(first: first, time: length, keys: length, isCausal: causal)
            }
        }
    }

    private var hidden: Int { heads * headSize }

    /// queryKeyValue [batch, time, 3·hidden] → [batch, time, hidden], and, where a gradient will be asked for,
    /// log Σ eˢᶜᵒʳᵉ of each query, sample by sample: [heads, time] each.
    func attended(_ queryKeyValue: Tensor, forGradient: Bool) -> (out: Tensor, sums: Tensor?) {
        let out = Tensor(uninitialised: [batch, time, hidden], elementType: .bfloat16)
        let sums = forGradient ? Tensor(uninitialised: [batch, heads, time]) : nil
        let (qkv, o, s) = (queryKeyValue.constShorts, out.mutableShorts, sums?.mutableFloats)
        eachHead { head, from, to, at, room in
            kernel.forward(
                head, qkv + from, qkv + from + hidden, qkv + from + 2 * hidden, o + to, hidden, s.map { $0 + at }, room)
        }
        return (out, sums)
    }

    /// The gradient of queryKeyValue, given that of the result, both BFloat16.
    func gradient(_ g: Tensor, _ queryKeyValue: Tensor, _ out: Tensor, _ sums: Tensor) -> Tensor {
        let slope = Tensor(uninitialised: queryKeyValue.shape, elementType: .bfloat16)
        let (qkv, o, s, d) = (queryKeyValue.constShorts, out.constShorts, sums.constFloats, slope.mutableShorts)
        let gradient = g.constShorts
        eachHead { head, from, to, at, room in
            kernel.backward(
                head, qkv + from, qkv + from + hidden, qkv + from + 2 * hidden, o + to, gradient + to, hidden, s + at,
                d + from, d + from + hidden, d + from + 2 * hidden, room)
        }
        return slope
    }

    /// Calls `body` with each sample's each head, where its query, its result and its sums begin, and room.
    private func eachHead(
        _ body: (UnsafePointer<attention_head>, _ from: Int, _ to: Int, _ at: Int, _ room: UnsafeMutableRawPointer) ->
            Void
    ) {
        let spans = spans
        let longest = spans.reduce(0) { max($0, $1.time) }
        parallelDynamic(spans.count * heads, room: kernel.room(longest, headSize)) { pair, room in
            let (span, number) = (spans[pair / heads], pair % heads)
            let head = attention_head(
                time: span.time, keys: span.keys, size: headSize, step: 3 * hidden, scale: scale, causal: span.isCausal)
            let column = number * headSize
            withUnsafePointer(to: head) {
                body(
                    $0, span.first * 3 * hidden + column, span.first * hidden + column,
                    span.first * heads + number * span.time, room)
            }
        }
    }
}

import CSynKernels

/// Self-attention whose square matrix of scores is never written: a few queries are taken at a time, and what a causal
/// mask hides is not computed. Sums and softmax are in Float32.
struct FlashAttention {
    private let kernel: flash_attention_kernels
    private let type: ElementType
    private let batch, time, heads, headSize: Int
    private let scale: Float
    private let mask: AttentionMask

    /// Of [batch, time, 3·hidden]; nil where this processor has no kernel for such numbers and heads.
    init?(_ queryKeyValue: Tensor, heads: Int, scale: Float?, mask: AttentionMask) {
        type = queryKeyValue.elementType
        (batch, time, self.heads) = (queryKeyValue.size(0), queryKeyValue.size(1), heads)
        headSize = queryKeyValue.size(2) / 3 / heads
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
        self.mask = mask
        guard let kernel = Self.kernel(for: type), headSize <= kernel.largest_size,
            headSize % kernel.size_multiple == 0, self.scale > 0
        else { return nil }
        self.kernel = kernel
    }

    static func kernel(for type: ElementType) -> flash_attention_kernels? {
        switch type {
        case .float32: kernels.flash_attention_f32?.pointee
        case .bfloat16: kernels.flash_attention_bf16?.pointee
        default: nil
        }
    }

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
        let out = Tensor(uninitialised: [batch, time, hidden], elementType: type)
        let sums = forGradient ? Tensor(uninitialised: [batch, heads, time]) : nil
        let (qkv, o, s) = (numbers(queryKeyValue), numbers(out), sums?.mutableFloats)
        eachHead { head, from, to, at, room in
            let parts = parts(qkv, from)
            kernel.forward(head, parts.q, parts.k, parts.v, o + to, hidden, s.map { $0 + at }, room)
        }
        withExtendedLifetime(queryKeyValue) {}
        return (out, sums)
    }

    /// The gradient of queryKeyValue, given that of the result, all of one type.
    func gradient(_ g: Tensor, _ queryKeyValue: Tensor, _ out: Tensor, _ sums: Tensor) -> Tensor {
        let slope = Tensor(uninitialised: queryKeyValue.shape, elementType: type)
        let (qkv, o, d, gradient) = (numbers(queryKeyValue), numbers(out), numbers(slope), numbers(g))
        let s = sums.constFloats
        eachHead { head, from, to, at, room in
            let (parts, slopes) = (parts(qkv, from), parts(d, from))
            kernel.backward(
                head, parts.q, parts.k, parts.v, o + to, gradient + to, hidden, s + at, slopes.q, slopes.k, slopes.v,
                room)
        }
        withExtendedLifetime((queryKeyValue, out, g, sums)) {}
        return slope
    }

    private func numbers(_ tensor: Tensor) -> UnsafeMutableRawPointer {
        precondition(tensor.elementType == type)
        return tensor.storage.address
    }

    /// Where query, key and value begin so many bytes on, each position's being [3, heads, headSize].
    private func parts(_ all: UnsafeMutableRawPointer, _ from: Int) -> Parts {
        let (first, part) = (all + from, hidden * type.width)
        return Parts(q: first, k: first + part, v: first + 2 * part)
    }

    private struct Parts {
        let q, k, v: UnsafeMutableRawPointer
    }

    /// Calls `body` with each sample's each head, how many bytes lie before its query and its result, and how many
    /// numbers before its sums, and room.
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
                    $0, (span.first * 3 * hidden + column) * type.width,
                    (span.first * hidden + column) * type.width, span.first * heads + number * span.time, room)
            }
        }
    }
}

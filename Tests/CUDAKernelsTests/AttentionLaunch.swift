import SynTensors

/// One attention to try.
struct AttentionSizes: Sendable, CustomStringConvertible {
    var batch, time, heads, headSize: Int
    var isCausal: Bool

    var hidden: Int { heads * headSize }
    var description: String {
        "batch \(batch), time \(time), \(heads) heads of \(headSize)\(isCausal ? ", causal" : "")"
    }

    /// Normal numbers, as BFloat16 holds them.
    func numbers(_ count: Int, _ purpose: String) -> [Float] {
        var stream = RandomStream(seed: 19, purpose: purpose)
        return Tensor.normal([count], &stream).converted(to: .bfloat16).floats
    }

    var input: [Float] { numbers(batch * time * 3 * hidden, "input \(self)") }
    var slope: [Float] { numbers(batch * time * hidden, "slope \(self)") }
}

/// A type that kernels compute in: Float32, or BFloat16 as its bits.
protocol KernelNumber: BitwiseCopyable, Sendable {
    static var suffix: String { get }
    init(rounding x: Float)
    var widened: Float { get }
}

extension Float: KernelNumber {
    static var suffix: String { "_f32" }
    init(rounding x: Float) { self = x }
    var widened: Float { self }
}

extension UInt16: KernelNumber {
    static var suffix: String { "_bf16" }
    init(rounding x: Float) { self = bfloat16(x) }
    var widened: Float { Float(bitPattern: UInt32(self) << 16) }
}

/// Emulates the kernels of attention over grids as their `launch:` lines say.
struct AttentionLaunch<Number: KernelNumber> {
    let sizes: AttentionSizes
    let order: ThreadOrder
    let input, out, g, gradient: DeviceArray<Number>
    let sums, delta: DeviceArray<Float>

    /// Arrays that are written are full of not-a-number before.
    init(_ sizes: AttentionSizes, order: ThreadOrder, input: [Float], g: [Float]) {
        (self.sizes, self.order) = (sizes, order)
        self.input = DeviceArray(input.map(Number.init(rounding:)))
        self.g = DeviceArray(g.map(Number.init(rounding:)))
        (out, gradient) = (DeviceArray(count: g.count), DeviceArray(count: input.count))
        let rows = sizes.batch * sizes.heads * sizes.time
        (sums, delta) = (DeviceArray(count: rows), DeviceArray(count: rows))
    }

    private var scale: Float { 1 / Float(sizes.headSize).squareRoot() }
    private var time: Int32 { Int32(sizes.time) }
    private var heads: Int32 { Int32(sizes.heads) }
    private var causal: Int32 { sizes.isCausal ? 1 : 0 }

    func forward(keepingSums: Bool = true) throws {
        let kept: any EmulatedArgument = keepingSums ? sums : NullArgument()
        try Emulated.run(
            "attention" + Number.suffix, headSize: sizes.headSize, blocks: (sizes.time + 95) / 96, sizes.heads,
            sizes.batch, threads: 192, order: order, input, out, kept, time, heads, scale, causal)
    }

    /// - Parameter together: in one launch for the gradients of queries, keys and values, or in two.
    func backward(together: Bool = true) throws {
        let rows = sizes.batch * sizes.heads * sizes.time
        try Emulated.run(
            "attention_delta" + Number.suffix, headSize: sizes.headSize, blocks: (rows + 15) / 16, threads: 256,
            order: order, out, g, delta, Int32(sizes.batch), time, heads)
        func tiles(_ height: Int) -> Int { (sizes.time + height - 1) / height }
        for (part, blocks, threads) in together
            ? [("", 2 * tiles(64), 128)] : [("_kv", tiles(64), 128), ("_q", tiles(96), 192)]
        {
            try Emulated.run(
                "attention_gradient" + part + Number.suffix, headSize: sizes.headSize, blocks: blocks, sizes.heads,
                sizes.batch, threads: threads, order: order, input, g, sums, delta, gradient, time, heads, scale, causal
            )
        }
    }

    var areSound: Bool { [input, out, g, gradient].allSatisfy(\.isSound) && sums.isSound && delta.isSound }
}

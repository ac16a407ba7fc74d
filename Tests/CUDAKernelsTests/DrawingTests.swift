import SynTensors
import TestSupport
import Testing

/// The kernels of `drawing.cu`, emulated: attention over kept keys and values, a few positions at a time.
@Suite("Drawing kernels", .serialized)
struct DrawingTests {
    static let headSizes = AttentionTests.headSizes

    /// Takes all positions in pieces, as a transformer would, and gives the result [batch, time, hidden] and what is
    /// kept.
    private func drawn<Number: KernelNumber>(
        _: Number.Type, _ sizes: AttentionSizes, _ input: [Float], pieces: [Int], capacity: Int, threads: Int,
        order: ThreadOrder = .fromFirst
    ) throws -> (out: [Float], keys: [Number], values: [Number]) {
        let kept = sizes.batch * sizes.heads * capacity * sizes.headSize
        let (keys, values) = (DeviceArray<Number>(count: kept), DeviceArray<Number>(count: kept))
        var out = [Float](repeating: .nan, count: input.count / 3)
        var first = 0
        for piece in pieces {
            var numbers: [Float] = []
            for sample in 0..<sizes.batch {
                let from = (sample * sizes.time + first) * 3 * sizes.hidden
                numbers += input[from..<from + piece * 3 * sizes.hidden]
            }
            let qkv = DeviceArray(numbers.map(Number.init(rounding:)))
            let (result, count) = (DeviceArray<Number>(count: numbers.count / 3), DeviceArray([Int32(first)]))
            let (batch, time, heads) = (Int32(sizes.batch), Int32(piece), Int32(sizes.heads))
            try Emulated.run(
                "cache_append" + Number.suffix, headSize: sizes.headSize, blocks: 2, threads: 256, order: order, qkv,
                keys, values, batch, time, heads, count, Int32(capacity))
            try Emulated.run(
                "attention_step" + Number.suffix, headSize: sizes.headSize, blocks: sizes.heads, sizes.batch, piece,
                threads: threads, order: order, qkv, keys, values, result, batch, time, heads, count, Int32(capacity),
                1 / Float(sizes.headSize).squareRoot())
            let areSound = [qkv, keys, values, result].allSatisfy(\.isSound)
            #expect(areSound, "a kernel wrote beside its arrays")
            let rows = result.values
            for sample in 0..<sizes.batch {
                let from = sample * piece * sizes.hidden
                for i in 0..<piece * sizes.hidden {
                    out[(sample * sizes.time + first) * sizes.hidden + i] = rows[from + i].widened
                }
            }
            first += piece
        }
        return (out, keys.values, values.values)
    }

    private func check<Number: KernelNumber>(_: Number.Type, headSize: Int, within tolerance: Double) throws {
        var worst = 0.0
        for (batch, heads, pieces, threads) in [
            (3, 2, [1, 1, 1], 128), (2, 3, [2, 1, 30, 1], 32), (1, 2, [64, 1, 1], 512),
            (1, 1, [128, 1, 1, 126, 1], 96),
        ] {
            let time = pieces.reduce(0, +)
            let sizes = AttentionSizes(batch: batch, time: time, heads: heads, headSize: headSize, isCausal: true)
            let input = sizes.input
            let exact = ExactAttention(sizes, queryKeyValue: input, g: sizes.slope)
            let drawn = try drawn(
                Number.self, sizes, input, pieces: pieces, capacity: time + 2, threads: threads,
                order: threads == 512 ? .fromLast : .fromFirst)
            let error = relativeError(drawn.out, exact.out)
            #expect(error < tolerance, "\(sizes) in pieces of \(pieces), \(threads) threads: off by \(error)")
            worst = max(worst, error)
        }
        print("attention_step\(Number.suffix), heads of \(headSize): relative error \(worst)")
    }

    @Test("in Float32, each position's result is that of the whole causal attention", arguments: headSizes)
    func float32(headSize: Int) throws { try check(Float.self, headSize: headSize, within: 1e-5) }

    @Test("in BFloat16, it is off by what rounding explains", arguments: headSizes)
    func bfloat16(headSize: Int) throws { try check(UInt16.self, headSize: headSize, within: 0.004) }

    @Test("the result is that of the CPU's cache", arguments: [ElementType.float32, .bfloat16])
    func sameAsOnTheCPU(type: ElementType) throws {
        let sizes = AttentionSizes(batch: 2, time: 21, heads: 3, headSize: 104, isCausal: true)
        let (input, pieces) = (sizes.input, [9, 1, 10, 1])
        let whole = Tensor(input, shape: [sizes.batch, sizes.time, 3 * sizes.hidden])
        let cache = KeyValueCache(
            batch: sizes.batch, capacity: 24, heads: sizes.heads, headSize: sizes.headSize, elementType: type)
        var first = 0
        let onCPU = concatenated(
            pieces.map { piece in
                defer { first += piece }
                return cache.attention(queryKeyValue: whole.slice(axis: 1, from: first, to: first + piece))
            }, axis: 1)
        let out =
            switch type {
            case .bfloat16:
                try drawn(UInt16.self, sizes, input, pieces: pieces, capacity: 24, threads: 128).out
            default: try drawn(Float.self, sizes, input, pieces: pieces, capacity: 24, threads: 128).out
            }
        let error = relativeError(out, onCPU.floats.map(Double.init))
        #expect(error < (type == .bfloat16 ? 0.004 : 1e-5))
    }

    @Test("keys and values are kept as they are, and nothing beyond", arguments: [8, 104])
    func keeps(headSize: Int) throws {
        let sizes = AttentionSizes(batch: 2, time: 5, heads: 3, headSize: headSize, isCausal: true)
        let (input, capacity) = (sizes.input, 7)
        let drawn = try drawn(UInt16.self, sizes, input, pieces: [4, 1], capacity: capacity, threads: 64)
        for (part, kept) in [(1, drawn.keys), (2, drawn.values)] {
            for (place, number) in kept.enumerated() {
                let (row, i) = (place / headSize, place % headSize)
                let (sample, head, position) = (
                    row / capacity / sizes.heads, row / capacity % sizes.heads, row % capacity
                )
                guard position < sizes.time else {
                    #expect(number == UInt16.max, "written at position \(position)")
                    continue
                }
                let from = ((sample * sizes.time + position) * 3 + part) * sizes.hidden + head * headSize + i
                #expect(number.widened == input[from])
            }
        }
    }

    @Test("a cache that is full stays within its memory")
    func isFull() throws {
        let sizes = AttentionSizes(batch: 1, time: 6, heads: 2, headSize: 16, isCausal: true)
        let drawn = try drawn(UInt16.self, sizes, sizes.input, pieces: [4, 2], capacity: 5, threads: 32)
        #expect(drawn.out.filter { !$0.isFinite }.isEmpty)
    }

    @Test("numbers are the same to the bit in any order of threads")
    func isDeterministic() throws {
        let sizes = AttentionSizes(batch: 2, time: 70, heads: 1, headSize: 104, isCausal: true)
        let results = try ThreadOrder.allCases.map { order in
            try drawn(UInt16.self, sizes, sizes.input, pieces: [69, 1], capacity: 70, threads: 128, order: order).out
        }
        #expect(results[0] == results[1])
    }
}

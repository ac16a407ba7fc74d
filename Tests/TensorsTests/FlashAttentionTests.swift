import SynTensors
import TestSupport
import Testing

/// Attention on BFloat16 numbers and over caches of them, against Float32 attention on the same rounded numbers.
@Suite(.enabled(if: AttentionMask.packingPays(.bfloat16), "this class of processor has no such kernels"))
struct FlashAttentionTests {
    struct Case: Sendable {
        let batch, time, heads, headSize: Int
        let mask: AttentionMask
    }

    static let cases = [
        Case(batch: 2, time: 257, heads: 1, headSize: 104, mask: .causal),
        Case(batch: 1, time: 1, heads: 3, headSize: 8, mask: .causal),
        Case(batch: 3, time: 50, heads: 2, headSize: 27, mask: .lengths([1, 50, 33])),
        Case(batch: 2, time: 31, heads: 2, headSize: 64, mask: .causalLengths([31, 5])),
        Case(batch: 2, time: 70, heads: 4, headSize: 32, mask: .none),
    ]

    func rounded(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 4, purpose: purpose)
        return Tensor.normal(shape, &stream).converted(to: .bfloat16)
    }

    @Test(arguments: cases.indices) func isTheSameAttention(_ index: Int) {
        let one = Self.cases[index]
        let hidden = one.heads * one.headSize
        let input = rounded([one.batch, one.time, 3 * hidden], "input").converted(to: .float32).asParameter()
        let g = rounded([one.batch, one.time, hidden], "gradient").converted(to: .float32)

        func run(_ input: Tensor) -> Tensor { attention(queryKeyValue: input, heads: one.heads, mask: one.mask) }
        // Padding's own queries are seen by nobody: they count neither here nor there.
        let seen = Tensor(shape: [one.batch, one.time, hidden]) { values in
            for i in values.indices {
                let (sample, place) = (i / hidden / one.time, i / hidden % one.time)
                switch one.mask {
                case .lengths(let lengths), .causalLengths(let lengths): values[i] = place < lengths[sample] ? 1 : 0
                case .none, .causal, .packed: values[i] = 1
                }
            }
        }
        let exact = run(input) * seen
        let narrow = run(input.converted(to: .bfloat16)).converted(to: .float32) * seen
        expectClose(narrow, exact, "attention \(index)", within: 0.01)
        let slopes = [exact, narrow].map { gradients(of: ($0 * g).sum(), for: [input])[0] }
        expectClose(slopes[1], slopes[0], "its gradient \(index)", within: 0.02)
    }

    /// Samples one after another, without padding, against each by itself; to the bit in the same numbers.
    @Test(arguments: [true, false]) func packedSamplesAreAttendedAsAlone(_ causal: Bool) {
        let (lengths, heads, hidden) = ([7, 1, 40, 16], 3, 3 * 20)
        let input = rounded([1, lengths.reduce(0, +), 3 * hidden], "packed").converted(to: .float32).asParameter()
        let g = rounded([1, lengths.reduce(0, +), hidden], "gradient").converted(to: .float32)
        func alone(_ input: Tensor) -> Tensor {
            var first = 0
            return concatenated(
                lengths.map { length in
                    defer { first += length }
                    let sample = input.slice(axis: 1, from: first, to: first + length)
                    return attention(queryKeyValue: sample, heads: heads, mask: causal ? .causal : .none)
                }, axis: 1)
        }
        let narrow = input.converted(to: .bfloat16)
        let packed = attention(queryKeyValue: narrow, heads: heads, mask: .packed(lengths, causal: causal))
            .converted(to: .float32)
        #expect(packed.floats == alone(narrow).converted(to: .float32).floats)
        let exact = attention(queryKeyValue: input, heads: heads, mask: .packed(lengths, causal: causal))
        #expect(exact.floats == alone(input).floats)
        let parts = (0..<3).map { input.slice(axis: -1, from: $0 * hidden, to: ($0 + 1) * hidden) }
        let apart = attention(
            query: parts[0], key: parts[1], value: parts[2], heads: heads, mask: .packed(lengths, causal: causal))
        expectClose(apart, exact, "packed and apart", within: 1e-6)
        expectClose(packed, exact, "packed, causal: \(causal)", within: 0.01)
        let slopes = [exact, packed].map { gradients(of: ($0 * g).sum(), for: [input])[0] }
        expectClose(slopes[1], slopes[0], "its gradient, causal: \(causal)", within: 0.02)
    }

    @Test func whatIsNotANumberStaysSo() {
        var values = [Float](repeating: 0.5, count: 9 * 3 * 16)
        values[4 * 48 + 3] = .nan   // position 4's query
        let out = attention(
            queryKeyValue: Tensor(values, shape: [1, 9, 48]).converted(to: .bfloat16), heads: 1, mask: .causal)
        let rows = out.floats
        for place in 0..<9 { #expect(rows[place * 16].isNaN == (place == 4)) }
    }

    @Test func aCacheOfNarrowNumbersIsTheSameAttention() {
        let (batch, time, heads, size) = (3, 40, 2, 52)
        let input = rounded([batch, time, 3 * heads * size], "cached").converted(to: .float32)
        let exact = attention(queryKeyValue: input, heads: heads, mask: .causal)
        func stepwise(_ input: Tensor, _ type: ElementType) -> Tensor {
            let cache = KeyValueCache(
                batch: input.size(0), capacity: time + 3, heads: heads, headSize: size, elementType: type)
            return concatenated(
                [0..<7, 7..<8, 8..<33, 33..<time].map {
                    cache.attention(queryKeyValue: input.slice(axis: 1, from: $0.lowerBound, to: $0.upperBound))
                }, axis: 1)
        }
        // Every input is a BFloat16 number already, so nothing is rounded on the way in.
        for type in [ElementType.float32, .bfloat16] {
            let all = stepwise(input, type)
            expectClose(all, exact, "cache of \(type)", within: 1e-6)
            let alone = stepwise(input.slice(axis: 0, from: 1, to: 2), type)
            #expect(alone.floats == all.slice(axis: 0, from: 1, to: 2).floats)
        }
    }
}

import CSynKernels
import Foundation
import SynTensors
import Testing

/// The attention kernels of every class of processor, against plain loops in double precision.
@Suite struct AttentionKernelTests: KernelSuite {
    static let sizes = [1, 7, 16, 33, 104]
    private static let unit = Bounded.unit

    /// One query's attention in double precision.
    struct Attended {
        /// Of each key: its probability, and the share of it that it may be off by.
        private(set) var shares: [Double] = []
        private(set) var error = 0.0
        private(set) var logSum = 0.0
        /// By which `logSum` may be off.
        private(set) var ofLogSum = 0.0
        private(set) var out: [Double] = []
        /// Σ share · |value|, by which the errors of sums are measured.
        private(set) var size: [Double] = []

        /// query [size], keys and values [count, size].
        init(_ query: [Double], _ keys: [[Double]], _ values: [[Double]], scale: Double) {
            var ofScore = 0.0
            let scores = keys.map { key in
                let products = zip(query, key).map { $0 * $1 }
                let sum = products.reduce(0, +)
                ofScore = max(
                    ofScore,
                    scale
                        * (Double(query.count + 2) * Bounded.unit * products.reduce(0) { $0 + abs($1) } + Bounded.unit
                            * abs(sum)))
                return sum * scale
            }
            let largest = scores.max() ?? 0, spread = largest - (scores.min() ?? 0)
            let total = scores.reduce(0) { $0 + exp($1 - largest) }
            shares = scores.map { exp($0 - largest) / total }
            // A score's own error and the largest one's, the power's, and the same again in the sum and the division by
            // it.
            error = 4 * ofScore + (2 * spread + 12 + Double(keys.count)) * Bounded.unit
            logSum = largest + log(total)
            ofLogSum = error + (abs(logSum) + 2 * abs(log(total))) * Bounded.unit
            out = query.indices.map { i in zip(shares, values).reduce(0) { $0 + $1.0 * $1.1[i] } }
            size = query.indices.map { i in zip(shares, values).reduce(0) { $0 + $1.0 * abs($1.1[i]) } }
        }

        /// The result; `rounding` is of each probability before it is multiplied.
        func bounded(_ i: Int, rounding: Double = 0) -> Bounded {
            Bounded(out[i], within: size[i] * (error + rounding + Double(shares.count + 2) * Bounded.unit))
        }
    }

    static func rows(_ numbers: [Double], _ width: Int) -> [[Double]] {
        stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
    }

    @Test(arguments: sizes, [1, 3, 17, 50]) func oneQuery(_ size: Int, _ count: Int) {
        let scale = 1 / Float(size).squareRoot()
        func expected(_ query: [Double], _ keys: [Double], _ values: [Double]) -> [Bounded] {
            let attended = Attended(query, Self.rows(keys, size), Self.rows(values, size), scale: Double(scale))
            return (0..<size).map { attended.bounded($0) }
        }
        let wide = ["query", "keys", "values"].map { Self.numbers($0 == "query" ? size : size * count, $0) }
        let narrow = ["query", "keys", "values"].map { Self.rounded($0 == "query" ? size : size * count, $0) }
        let (ofWide, ofNarrow) = (wide.map(Self.doubles), narrow.map { Self.doubles($0) })
        Self.expectWithin(expected(ofWide[0], ofWide[1], ofWide[2]), "attend_f32 \(count)·\(size)") { t in
            var scores = [Float](repeating: .nan, count: count + 15)
            return Self.floats(size) {
                t.attend_f32(wide[0], wide[1], wide[2], count, size, scale, wide[1], &scores, $0)
            }
        }
        Self.expectWithin(expected(ofNarrow[0], ofNarrow[1], ofNarrow[2]), "attend_bf16 \(count)·\(size)") { t in
            var scores = [Float](repeating: .nan, count: count + 15)
            return Self.floats(size) {
                t.attend_bf16(narrow[0], narrow[1], narrow[2], count, size, scale, narrow[1], &scores, $0)
            }
        }
    }

    /// Causal or not, and with padding behind the keys that all queries see.
    struct Case: Sendable {
        let time, keys, size: Int
        let causal: Bool
    }

    static let cases =
        [(1, 1), (3, 3), (17, 17), (17, 5), (50, 50), (50, 33)].flatMap { time, keys in
            (sizes + [8]).flatMap { size in
                [false, true].map { Case(time: time, keys: keys, size: size, causal: $0) }
            }
        } + [false, true].map { Case(time: 290, keys: 281, size: 20, causal: $0) }   // more than a run of products

    /// Many queries at once, where a class has it, and their gradients. Of bfloat16 numbers, probabilities and scores'
    /// gradients may be rounded to bfloat16 before they are multiplied, and every result is.
    @Test(
        .enabled(
            if: tables.contains { $0.flash_attention_f32 != nil }, "no class of this processor has such kernels"),
        arguments: cases.indices, [false, true])
    func manyQueries(_ index: Int, _ isNarrow: Bool) {
        let one = Self.cases[index]
        let (time, size, scale) = (one.time, one.size, 1 / Float(one.size).squareRoot())
        // Query, key and value of a position beside each other, as the product that makes them writes them.
        let step = 3 * size
        let (qkv, g) = (Numbers(time * step, "qkv", isNarrow), Numbers(time * size, "g", isNarrow))
        let positions = Self.rows(qkv.exact, step), slopes = Self.rows(g.exact, size)
        let (q, k, v) = (
            positions.map { Array($0[..<size]) }, positions.map { Array($0[size..<2 * size]) },
            positions.map { Array($0[(2 * size)...]) }
        )
        let seen = (0..<time).map { one.causal ? min(one.keys, $0 + 1) : one.keys }
        let attended = (0..<time).map {
            Attended(q[$0], Array(k[..<seen[$0]]), Array(v[..<seen[$0]]), scale: Double(scale))
        }
        let rounding = isNarrow ? Bounded.narrowUnit : 0
        let out = attended.flatMap { query in
            (0..<size).map { query.bounded($0, rounding: rounding) }.map { isNarrow ? $0.narrowed : $0 }
        }
        let sums = attended.map { Bounded($0.logSum, within: $0.ofLogSum) }
        let given = Numbers(out.map { Float($0.value) }, isNarrow)   // as the way back is given it
        let gradients = Self.gradients(
            one, q, k, v, slopes, attended, Self.rows(given.exact, size), scale: Double(scale), rounding: rounding
        ).map { isNarrow ? $0.narrowed : $0 }
        let logSums = attended.map { Float($0.logSum) }
        let name = "\(one.keys) of \(time)·\(size)\(one.causal ? ", causal" : "")\(isNarrow ? ", bf16" : "")"
        let head = attention_head(time: time, keys: one.keys, size: size, step: step, scale: scale, causal: one.causal)
        let part = size * (isNarrow ? 2 : 4)
        Self.expectWithin(out + sums, "flash attention \(name)") { t in
            Self.withKernel(t, head, qkv, isNarrow) { kernel, head, x, room in
                var own = [Float](repeating: .nan, count: time)
                return Numbers.written(time * size, isNarrow) { y in
                    kernel.forward(head, x, x + part, x + 2 * part, y, size, &own, room)
                } + own
            }
        }
        Self.expectWithin(gradients, "its gradients \(name)") { t in
            Self.withKernel(t, head, qkv, isNarrow) { kernel, head, x, room in
                Numbers.written(time * step, isNarrow) { d in
                    given.read { given in
                        g.read { g in
                            kernel.backward(
                                head, x, x + part, x + 2 * part, given, g, size, logSums, d, d + part, d + 2 * part,
                                room)
                        }
                    }
                }
            }
        }
    }

    /// Numbers of one of the two types as they lie in memory.
    private struct Numbers {
        let exact: [Double]
        private let wide: [Float], narrow: [UInt16]

        init(_ numbers: [Float], _ isNarrow: Bool) {
            wide = isNarrow ? [] : numbers
            narrow = isNarrow ? numbers.map { UInt16($0.bitPattern >> 16) } : []
            exact = isNarrow ? AttentionKernelTests.doubles(narrow) : AttentionKernelTests.doubles(wide)
        }

        init(_ count: Int, _ purpose: String, _ isNarrow: Bool) {
            self.init(AttentionKernelTests.numbers(count, purpose), isNarrow)
        }

        func read<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result {
            // An array stands where its pointer is asked for.
            narrow.isEmpty ? body(wide) : body(narrow)
        }

        /// What a kernel writes into `count` of them.
        static func written(_ count: Int, _ isNarrow: Bool, _ body: (UnsafeMutableRawPointer) -> Void) -> [Float] {
            isNarrow ? AttentionKernelTests.shorts(count) { body($0) } : AttentionKernelTests.floats(count) { body($0) }
        }
    }

    /// Nothing where the class has no such kernels, or none for heads of this size.
    private static func withKernel(
        _ table: kernel_table, _ head: attention_head, _ qkv: Numbers, _ isNarrow: Bool,
        _ body: (flash_attention_kernels, UnsafePointer<attention_head>, UnsafeRawPointer, UnsafeMutableRawPointer) ->
            [Float]
    ) -> [Float]? {
        guard let kernel = (isNarrow ? table.flash_attention_bf16 : table.flash_attention_f32)?.pointee,
            head.size <= kernel.largest_size, head.size % kernel.size_multiple == 0
        else { return nil }
        return qkv.read { x in
            withRoom(kernel.room(head.time, head.size)) { room in
                withUnsafePointer(to: head) { body(kernel, $0, x, room) }
            }
        }
    }

    /// Of q, k and v beside each other, [time, 3·size].
    private static func gradients(
        _ one: Case, _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], _ g: [[Double]], _ attended: [Attended],
        _ out: [[Double]], scale: Double, rounding: Double
    ) -> [Bounded] {
        let (time, size) = (one.time, one.size)
        var values = [Double](repeating: 0, count: time * 3 * size), bounds = values
        for t in 0..<time {
            let query = attended[t]
            let along = zip(g[t], out[t]).reduce(0) { $0 + $1.0 * $1.1 }
            let ofAlong = Double(size + 2) * unit * zip(g[t], out[t]).reduce(0) { $0 + abs($1.0 * $1.1) }
            for key in query.shares.indices {
                let products = zip(g[t], v[key]).map { $0 * $1 }
                let (ofShare, share) = (products.reduce(0, +), query.shares[key])
                let bound = ofAlong + Double(size + 2) * unit * products.reduce(0) { $0 + abs($1) }
                let inner = share * (ofShare - along) * scale
                // The log of the sum was rounded to a float, and so was its difference from the score.
                let error = query.error + query.ofLogSum + 4 * unit + rounding
                let ofInner = share * scale * (bound + 3 * unit * (abs(ofShare) + abs(along))) + abs(inner) * error
                let sums = Double(time + 2) * unit
                for i in 0..<size {
                    func add(_ place: Int, _ factor: Double, _ off: Double, _ x: Double) {
                        values[place] += factor * x
                        bounds[place] += (off + abs(factor) * sums) * abs(x)
                    }
                    add(t * 3 * size + i, inner, ofInner, k[key][i])
                    add(key * 3 * size + size + i, inner, ofInner, q[t][i])
                    add(key * 3 * size + 2 * size + i, share, share * error, g[t][i])
                }
            }
        }
        return zip(values, bounds).map { Bounded($0, within: $1) }
    }
}

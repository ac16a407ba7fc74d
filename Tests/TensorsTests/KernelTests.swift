import CSynKernels
import SynTensors
import TestSupport
import Testing

/// Every kernel of every class that this processor can run, against the class that all processors belong to.
@Suite struct KernelTests: KernelSuite {
    private static var generic: kernel_table { tables[0] }

    struct Case: Sendable {
        let name: String
        /// The largest difference as a share of the largest number; 0 where every bit is the same.
        let tolerance: Float
        let run: @Sendable (kernel_table) -> [Float]
    }

    /// Where a product and a sum may fuse, and one number in bfloat16.
    private static let fused: Float = 1e-6, narrow: Float = 8e-3

    static let lengths = [1, 15, 16, 33, 257]

    static let cases: [Case] = lengths.flatMap { n -> [Case] in
        let (x, g, gamma, beta) = (numbers(n, "x"), numbers(n, "g"), numbers(n, "gamma"), numbers(n, "beta"))
        let (short, shortG) = (rounded(n, "short"), rounded(n, "short g"))
        return [
            Case(name: "softmax \(n)", tolerance: fused) { t in
                floats(n + 3) { t.softmax(x, $0, n, n + 3, 0.7) }
            },
            Case(name: "softmax_gradient \(n)", tolerance: fused) { t in
                floats(n) { t.softmax_gradient(x.map(abs), g, $0, n, 0.7) }
            },
            Case(name: "log_sum_exp \(n)", tolerance: fused) { t in [t.log_sum_exp(x, n)] },
            Case(name: "exponential \(n)", tolerance: fused) { t in floats(n) { t.exponential(x, $0, n, 0.5, 2) } },
            Case(name: "layer_norm \(n)", tolerance: 2 * fused) { t in
                floats(n + 2) { t.layer_norm(x, gamma, beta, $0, n, 1e-5, $0 + n) }
            },
            Case(name: "layer_norm_bf16 \(n)", tolerance: narrow) { t in
                var statistics: [Float] = [0, 0]
                return shorts(n) { t.layer_norm_bf16(x, gamma, beta, $0, n, 1e-5, &statistics) }
            },
            Case(name: "layer_norm_gradient \(n)", tolerance: 2 * fused) { t in
                floats(n) { t.layer_norm_gradient(x, g, gamma, $0, n, [0.1, 1.1]) }
            },
            Case(name: "layer_norm_gradient_bf16 \(n)", tolerance: 2 * fused) { t in
                floats(n) { t.layer_norm_gradient_bf16(x, shortG, gamma, $0, n, [0.1, 1.1]) }
            },
            Case(name: "gelu \(n)", tolerance: fused) { t in floats(n) { t.gelu(x, $0, n) } },
            Case(name: "gelu_bf16 \(n)", tolerance: narrow) { t in shorts(n) { t.gelu_bf16(short, $0, n) } },
            Case(name: "gelu_gradient \(n)", tolerance: fused) { t in floats(n) { t.gelu_gradient(x, g, $0, n) } },
            Case(name: "gelu_gradient_bf16 \(n)", tolerance: narrow) { t in
                shorts(n) { t.gelu_gradient_bf16(short, shortG, $0, n) }
            },
            Case(name: "to_int8 \(n)", tolerance: 1 / 127 + fused) { t in   // a half may fall to either side
                var whole = [Int8](repeating: 0, count: n)
                let scale = t.to_int8(x, &whole, n)
                return whole.map { Float($0) * scale }
            },
            Case(name: "to_int16 \(n)", tolerance: 1 / 32767 + fused) { t in
                var whole = [Int16](repeating: 0, count: n)
                let scale = t.to_int16(x, &whole, n)
                return whole.map { Float($0) * scale }
            },
            Case(name: "adamw \(n)", tolerance: fused) { t in
                var (p, m, v) = (x, gamma, beta.map(abs))
                t.adamw(&p, g, &m, &v, n, 0.9, 0.99, 1e-8, 0.999, 0.1, 0.5)
                return p + m + v
            },
            Case(name: "moments \(n)", tolerance: fused) { t in
                let images = numbers(n * 70, "images")
                var (sums, squares) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
                t.moments(images, KERNEL_F32, 70, n, &sums, &squares)
                return (sums + squares).map { Float($0) }
            },
            Case(name: "affine \(n)", tolerance: 2 * fused) { t in
                floats(n) { t.affine(x, KERNEL_F32, $0, KERNEL_F32, 1, n, gamma, beta, true) }
            },
            Case(name: "affine of bf16 \(n)", tolerance: narrow) { t in
                shorts(n) { t.affine(short, KERNEL_BF16, $0, KERNEL_BF16, 1, n, gamma, beta, true) }
            },
            Case(name: "convert \(n)", tolerance: 0) { t in
                shorts(n) { t.convert(x, KERNEL_F32, $0, KERNEL_BF16, n) }
                    + floats(n) { t.convert(short, KERNEL_BF16, $0, KERNEL_F32, n) }
            },
            Case(name: "add \(n)", tolerance: 0) { t in
                var sum = x
                t.add(&sum, KERNEL_F32, g, KERNEL_F32, n)
                t.add(&sum, KERNEL_F32, short, KERNEL_BF16, n)
                return sum
            },
            Case(name: "window_largest \(n)", tolerance: 0) { t in
                floats(n) { t.window_largest(numbers(9 * n, "window"), KERNEL_F32, 3, 3, 3 * n, n, $0) }
                    + shorts(n) { t.window_largest(rounded(9 * n, "narrow"), KERNEL_BF16, 3, 3, 3 * n, n, $0) }
            },
            Case(name: "window_sum \(n)", tolerance: 0) { t in
                floats(n) { t.window_sum(numbers(9 * n, "window"), KERNEL_F32, 3, 3, 3 * n, n, 0.125, $0) }
            },
            Case(name: "attend_f32 \(n)", tolerance: 2 * fused) { t in
                let (keys, values) = (numbers(21 * n, "keys"), numbers(21 * n, "values"))
                var scores = [Float](repeating: 0, count: 21 + 15)
                return floats(n) { t.attend_f32(x, keys, values, 21, n, 0.1, keys, &scores, $0) }
            },
        ]
    }

    @Test(arguments: cases.indices) func isTheGenericKernel(_ index: Int) {
        let one = Self.cases[index]
        let expected = one.run(Self.generic)
        let size = expected.reduce(0) { max($0, abs($1)) }
        for table in Self.tables.dropFirst() {
            let found = one.run(table)
            let miss = zip(found, expected).reduce(Float(0)) { max($0, $1.0 == $1.1 ? 0 : abs($1.0 - $1.1)) }
            let isSame = !found.contains { $0.isNaN } && miss <= one.tolerance * size
            #expect(isSame, "\(one.name), \(String(cString: table.name)): \(miss) of \(size)")
        }
    }

    /// What is chosen is the best that the processor has and SYNESTHESIA_ISA allows.
    @Test func theTableHereIsOneOfThem() {
        let here = kernels_here().pointee
        #expect(Self.tables.contains { $0.level == here.level })
        if !kernels_are_limited() { #expect(here.level == Self.tables.last?.level) }
        print("class of processor: \(String(cString: here.name)) of \(Self.tables.map { String(cString: $0.name) })")
    }
}

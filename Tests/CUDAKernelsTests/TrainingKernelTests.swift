import Testing

/// What the training of a layer needs, against the same in double precision.
@Suite("Kernels of training") struct TrainingKernelTests {
    @Test("a step of AdamW", arguments: [1, 255, 1000], [1, 3]) func adamW(count: Int, blocks: Int) throws {
        let (p, g) = (numbers(count, "parameters"), numbers(count, "gradients", deviation: 0.1))
        let (m, v) = (numbers(count, "first"), numbers(count, "second").map { $0 * $0 })
        let (beta1, beta2, epsilon, decay, size, correction): (Float, Float, Float, Float, Float, Float) =
            (0.9, 0.95, 1e-8, 0.99, 0.02, 0.3)
        let (parameters, first, second) = (DeviceArray(p), DeviceArray(m), DeviceArray(v))
        try Emulated.run(
            "adamw_f32", blocks: blocks, threads: 256, parameters, DeviceArray(g), first, second, Int64(count), beta1,
            beta2, epsilon, decay, size, correction)
        let expected = (0..<count).map { i in
            let m = Double(m[i]) * Double(beta1) + Double(g[i]) * (1 - Double(beta1))
            let v = Double(v[i]) * Double(beta2) + Double(g[i]) * Double(g[i]) * (1 - Double(beta2))
            let p = Double(p[i]) * Double(decay) - m * Double(size) / (v.squareRoot() / Double(correction) + 1e-8)
            return (p: Float(p), m: Float(m), v: Float(v))
        }
        expectClose(parameters.values, expected.map(\.p), within: 1e-6, "adamw_f32 of \(count)")
        expectClose(first.values, expected.map(\.m), within: 1e-6, "its first moments")
        expectClose(second.values, expected.map(\.v), within: 1e-6, "its second moments")
    }

    @Test("sums of columns and products of numbers", arguments: [(1, 1), (3, 300), (70, 33)])
    func sums(rows: Int, columns: Int) throws {
        let (x, y) = (numbers(rows * columns, "x"), numbers(rows * columns, "y"))
        let (sums, product) = (DeviceArray<Float>(count: columns), DeviceArray<Float>(count: rows * columns))
        try Emulated.run(
            "column_sums_f32", blocks: 1, threads: 256, order: .fromLast, DeviceArray(x), sums, Int32(rows),
            Int32(columns))
        try Emulated.run(
            "multiply_f32", blocks: 2, threads: 256, DeviceArray(x), DeviceArray(y), product, Int64(rows * columns))
        let expected = (0..<columns).map { column in
            Float((0..<rows).reduce(0.0) { $0 + Double(x[$1 * columns + column]) })
        }
        expectClose(sums.values, expected, within: 2e-6, "column_sums_f32, \(rows) × \(columns)")
        expectSame(product.values, zip(x, y).map { $0 * $1 }, "multiply_f32")
    }
}

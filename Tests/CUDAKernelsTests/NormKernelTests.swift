import SynTensors
import Testing

/// Layer norm and the gradient of its input, against the CPU's.
@Suite("Kernels of norms") struct NormKernelTests {
    static let widths = [1, 7, 192, 1024, 1028, 1664, 2052, 4096, 4100]

    private struct Row {
        let rows: Int
        let x, g, scale, shift: [Float]

        /// Numbers far from zero, so that a variance in one pass would be wrong.
        init(rows: Int, width: Int) {
            self.rows = rows
            x = numbers(rows * width, "x").map { $0 * 0.5 + 20 }
            g = shortNumbers(rows * width, "g")
            scale = numbers(width, "scale").map { $0 + 1 }
            shift = numbers(width, "shift")
        }
    }

    private func tensors(_ row: Row, _ width: Int) -> (x: Tensor, scale: Tensor, shift: Tensor) {
        (
            Tensor(row.x, shape: [row.rows, width]).asParameter(), Tensor(row.scale, shape: [width]),
            Tensor(row.shift, shape: [width])
        )
    }

    @Test("layer norm and its gradient are the CPU's", arguments: widths, [1, 3, 65])
    func layerNorm(width: Int, rows: Int) throws {
        if rows == 65 && width > 1664 { return }
        let row = Row(rows: rows, width: width)
        let (x, scale, shift) = tensors(row, width)
        for (offset, order) in [(0, ThreadOrder.fromFirst), (4, .fromLast)] {
            let what = "\(rows) rows of \(width), shifted by \(offset)"
            let (onDevice, weights) = (DeviceArray(row.x, shift: offset), DeviceArray(row.scale, shift: offset))
            let out = DeviceArray<Float>(count: rows * width, shift: offset)
            let statistics = DeviceArray<Float>(count: 2 * rows)
            let bias = DeviceArray(row.shift)
            try Emulated.run(
                "layer_norm_f32", blocks: rows, threads: 256, order: order, onDevice, weights, bias, out, statistics,
                Int32(width), Float(1e-5))
            let y = x.layerNorm(scale: scale, shift: shift, epsilon: 1e-5)
            expectClose(out.values, y.floats, within: 1e-5, "layer_norm_f32, \(what)")

            let short = DeviceArray<UInt16>(count: rows * width, shift: offset / 2)
            try Emulated.run(
                "layer_norm_bf16", blocks: rows, threads: 256, order: order, onDevice, weights, bias, short,
                NullArgument(), Int32(width), Float(1e-5))
            #expect(short.values == out.values.map(bfloat16), "layer_norm_bf16, \(what)")

            let expected = gradients(of: (y * Tensor(row.g, shape: [rows, width])).sum(), for: [x])[0].floats
            // In a row of one number nothing depends on it, and the scale of errors is 1/deviation.
            let tolerance = width == 1 ? 1 : 2e-5
            try Emulated.run(
                "layer_norm_gradient_f32", blocks: rows, threads: 256, order: order, onDevice,
                DeviceArray(row.g, shift: offset), weights, statistics, out, Int32(width), NullArgument(),
                NullArgument())
            if width > 1 {
                expectClose(out.values, expected, within: tolerance, "layer_norm_gradient_f32, \(what)")
            } else {
                #expect(out.values.allSatisfy { abs($0) < 1e-3 }, "layer_norm_gradient_f32, \(what)")
            }
            let first = out.values
            try Emulated.run(
                "layer_norm_gradient_bf16", blocks: rows, threads: 256, order: order, onDevice,
                DeviceArray(bf16: row.g, shift: offset), weights, statistics, out, Int32(width), NullArgument(),
                NullArgument())
            expectClose(out.values, first, within: 1e-6, "layer_norm_gradient_bf16, \(what)")

            // Onto what is there, and rounded beside it.
            let (plain, base) = (out.values, DeviceArray(row.g.reversed().map { 3 * $0 }, shift: offset))
            let rounded = DeviceArray<UInt16>(count: rows * width, shift: offset / 2)
            try Emulated.run(
                "layer_norm_gradient_bf16", blocks: rows, threads: 256, order: order, onDevice,
                DeviceArray(bf16: row.g, shift: offset), weights, statistics, out, Int32(width), base, rounded)
            #expect(out.values == zip(plain, base.values).map { $0 + $1 }, "layer_norm_gradient_bf16 onto, \(what)")
            #expect(rounded.values == out.values.map(bfloat16), "layer_norm_gradient_bf16 rounded, \(what)")
        }
    }

    @Test("the statistics are mean and 1/√(variance + ε) of each row") func statistics() throws {
        let (rows, width) = (3, 1664)
        let row = Row(rows: rows, width: width)
        let statistics = DeviceArray<Float>(count: 2 * rows)
        try Emulated.run(
            "layer_norm_f32", blocks: rows, threads: 256, DeviceArray(row.x), DeviceArray(row.scale),
            DeviceArray(row.shift), DeviceArray<Float>(count: rows * width), statistics, Int32(width), Float(1e-3))
        var expected: [Float] = []
        for line in 0..<rows {
            let x = row.x[line * width..<(line + 1) * width].map(Double.init)
            let mean = x.reduce(0, +) / Double(width)
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            expected += [Float(mean), Float(1 / (variance + 1e-3).squareRoot())]
        }
        expectClose(statistics.values, expected, within: 1e-6, "statistics")
    }
}

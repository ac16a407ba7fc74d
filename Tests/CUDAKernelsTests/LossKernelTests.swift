import SynTensors
import Testing

/// Cross-entropy and its gradient, against the CPU's.
@Suite("Kernels of losses") struct LossKernelTests {
    @Test("cross-entropy and its gradient are the CPU's", arguments: [1, 7, 192, 1664, 16_384], [1, 3, 65])
    func crossEntropy(classes: Int, rows: Int) throws {
        if rows == 65 && classes > 2000 { return }
        let x = numbers(rows * classes, "logits", deviation: 4)
        let targets = (0..<rows).map { Int32($0 * 31 % classes) }
        let logits = Tensor(x, shape: [rows, classes]).asParameter()
        let loss = logits.crossEntropy(Tensor(targets, shape: [rows]))
        let expected = gradients(of: loss * 2, for: [logits])[0].floats
        for (shift, order) in [(0, ThreadOrder.fromFirst), (4, .fromLast)] {
            let what = "\(rows) rows of \(classes), shifted by \(shift)"
            let (onDevice, ids) = (DeviceArray(x, shift: shift), DeviceArray(targets))
            let (losses, sums) = (DeviceArray<Float>(count: rows), DeviceArray<Float>(count: rows))
            try Emulated.run(
                "cross_entropy", blocks: rows, threads: 256, order: order, onDevice, ids, losses, sums, Int32(classes))
            let perRow = logits.detached.crossEntropyPerRow(Tensor(targets, shape: [rows])).floats
            expectClose(losses.values, perRow, within: 2e-6, "cross_entropy, \(what)")
            let out = DeviceArray<Float>(count: rows * classes, shift: shift)
            try Emulated.run(
                "cross_entropy_gradient", blocks: rows, threads: 256, order: order, onDevice, ids, sums, out,
                Int32(classes), 2 / Float(rows))
            if classes > 1 {
                expectClose(out.values, expected, within: 1e-5, "cross_entropy_gradient, \(what)")
            } else {
                #expect(out.values.allSatisfy { abs($0) < 1e-6 })
            }
        }
    }

    @Test("large, infinitely small and damaged logits") func extremes() throws {
        let x: [Float] = [
            500, -500, 499, 0, -.infinity, 2, -.infinity, 1, .nan, 0, 0, 0, -.infinity, -.infinity, -.infinity, 5,
        ]
        let (losses, sums) = (DeviceArray<Float>(count: 4), DeviceArray<Float>(count: 4))
        let targets: [Int32] = [2, 1, 0, 3]
        try Emulated.run(
            "cross_entropy", blocks: 4, threads: 256, DeviceArray(x), DeviceArray(targets), losses, sums, Int32(4))
        #expect(abs(losses.values[0] - 1.313_261_7) < 1e-4)
        #expect(abs(losses.values[1] - 0.313_261_7) < 1e-6)
        #expect(losses.values[2].isNaN)
        #expect(losses.values[3] == 0)
    }

    @Test("a target that is no class gives a loss that is not a number", arguments: [-1, 4]) func target(
        _ id: Int32
    )
        throws
    {
        let (losses, sums) = (DeviceArray<Float>(count: 1), DeviceArray<Float>(count: 1))
        try Emulated.run(
            "cross_entropy", blocks: 1, threads: 256, DeviceArray<Float>([1, 2, 3, 4]), DeviceArray([id]), losses, sums,
            Int32(4))
        #expect(losses.values[0].isNaN)
        #expect(abs(sums.values[0] - 4.440_189_7) < 1e-6)
    }
}

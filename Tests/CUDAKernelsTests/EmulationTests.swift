import CSynEmulatedKernels
import Testing

/// The emulation that all tests of kernels stand on.
@Suite("Emulated kernels", .serialized)
struct EmulationTests {
    @Test(
        "a warp's product of matrices loaded from shared memory is the plain product", arguments: ThreadOrder.allCases)
    func product(order: ThreadOrder) throws {
        let left = (0..<256).map { Float($0 * 7 % 9) - 4 }
        let right = (0..<128).map { Float($0 * 5 % 11) - 5 }
        let (a, b, out) = (DeviceArray(bf16: left), DeviceArray(bf16: right), DeviceArray<Float>(count: 128))
        try Emulated.run("trial_product", blocks: 1, threads: 32, order: order, a, b, out)
        var expected = [Float](repeating: 0, count: 128)
        for (row, column) in (0..<128).map({ ($0 / 8, $0 % 8) }) {
            for inner in 0..<16 { expected[row * 8 + column] += left[row * 16 + inner] * right[inner * 8 + column] }
        }
        #expect(out.values == expected)
    }

    @Test("shuffles and votes of a warp", arguments: ThreadOrder.allCases)
    func shuffles(order: ThreadOrder) throws {
        let out = DeviceArray<Int32>(count: 192)
        try Emulated.run("trial_shuffles", blocks: 1, threads: 32, order: order, out)
        let lanes = Array(Int32(0)..<32)
        let (down, up) = (lanes.map { $0 < 29 ? $0 + 3 : $0 }, lanes.map { $0 >= 3 ? $0 - 3 : $0 })
        let turned = lanes.map { $0 * 7 % 32 }
        let (votes, sums) = (lanes.map { _ in Int32(0x4924_9249) }, lanes.map { _ in Int32(496) })
        #expect(out.values == lanes.map { $0 ^ 5 } + down + up + turned + votes + sums)
    }

    @Test("barriers keep the steps of a block apart, also when threads leave", arguments: ThreadOrder.allCases)
    func barriers(order: ThreadOrder) throws {
        let out = DeviceArray<Int32>(count: 300)
        try Emulated.run(
            "trial_barrier", blocks: 3, threads: 200, sharedBytes: 800, order: order, out, Int32(77))
        let expected = (0..<300).map { place -> Int32 in Int32((place % 100 + 77) % 200) }
        #expect(out.values == expected)
    }

    @Test("shared memory begins as not-a-number, and a copy that was not waited for has not arrived")
    func forgotten() throws {
        let (from, out) = (DeviceArray<Float>([5, 6, 7, 8]), DeviceArray<Float>(count: 3))
        try Emulated.run("trial_forgotten", blocks: 1, threads: 1, from, out)
        #expect(out.values[0].isNaN && out.values[1].isNaN)
        #expect(out.values[2] == 5)
    }

    @Test("threads that wait for ever, unknown kernels and impossible sizes are told")
    func failures() {
        #expect(throws: EmulationError(code: 2)) { try Emulated.run("trial_deadlock", blocks: 1, threads: 64) }
        #expect(throws: EmulationError(code: 1)) { try Emulated.run("no_such_kernel", blocks: 1, threads: 64) }
        #expect(throws: EmulationError(code: 3)) { try Emulated.run("trial_deadlock", blocks: 1, threads: 1025) }
    }
}

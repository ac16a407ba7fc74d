import Foundation
import SynTensors
import Testing

/// Sums, conversions, activations and copies, against the CPU's operations.
@Suite("Elementwise kernels") struct ElementwiseKernelTests {
    /// Counts around pieces of 4 and 8 and around a grid's end, and shifts by which addresses miss 16 bytes.
    static let counts = [1, 3, 7, 8, 64, 1000, 2051]
    static let shifts = [0, 1, 2, 4]

    private func arrays(_ count: Int, _ shift: Int) -> (x: [Float], y: [Float], out: DeviceArray<Float>) {
        (numbers(count, "x", deviation: 2), numbers(count, "y"), DeviceArray(count: count, shift: shift * 4))
    }

    @Test("sums are the CPU's", arguments: counts, shifts) func sums(count: Int, shift: Int) throws {
        let (x, y, out) = arrays(count, shift)
        let (a, b) = (DeviceArray(x, shift: shift * 4), DeviceArray(y))
        let size = Int64(count)
        try Emulated.run("add_f32", blocks: 2, threads: 256, a, b, out, size, size)
        let sum = Tensor(x, shape: [count]) + Tensor(y, shape: [count])
        expectSame(out.values, sum.floats, "add_f32 of \(count)")

        let (long, short) = (x.map(roundedToBFloat16), y.map(roundedToBFloat16))
        let shortB = DeviceArray(bf16: y, shift: shift * 2)
        try Emulated.run("add_bf16_f32", blocks: 1, threads: 256, a, shortB, out, size)
        expectSame(out.values, zip(x, short).map { $0 + $1 }, "add_bf16_f32 of \(count)")

        let shortOut = DeviceArray<UInt16>(count: count)
        try Emulated.run("add_bf16", blocks: 1, threads: 256, DeviceArray(bf16: x), shortB, shortOut, size)
        expectSame(shortOut.widened, zip(long, short).map { roundedToBFloat16($0 + $1) }, "add_bf16 of \(count)")
    }

    @Test("a row is added to each row", arguments: [1, 3, 4, 7, 192, 1664, 700], [0, 4])
    func periods(period: Int, shift: Int) throws {
        let (rows, blocks) = (5, period == 700 ? 1 : 2)
        let (x, y) = (numbers(rows * period + 2, "x"), numbers(period, "row"))
        let out = DeviceArray<Float>(count: x.count, shift: shift)
        try Emulated.run(
            "add_f32", blocks: blocks, threads: 256, order: .fromLast, DeviceArray(x, shift: shift), DeviceArray(y),
            out,
            Int64(x.count), Int64(period))
        expectSame(out.values, x.enumerated().map { $1 + y[$0 % period] }, "add_f32, a row of \(period)")
    }

    @Test("scaled, filled and guided", arguments: counts, shifts) func scaled(count: Int, shift: Int) throws {
        let (x, y, out) = arrays(count, shift)
        let (a, b, size) = (DeviceArray(x, shift: shift * 4), DeviceArray(y), Int64(count))
        try Emulated.run("scale_f32", blocks: 1, threads: 256, a, out, size, Float(-1.7))
        expectSame(out.values, (Tensor(x, shape: [count]) * -1.7).floats, "scale_f32 of \(count)")
        try Emulated.run("fill_f32", blocks: 2, threads: 256, out, size, Float(0.3))
        expectSame(out.values, Array(repeating: 0.3, count: count), "fill_f32 of \(count)")
        try Emulated.run("guide_f32", blocks: 1, threads: 256, a, b, out, size, Float(3))
        expectClose(out.values, zip(x, y).map { $1 + ($0 - $1) * 3 }, within: 1e-6, "guide_f32 of \(count)")
    }

    @Test("an operation may write over what it reads") func inPlace() throws {
        let x = numbers(2051, "x")
        let a = DeviceArray(x)
        try Emulated.run("add_f32", blocks: 2, threads: 256, a, a, a, Int64(2051), Int64(2051))
        expectSame(a.values, x.map { $0 + $0 }, "add_f32 in place")
    }

    @Test("conversions are the CPU's to the bit", arguments: shifts) func conversions(shift: Int) throws {
        var ties: [UInt32] = []
        for upper in UInt32(0)..<64 {
            for rest in [0x3F80_8000, 0x3F80_7FFF, 0xBF80_8001] as [UInt32] { ties.append(rest + upper << 16) }
        }
        let odd: [UInt32] = [
            0, 0x8000_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F80_0001, 0xFFFF_FFFF, 0x7FBF_FFFF, 0x7F7F_FFFF,
            0x7F7F_8000, 0xFF7F_7FFF, 0x0080_0000,
        ]
        let x = numbers(1003, "x", deviation: 30) + (ties + odd).map(Float.init(bitPattern:))
        let (from, out) = (DeviceArray(x, shift: shift * 4), DeviceArray<UInt16>(count: x.count, shift: shift * 2))
        try Emulated.run("to_bf16", blocks: 2, threads: 256, from, out, Int64(x.count))
        expectSame(out.widened, Tensor(x, shape: [x.count]).converted(to: .bfloat16).floats, "to_bf16")

        // Every number of 16 bits comes back as itself; a signalling NaN, which cannot come from a number, too.
        let all = (0...UInt16.max).map { $0 }
        let widened = DeviceArray<Float>(count: all.count)
        try Emulated.run(
            "to_f32", blocks: 3, threads: 256, DeviceArray(all, shift: shift * 2), widened, Int64(all.count))
        expectSame(widened.values, all.map { Float(bitPattern: UInt32($0) << 16) }, "to_f32")
    }

    /// Subnormal numbers are kept (some CPUs' own instruction makes zeros of them).
    @Test("subnormal numbers are rounded like the others") func subnormal() throws {
        let x = (0..<1000).map { Float(bitPattern: UInt32($0) * 8191) }
        let out = DeviceArray<UInt16>(count: x.count)
        try Emulated.run("to_bf16", blocks: 1, threads: 256, DeviceArray(x), out, Int64(x.count))
        #expect(out.values == x.map(bfloat16))
    }

    @Test("activations are the CPU's", arguments: counts, shifts) func activations(count: Int, shift: Int) throws {
        let (x, _, out) = arrays(count, shift)
        let (short, shortOut) = (x.map(roundedToBFloat16), DeviceArray<UInt16>(count: count, shift: shift * 2))
        let kinds: [(name: String, kind: Activation)] = [("gelu", .gelu), ("silu", .silu), ("quick_gelu", .quickGELU)]
        for (name, kind) in kinds {
            try Emulated.run(
                name + "_f32", blocks: 1, threads: 256, DeviceArray(x, shift: shift * 4), out, Int64(count))
            let expected = Tensor(x, shape: [count]).activated(kind).floats
            expectClose(out.values, expected, within: 1e-6, "\(name)_f32 of \(count)")
            try Emulated.run(
                name + "_bf16", blocks: 2, threads: 256, DeviceArray(bf16: x, shift: shift * 2), shortOut, Int64(count))
            let shortExpected = Tensor(short, shape: [count]).activated(kind).floats
            expectClose(shortOut.widened, shortExpected, within: 0x1p-8, "\(name)_bf16 of \(count)")
        }
    }

    @Test("GELU and its gradient are exact, and the CPU's", arguments: [0, 1]) func gelu(shift: Int) throws {
        let x = (-2000...2000).map { Float($0) / 200 } + [-100, 100]
        let g = numbers(x.count, "g")
        let shares = x.map { 0.5 * erfc(-Double($0) / 2.0.squareRoot()) }
        let densities = x.map { Foundation.exp(-Double($0) * Double($0) / 2) / (2 * Double.pi).squareRoot() }
        let out = DeviceArray<Float>(count: x.count, shift: shift * 4)
        try Emulated.run("gelu_f32", blocks: 4, threads: 256, DeviceArray(x), out, Int64(x.count))
        expectClose(out.values, zip(x, shares).map { Float(Double($0) * $1) }, within: 1e-7, "gelu_f32, exact")

        try Emulated.run(
            "gelu_gradient_f32", blocks: 4, threads: 256, DeviceArray(x), DeviceArray(g), out, Int64(x.count))
        let slopes = x.indices.map { i -> Float in
            Float(Double(g[i]) * (shares[i] + Double(x[i]) * densities[i]))
        }
        expectClose(out.values, slopes, within: 3e-7, "gelu_gradient_f32, exact")

        let parameter = Tensor(x, shape: [x.count]).asParameter()
        let loss = (parameter.activated(.gelu) * Tensor(g, shape: [x.count])).sum()
        expectClose(out.values, gradients(of: loss, for: [parameter])[0].floats, within: 1e-6, "gelu_gradient_f32, CPU")

        let shortOut = DeviceArray<UInt16>(count: x.count, shift: shift * 2)
        try Emulated.run(
            "gelu_gradient_bf16", blocks: 4, threads: 256, DeviceArray(bf16: x), DeviceArray(bf16: g), shortOut,
            Int64(x.count))
        let (xs, gs) = (x.map(roundedToBFloat16), g.map(roundedToBFloat16))
        let shortSlopes = zip(xs, gs).map { x, g -> Float in
            let (x, g) = (Double(x), Double(g))
            let density = Foundation.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            return Float(g * (0.5 * erfc(-x / 2.0.squareRoot()) + x * density))
        }
        expectClose(shortOut.widened, shortSlopes, within: 0x1p-8, "gelu_gradient_bf16, exact")
    }

    @Test("what is not a number stays so in activations") func notNumbers() throws {
        let x: [Float] = [.nan, 1, -.nan, .infinity, 2]
        for name in ["gelu_f32", "silu_f32", "quick_gelu_f32"] {
            let out = DeviceArray<Float>(count: 5)
            try Emulated.run(name, blocks: 1, threads: 256, DeviceArray(x), out, Int64(5))
            #expect(out.values.map(\.isNaN) == [true, false, true, false, false], "\(name)")
            #expect(out.values[3] == .infinity, "\(name)")
        }
    }

    /// Bytes of a row, steps, and the shift of the addresses.
    static let rowSizes = [
        (2, 6, 10, 0), (32, 48, 32, 0), (28, 36, 44, 4), (26, 64, 32, 0), (64, 64, 80, 2), (4, 4, 4, 0),
    ]

    @Test("rows are copied whatever their size", arguments: rowSizes, [1, 3, 65])
    func copies(_ size: (bytes: Int, fromStep: Int, toStep: Int, shift: Int), rows: Int) throws {
        let from = DeviceArray((0..<rows * size.fromStep).map { UInt8(truncatingIfNeeded: $0 * 31) }, shift: size.shift)
        let to = DeviceArray<UInt8>(count: rows * size.toStep, shift: size.shift)
        try Emulated.run(
            "copy_rows", blocks: 1, threads: 256, from, to, Int64(rows), Int64(size.bytes), Int64(size.fromStep),
            Int64(size.toStep))
        let (read, written) = (from.values, to.values)
        for (row, place) in (0..<rows * size.toStep).map({ ($0 / size.toStep, $0 % size.toStep) }) {
            let expected = place < size.bytes ? read[row * size.fromStep + place] : 0xFF
            #expect(written[row * size.toStep + place] == expected, "row \(row), byte \(place)")
        }
    }

    @Test("rows are gathered by number", arguments: [2, 14, 28, 768, 3328], [0, 2])
    func gathers(bytes: Int, shift: Int) throws {
        let table = (0..<11 * bytes).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 256) }
        let ids = (0..<65).map { Int32($0 * 7 % 11) }
        let out = DeviceArray<UInt8>(count: ids.count * bytes, shift: shift)
        try Emulated.run(
            "gather_rows", blocks: 3, threads: 256, DeviceArray(table, shift: shift), DeviceArray(ids), out, Int64(65),
            Int64(bytes))
        let expected = ids.flatMap { id in Array(table[Int(id) * bytes..<Int(id + 1) * bytes]) }
        #expect(out.values == expected)
    }

    @Test("no numbers are no work") func nothing() throws {
        let (x, out) = (DeviceArray<Float>([]), DeviceArray<Float>([]))
        try Emulated.run("scale_f32", blocks: 1, threads: 256, x, out, Int64(0), Float(2))
        try Emulated.run("copy_rows", blocks: 1, threads: 256, x, out, Int64(0), Int64(0), Int64(0), Int64(0))
    }
}

import CSynEmulatedTiles
import CSynKernels
import SynTensors
import TestSupport
import Testing

/// The product for processors with tiles (AMX), on tiles in memory, so that every processor tests its text; on those that
/// have tiles, `PanelProductTests` hold the same of the real ones.
@Suite struct TileProductTests {
    /// Rows, inputs, outputs: parts of tiles, of blocks, of panels, of runs and of their parts left over.
    static let shapes = [
        [1, 2, 1], [16, 32, 16], [17, 34, 17], [33, 64, 257], [49, 514, 300], [5, 3402, 70], [40, 4194, 33],
        [100, 96, 520],
    ]

    private func numbers(_ count: Int, _ purpose: String) -> [UInt16] {
        var stream = RandomStream(seed: 14, purpose: purpose)
        return Tensor.normal([count], &stream).floats.map { UInt16($0.bitPattern >> 16) }
    }

    private func wide(_ number: UInt16) -> Double { Double(Float(bitPattern: UInt32(number) << 16)) }

    @Test(arguments: shapes, [true, false]) func isTheProduct(_ shape: [Int], rowsAreOuts: Bool) {
        let (rows, ins, outs) = (shape[0], shape[1], shape[2])
        let (x, w) = (numbers(rows * ins, "x"), numbers(outs * ins, "w"))
        let (bias, addend) = (numbers(outs, "bias").map(wide), numbers(rows * outs, "addend").map(wide))
        let found = Self.product(
            x, w, rows, ins, outs, rowsAreOuts, bias: bias.map { Float($0) }, addend: addend.map { Float($0) },
            from: 0, to: rows)
        var worst = 0.0
        for r in 0..<rows {
            for n in 0..<outs {
                var sum = bias[n] + addend[r * outs + n]
                var size = abs(sum)
                for k in 0..<ins {
                    let term = wide(x[r * ins + k]) * wide(w[rowsAreOuts ? n * ins + k : k * outs + n])
                    sum += term
                    size += abs(term)
                }
                worst = max(worst, abs(Double(found[r * outs + n]) - sum) / size)
            }
        }
        print("tiles \(shape), rows are outs \(rowsAreOuts): largest error", worst)
        #expect(worst < 2e-7)
    }

    /// However the rows are dealt out, a row is the same to the bit.
    @Test func aRowDependsOnNothingButItself() {
        let (rows, ins, outs) = (70, 4194, 40)
        let (x, w) = (numbers(rows * ins, "x"), numbers(outs * ins, "w"))
        let together = Self.product(x, w, rows, ins, outs, true, from: 0, to: rows)
        for (from, to) in [(0, 1), (3, 20), (35, 70)] {
            let part = Self.product(x, w, rows, ins, outs, true, from: from, to: to)
            #expect(part[from * outs..<to * outs] == together[from * outs..<to * outs])
        }
    }

    /// Products of few rows, whose weights are packed: whole blocks of rows and parts, units that fill no tile.
    @Test(arguments: [
        [1, 32, 32], [1, 2, 1], [7, 70, 33], [16, 64, 64], [17, 98, 40], [32, 832, 96], [41, 66, 65], [96, 34, 32],
    ])
    func ofFewRowsIsTheProduct(_ shape: [Int]) {
        let (rows, ins, outs) = (shape[0], shape[1], shape[2])
        let (x, w) = (numbers(rows * ins, "few x"), numbers(outs * ins, "few w"))
        let found = Self.ofFewRows(x, w, rows, ins, outs)
        var worst = 0.0
        for r in 0..<rows {
            for n in 0..<outs {
                let terms = (0..<ins).map { wide(x[r * ins + $0]) * wide(w[n * ins + $0]) }
                let size = terms.reduce(0) { $0 + abs($1) }
                worst = max(worst, abs(Double(found[r * outs + n]) - terms.reduce(0, +)) / size)
            }
        }
        print("tiles, few rows \(shape): largest error", worst)
        #expect(worst < 2e-7)
        // A row by itself is the same to the bit.
        let last = Self.ofFewRows(Array(x.suffix(ins)), w, 1, ins, outs)
        #expect(last == Array(found.suffix(outs)))
    }

    private static func ofFewRows(_ x: [UInt16], _ w: [UInt16], _ rows: Int, _ ins: Int, _ outs: Int) -> [Float] {
        let (units, panels) = (ins / 2, (outs + 31) / 32)
        var packed = [UInt16](repeating: 0, count: panels * units * 64)
        for n in 0..<outs {
            for k in 0..<ins { packed[(n / 32 * units + k / 2) * 64 + n % 32 * 2 + k % 2] = w[n * ins + k] }
        }
        return results(x, packed, count: rows * outs, room: emulated_skinny_room(rows)) { x, w, y, room in
            var product = skinny_gemm(
                type: KERNEL_BF16, rows: rows, units: units, outs: outs, x: x, x_scales: nil, w: w, w_scales: nil,
                end: kernel_epilogue(bias: nil, activation: KERNEL_IDENTITY, addend: nil, y: y, type: KERNEL_F32))
            for part in 0..<panels { emulated_skinny_run(&product, part, part + 1, room) }
        }
    }

    /// The rows from ..< to of y = x·wᵀ + bias + addend; what is not written is NaN.
    private static func product(
        _ x: [UInt16], _ w: [UInt16], _ rows: Int, _ ins: Int, _ outs: Int, _ rowsAreOuts: Bool, bias: [Float]? = nil,
        addend: [Float]? = nil, from: Int, to: Int
    ) -> [Float] {
        let kernel = emulated_tile_gemm
        return results(x, w, count: rows * outs, room: kernel.room(to - from, ins / 2)) { x, w, y, room in
            bias.unsafeBase { bias in
                addend.unsafeBase { addend in
                    var product = gemm(
                        type: KERNEL_BF16, rows: rows, units: ins / 2, outs: outs, x: x, windows: nil, w: w,
                        rows_are_outs: rowsAreOuts,
                        end: kernel_epilogue(
                            bias: bias, activation: KERNEL_IDENTITY, addend: addend, y: y, type: KERNEL_F32))
                    for panel in 0..<(outs + kernel.columns - 1) / kernel.columns {
                        kernel.run(&product, panel, panel + 1, from, to, room)
                    }
                }
            }
        }
    }

    /// What a kernel writes, of `count` numbers that were NaN before, with room of so many bytes at a place that is no
    /// multiple of a line and with something behind it.
    private static func results(
        _ x: [UInt16], _ w: [UInt16], count: Int, room size: Int,
        _ kernel: (UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void
    ) -> [Float] {
        let canary = UInt8(0x5a)
        var y = [Float](repeating: .nan, count: count)
        var room = [UInt8](repeating: canary, count: 4 + size + 64)
        x.withUnsafeBytes { x in
            w.withUnsafeBytes { w in
                y.withUnsafeMutableBytes { y in
                    room.withUnsafeMutableBytes { room in
                        guard let x = x.baseAddress, let w = w.baseAddress, let y = y.baseAddress,
                            let room = room.baseAddress
                        else { return }
                        kernel(x, w, y, room + 4)
                    }
                }
            }
        }
        #expect(room.suffix(64).allSatisfy { $0 == canary }, "the kernel wrote beyond its room")
        return y
    }
}

extension Optional<[Float]> {
    /// The array's numbers, or nil where there is none.
    fileprivate func unsafeBase(_ body: (UnsafePointer<Float>?) -> Void) {
        guard let self else { return body(nil) }
        self.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

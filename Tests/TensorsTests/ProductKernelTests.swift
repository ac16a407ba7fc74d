import CSynKernels
import Foundation
import SynTensors
import TestSupport
import Testing

/// The products of every class of processor, against plain loops in double precision.
@Suite struct ProductKernelTests: KernelSuite {
    private static let unit = Bounded.unit

    /// What a product reads, as bytes and in double precision.
    struct Factors {
        let type: kernel_type
        let rows, units, outs: Int
        let x, w: [UInt8]
        let xScales, wScales, bias, addend: [Float]
        /// Before the product's end: [rows, outs].
        let sums: [Bounded]

        /// `inner` numbers a row, and zeros up to a whole unit. `wIsTransposed`: the matrix lies as [inner, outs].
        init(_ type: kernel_type, _ rows: Int, _ inner: Int, _ outs: Int, wIsTransposed: Bool = false) {
            let terms = type == KERNEL_F32 ? 1 : 2
            let units = (inner + terms - 1) / terms, width = units * terms
            func matrix(_ rows: Int, _ purpose: String, _ round: (Float) -> Float) -> [Float] {
                let given = ProductKernelTests.numbers(rows * inner, purpose)
                return (0..<rows * width).map { $0 % width < inner ? round(given[$0 / width * inner + $0 % width]) : 0 }
            }
            func narrow(_ x: Float) -> Float { Float(bitPattern: x.bitPattern & 0xffff_0000) }
            let (ofX, ofW): ((Float) -> Float, (Float) -> Float) =
                switch type {
                case KERNEL_F32: ({ $0 }, { $0 })
                case KERNEL_BF16: (narrow, narrow)
                default: ({ ($0 * 6000).rounded() }, { max(-127, min(127, ($0 * 40).rounded())) })
                }
            let (exact, exactW) = (matrix(rows, "x", ofX), matrix(outs, "w", ofW))
            let turned = (0..<outs * width).map { exactW[$0 % outs * width + $0 / outs] }
            (self.type, self.rows, self.units, self.outs) = (type, rows, units, outs)
            x = Self.bytes(exact, type, isX: true)
            w = Self.bytes(wIsTransposed ? turned : exactW, type, isX: false)
            let isScaled = type == KERNEL_INT8
            let (s, t) = (ProductKernelTests.numbers(rows, "s"), ProductKernelTests.numbers(outs, "t"))
            (xScales, wScales) = (s, t)
            bias = ProductKernelTests.numbers(outs, "bias")
            addend = ProductKernelTests.numbers(rows * outs, "addend")
            // Whole numbers are summed exactly over runs; the runs' sums are floats.
            let roundings = isScaled ? Double(width / 512 + 6) : Double(width + 4)
            sums = (0..<rows * outs).map { place in
                let (row, out) = (place / outs, place % outs)
                var (sum, size) = (0.0, 0.0)
                for k in 0..<width {
                    let product = Double(exact[row * width + k]) * Double(exactW[out * width + k])
                    (sum, size) = (sum + product, size + abs(product))
                }
                let scale = isScaled ? Double(s[row]) * Double(t[out]) : 1
                return Bounded(sum * scale, within: roundings * Bounded.unit * size * abs(scale))
            }
        }

        private static func bytes(_ values: [Float], _ type: kernel_type, isX: Bool) -> [UInt8] {
            func all<Number>(_ numbers: [Number]) -> [UInt8] { numbers.withUnsafeBytes { Array($0) } }
            switch (type, isX) {
            case (KERNEL_F32, _): return all(values)
            case (KERNEL_BF16, _): return all(values.map { UInt16($0.bitPattern >> 16) })
            case (_, true): return all(values.map { Int16($0) })
            default: return all(values.map { Int8($0) })
            }
        }
    }

    /// What becomes of the sums.
    struct End: Sendable {
        var hasBias = true
        var activation = KERNEL_IDENTITY
        var hasAddend = false
        var isNarrow = false

        func callAsFunction(_ factors: Factors) -> [Bounded] {
            factors.sums.enumerated().map { place, sum in
                var y = hasBias ? sum + Double(factors.bias[place % factors.outs]) : sum
                if activation == KERNEL_GELU { y = y.gelu }
                if activation == KERNEL_QUICK_GELU { y = y.quickGELU }
                if hasAddend { y = y + Double(factors.addend[place]) }
                return isNarrow ? y.narrowed : y
            }
        }
    }

    static let ends = [
        End(), End(hasBias: false), End(activation: KERNEL_GELU, hasAddend: true),
        End(activation: KERNEL_QUICK_GELU, isNarrow: true), End(hasAddend: true, isNarrow: true),
    ]
    static let types = [KERNEL_F32.rawValue, KERNEL_BF16.rawValue, KERNEL_INT8.rawValue]
    /// Rows, inputs, outputs: parts of units, of tiles, of runs and of panels left over.
    static let shapes = [
        [1, 1, 1], [3, 7, 33], [17, 1667, 65], [1, 2049, 3], [3, 1025, 17], [17, 5, 100], [1, 1031, 209],
    ]

    private static func skinny(
        _ kernel: skinny_gemm_kernels, _ factors: Factors, _ end: End, from first: Int = 0, count: Int
    ) -> [Float] {
        let panels = (factors.outs + kernel.columns - 1) / kernel.columns
        let width = factors.w.count / factors.outs / factors.units
        var packed = [UInt8](repeating: 0, count: panels * kernel.columns * factors.units * width)
        kernel.pack(factors.w, factors.outs, factors.units, width, 0, panels, &packed)
        return withEnd(factors, end, from: first, count: count) { finish, x in
            factors.xScales.withUnsafeBufferPointer { scales in
                packed.withUnsafeBytes { packed in
                    factors.wScales.withUnsafeBufferPointer { wScales in
                        guard let packed = packed.baseAddress else { return }
                        var product = skinny_gemm(
                            type: factors.type, rows: count, units: factors.units, outs: factors.outs, x: x,
                            x_scales: scales.baseAddress.map { $0 + first }, w: packed, w_scales: wScales.baseAddress,
                            end: finish)
                        withRoom(kernel.room(count, factors.units, factors.type)) {
                            kernel.run(&product, 0, panels, panels, $0)
                        }
                    }
                }
            }
        }
    }

    private static func panelled(
        _ kernel: gemm_kernels, _ factors: Factors, _ end: End, rowsAreOuts: Bool, from first: Int = 0, count: Int
    ) -> [Float] {
        withEnd(factors, end, from: 0, count: factors.rows) { finish, x in
            factors.w.withUnsafeBytes { w in
                guard let w = w.baseAddress else { return }
                var product = gemm(
                    type: factors.type, rows: factors.rows, units: factors.units, outs: factors.outs, x: x,
                    windows: nil, w: w,
                    rows_are_outs: rowsAreOuts, end: finish)
                withRoom(kernel.room(count, factors.units)) { room in
                    for panel in 0..<(factors.outs + kernel.columns - 1) / kernel.columns {
                        kernel.run(&product, panel, panel + 1, first, first + count, room)
                    }
                }
            }
        }
    }

    /// Calls `body` with a product's end, which writes rows of y, and x from the row `first` on.
    private static func withEnd(
        _ factors: Factors, _ end: End, from first: Int, count: Int, _ body: (kernel_epilogue, UnsafeRawPointer) -> Void
    ) -> [Float] {
        func run(_ y: UnsafeMutableRawPointer) {
            factors.bias.withUnsafeBufferPointer { bias in
                factors.addend.withUnsafeBufferPointer { addend in
                    factors.x.withUnsafeBytes { x in
                        guard let x = x.baseAddress else { return }
                        let finish = kernel_epilogue(
                            bias: end.hasBias ? bias.baseAddress : nil, activation: end.activation,
                            addend: end.hasAddend ? addend.baseAddress.map { $0 + first * factors.outs } : nil, y: y,
                            type: end.isNarrow ? KERNEL_BF16 : KERNEL_F32)
                        body(finish, x + first * factors.units * 4)
                    }
                }
            }
        }
        let size = count * factors.outs
        return end.isNarrow ? shorts(size) { run($0) } : floats(size) { run($0) }
    }

    /// Products of few rows, in every class that has them, and each row alone to the bit.
    @Test(arguments: types, StreamedProductTests.shapes + shapes) func fewRows(_ type: UInt32, _ shape: [Int]) {
        let factors = Factors(kernel_type(type), shape[0], shape[1], shape[2])
        for (number, end) in Self.ends.enumerated() {
            Self.expectWithin(end(factors), "skinny product of type \(type), \(shape), end \(number)") { t in
                guard let kernel = t.skinny_gemm?.pointee else { return nil }
                let found = Self.skinny(kernel, factors, end, count: factors.rows)
                for row in 0..<factors.rows {
                    let alone = Self.skinny(kernel, factors, end, from: row, count: 1)
                    #expect(alone == Array(found[row * factors.outs..<(row + 1) * factors.outs]))
                }
                if number == 0 {
                    let closeness = Closeness(found, end(factors).map { Float($0.value) })
                    #expect(closeness.within(3e-6), "\(shape): \(closeness)")
                }
                return found
            }
        }
    }

    /// Products of many rows with a matrix as it lies, either way round, and each row alone to the bit.
    @Test(
        .enabled(if: tables.contains { $0.gemm != nil }, "no class of this processor has such products"),
        arguments: [KERNEL_F32.rawValue, KERNEL_BF16.rawValue], shapes + [[50, 834, 131]])
    func manyRows(_ type: UInt32, _ shape: [Int]) {
        for rowsAreOuts in [true, false] {
            let factors = Factors(kernel_type(type), shape[0], shape[1], shape[2], wIsTransposed: !rowsAreOuts)
            for (number, end) in Self.ends.enumerated() {
                let name =
                    "product of type \(type), \(shape), \(rowsAreOuts ? "rows" : "columns") are outputs, end \(number)"
                Self.expectWithin(end(factors), name) { t in
                    guard let kernel = t.gemm?.pointee else { return nil }
                    let found = Self.panelled(kernel, factors, end, rowsAreOuts: rowsAreOuts, count: factors.rows)
                    for row in 0..<factors.rows {
                        let own = row * factors.outs..<(row + 1) * factors.outs
                        let alone = Self.panelled(
                            kernel, factors, end, rowsAreOuts: rowsAreOuts, from: row, count: 1)
                        #expect(alone[own] == found[own])
                    }
                    return found
                }
            }
        }
    }

    /// Classes whose products are chains of fused products in one order, whatever their registers: the same bits.
    private static var chained: [kernel_table] {
        tables.filter { [KERNELS_NEON, KERNELS_NEONBF16, KERNELS_AVX2, KERNELS_AVX512].contains($0.level) }
    }

    /// One output's sum as a plain loop: term after term over each run, then the runs one after another.
    private static func chain(_ factors: Factors, _ row: Int, _ out: Int, runs: [Range<Int>]) -> Float {
        let width = factors.units * (factors.type == KERNEL_BF16 ? 2 : 1)
        func number(_ bytes: [UInt8], _ place: Int) -> Float {
            bytes.withUnsafeBytes {
                factors.type == KERNEL_BF16
                    ? Float(bitPattern: UInt32($0.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self)) << 16)
                    : $0.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)
            }
        }
        let sums = runs.map { run in
            run.reduce(Float(0)) {
                $0.addingProduct(number(factors.w, out * width + $1), number(factors.x, row * width + $1))
            }
        }
        return sums.dropFirst().reduce(sums[0], +)
    }

    /// Products of many rows are a plain loop's to the bit, so one class's are another's.
    @Test(
        .enabled(if: !chained.isEmpty, "no class of this processor sums in this order"),
        arguments: [KERNEL_F32.rawValue, KERNEL_BF16.rawValue], [[3, 7, 33], [25, 1026, 17], [50, 834, 131]])
    func manyRowsAreChains(_ type: UInt32, _ shape: [Int]) {
        let factors = Factors(kernel_type(type), shape[0], shape[1], shape[2])
        let terms = type == KERNEL_BF16.rawValue ? 2 : 1
        let count = (factors.units * terms + 255) / 256, length = (factors.units + count - 1) / count
        let runs = stride(from: 0, to: factors.units, by: length).map {
            terms * $0..<terms * min($0 + length, factors.units)
        }
        let expected = (0..<shape[0] * shape[2]).map {
            Self.chain(factors, $0 / shape[2], $0 % shape[2], runs: runs)
        }
        for table in Self.chained {
            guard let kernel = table.gemm?.pointee else { continue }
            let found = Self.panelled(kernel, factors, End(hasBias: false), rowsAreOuts: true, count: shape[0])
            let isSame = found == expected
            #expect(isSame, "\(String(cString: table.name)), \(shape)")
        }
    }
}

import CSynEmulatedKernels
import SynTensors
import Testing

/// Convolutions that gather their windows, against sums in double precision.
@Suite("Kernels for convolutions", .serialized)
struct ConvolutionKernelTests {
    /// A kernel and what its blocks make.
    struct Kernel: CustomTestStringConvertible, Sendable {
        let name: String
        let outs: Int
        var rows: Int { 128 }
        var isOfGroups: Bool { name.contains("wgmma") }
        var isOfPatches: Bool { name.contains("patches") }
        var takesNarrow: Bool { name.contains("bf16") }
        var givesNarrow: Bool { name.hasSuffix("bf16") }
        var testDescription: String { name }
    }

    static let kernels = [
        Kernel(name: "convolve_f32_f32", outs: 128),
        Kernel(name: "convolve_bf16_f32", outs: 128),
        Kernel(name: "convolve_bf16_bf16", outs: 128),
        Kernel(name: "convolve_few_f32_f32", outs: 16),
        Kernel(name: "convolve_few_bf16_f32", outs: 16),
        Kernel(name: "convolve_few_bf16_bf16", outs: 16),
    ]

    static let kernelsOfGroups = ["f32", "bf16"].map {
        Kernel(name: "convolve_wgmma_bf16_\($0)", outs: 128)
    }

    struct Shape: CustomTestStringConvertible, Sendable {
        var batch = 2, height = 12, width = 13, ins = 16, outs = 20
        var kernelHeight = 3, kernelWidth = 3, stride = 1, top = 1, left = 1, bottom = 1, right = 1
        var doubled = false
        var seen: (height: Int, width: Int) { doubled ? (2 * height, 2 * width) : (height, width) }
        var out: (height: Int, width: Int) {
            (
                (seen.height + top + bottom - kernelHeight) / stride + 1,
                (seen.width + left + right - kernelWidth) / stride + 1
            )
        }
        var rows: Int { batch * out.height * out.width }
        var testDescription: String {
            "\(batch)×\(height)×\(width), \(ins) → \(outs), \(kernelHeight)×\(kernelWidth) by \(stride)"
                + (doubled ? ", doubled" : "")
        }
    }

    static let shapes = [
        Shape(), Shape(batch: 1, height: 4, width: 4, ins: 40, outs: 131, doubled: true),
        Shape(batch: 1, height: 8, ins: 24, outs: 3, stride: 2, top: 0, left: 0),
        Shape(
            batch: 3, height: 4, width: 4, ins: 8, outs: 33, kernelHeight: 2, kernelWidth: 1, left: 0, right: 0),
    ]

    /// The last two have whole tiles in each image, whose moments are told too.
    static let shapesOfGroups = [
        Shape(ins: 64), Shape(batch: 1, height: 4, width: 5, ins: 128, outs: 131, doubled: true),
        Shape(batch: 1, height: 8, ins: 64, outs: 3, stride: 2, top: 0, left: 0),
        Shape(batch: 2, height: 8, width: 16, ins: 64, outs: 128),
        Shape(
            batch: 1, height: 16, width: 16, ins: 128, outs: 256, kernelHeight: 2, kernelWidth: 1, top: 0, left: 0,
            bottom: 1, right: 0),
    ]

    static let kernelsOfPatches = ["f32", "bf16"].map {
        Kernel(name: "convolve_patches_bf16_\($0)", outs: 128)
    }

    /// Some have whole tiles in each image, one has more steps than there are slots, one fewer tiles than blocks.
    static let shapesOfPatches = [
        Shape(batch: 3, ins: 64, outs: 128), Shape(batch: 2, height: 32, width: 16, ins: 64, outs: 128),
        Shape(batch: 1, height: 16, width: 8, ins: 192, outs: 256),
        Shape(batch: 1, height: 16, width: 16, ins: 64, outs: 128, doubled: true),
        Shape(batch: 2, height: 4, width: 5, ins: 128, outs: 128, doubled: true),
        Shape(
            batch: 2, height: 16, width: 16, ins: 128, outs: 128, kernelHeight: 2, kernelWidth: 1, top: 0, left: 0,
            bottom: 1, right: 0),
    ]

    @Test("by patches of images: sums, bias and what they are added to", arguments: kernelsOfPatches, shapesOfPatches)
    func convolutionByPatches(_ kernel: Kernel, _ s: Shape) throws { try convolution(kernel, s) }

    @Test("by groups of warps: sums, bias and what they are added to", arguments: kernelsOfGroups, shapesOfGroups)
    func convolutionByGroups(_ kernel: Kernel, _ s: Shape) throws { try convolution(kernel, s) }

    @Test("sums, bias and what they are added to", arguments: kernels, shapes)
    func convolution(_ kernel: Kernel, _ s: Shape) throws {
        func numbers(_ count: Int, _ seed: Int) -> [Float] {
            (0..<count).map { Float(($0 * 7919 + seed) % 1009) / 504 - 1 }
        }
        // Of doubled images, the patches' filters are sums of up to four: exact in BFloat16 if these are sixteenths.
        let isSummed = kernel.isOfPatches && s.doubled
        let x = numbers(s.batch * s.height * s.width * s.ins, 1)
        let w = numbers(s.outs * s.kernelHeight * s.kernelWidth * s.ins, 2).map {
            isSummed ? ($0 * 16).rounded() / 16 : $0
        }
        let (bias, addend) = (numbers(s.outs, 3), numbers(s.rows * s.outs, 4))
        let (narrowX, narrowW) = (DeviceArray(bf16: x), DeviceArray(bf16: w))
        let images: any EmulatedArgument = kernel.takesNarrow ? narrowX : DeviceArray(x)
        let filters: any EmulatedArgument =
            isSummed
            ? try doubledTiles(s, narrowW.widened)
            : kernel.isOfGroups || kernel.isOfPatches
                ? try tiles(s, narrowW.widened) : kernel.takesNarrow ? narrowW : DeviceArray(w)
        let truth = sums(s, kernel.takesNarrow ? narrowX.widened : x, kernel.takesNarrow ? narrowW.widened : w)
        for (order, isAdded) in [(ThreadOrder.fromFirst, true), (.fromLast, false)] {
            let wide = DeviceArray<Float>(count: s.rows * s.outs), narrow = DeviceArray<UInt16>(count: s.rows * s.outs)
            // Patches are added to where the result is Float32, as whoever calls wants it.
            let isMore = isAdded && !(kernel.isOfPatches && kernel.givesNarrow)
            let added: any EmulatedArgument = isMore ? DeviceArray(addend) : NullArgument()
            let offset: any EmulatedArgument = isAdded ? DeviceArray(bias) : NullArgument()
            let result: any EmulatedArgument = kernel.givesNarrow ? narrow : wide
            let convolve = kernel.isOfPatches ? convolveByPatches : convolveByTiles
            let moments = try convolve(kernel, s, [images, filters, offset, added, result], order)
            let found = kernel.givesNarrow ? narrow.widened : wide.values
            var (difference, size) = (0.0, 0.0)
            for (place, sum) in truth.enumerated() {
                let expected = sum + (isAdded ? Double(bias[place % s.outs]) : 0) + (isMore ? Double(addend[place]) : 0)
                difference += (Double(found[place]) - expected) * (Double(found[place]) - expected)
                size += expected * expected
            }
            // Not-a-number is not below either.
            #expect((difference / size).squareRoot() < (kernel.givesNarrow ? 3e-3 : 1e-6), "\(order)")
            if moments.count > 0 {
                expectMoments(moments.values, of: kernel.isOfPatches ? inPatches(s, found) : found, outs: s.outs)
            }
        }
    }

    /// What a kernel of tiles of rows gives; moments are empty where it tells none.
    private func convolveByTiles(
        _ kernel: Kernel, _ s: Shape, _ operands: [any EmulatedArgument], _ order: ThreadOrder
    ) throws -> DeviceArray<Double> {
        let n = [
            s.rows, s.seen.height, s.seen.width, s.ins, s.kernelHeight, s.kernelWidth, s.stride, s.top, s.left,
            s.out.height, s.out.width, s.doubled ? 1 : 0, s.outs,
        ].map(Int32.init)
        let perImage = s.out.height * s.out.width
        let moments = DeviceArray<Double>(
            count: kernel.isOfGroups && perImage % 128 == 0 && s.outs % 128 == 0 ? s.rows / 128 * 2 * s.outs : 0)
        let table: [any EmulatedArgument] =
            kernel.isOfGroups ? [moments.count > 0 ? moments as any EmulatedArgument : NullArgument()] : []
        try Emulated.run(
            kernel.name, blocks: (s.rows + kernel.rows - 1) / kernel.rows * ((s.outs + kernel.outs - 1) / kernel.outs),
            threads: 256, sharedBytes: 3 * (kernel.rows + kernel.outs) * 128 + (kernel.isOfGroups ? 64 : 0),
            order: order, operands + table + n)
        return moments
    }

    /// The same for patches, by two blocks that stay.
    private func convolveByPatches(
        _ kernel: Kernel, _ s: Shape, _ operands: [any EmulatedArgument], _ order: ThreadOrder
    ) throws -> DeviceArray<Double> {
        let (lines, columns) = s.doubled ? (s.height, s.width) : s.out
        let isWhole = lines % 16 == 0 && columns % 8 == 0
        let moments = DeviceArray<Double>(count: isWhole ? s.rows / 128 * 2 * s.outs : 0)
        let n = [
            s.batch, s.height, s.width, s.ins, s.doubled ? 2 : s.kernelHeight, s.doubled ? 2 : s.kernelWidth, s.top,
            s.left, lines, columns, s.doubled ? 1 : 0, s.outs,
        ].map(Int32.init)
        try Emulated.run(
            kernel.name, blocks: 2, threads: 384, sharedBytes: DeviceConvolution.patchesSharedBytes, order: order,
            operands + [isWhole ? moments as any EmulatedArgument : NullArgument()] + n)
        return moments
    }

    /// Filters [outs, cells, ins] in the order of checkpoints, then as the tiles that groups of warps read.
    private func tiles(_ s: Shape, _ w: [Float]) throws -> DeviceArray<UInt16> {
        let cells = s.kernelHeight * s.kernelWidth
        let tiled = DeviceArray<UInt16>(count: (s.outs + 127) / 128 * 128 * cells * s.ins)
        try Emulated.run(
            "tile_filters_bf16", blocks: 3, threads: 256, DeviceArray(bf16: stored(s, w)), tiled, Int32(s.outs),
            Int32(s.ins), Int32(cells))
        return tiled
    }

    /// The same for each corner of the places that a doubled pixel makes.
    private func doubledTiles(_ s: Shape, _ w: [Float]) throws -> DeviceArray<UInt16> {
        let tiled = DeviceArray<UInt16>(count: 16 * s.outs * s.ins)
        try Emulated.run(
            "double_filters_bf16", blocks: 3, threads: 256, DeviceArray(bf16: stored(s, w)), tiled, Int32(s.outs),
            Int32(s.ins))
        return tiled
    }

    private func stored(_ s: Shape, _ w: [Float]) -> [Float] {
        let cells = s.kernelHeight * s.kernelWidth
        return (0..<w.count).map { place -> Float in
            let (out, channel, cell) = (place / cells / s.ins, place / cells % s.ins, place % cells)
            return w[(out * cells + cell) * s.ins + channel]
        }
    }

    /// Rows [batch, height, width, outs] in the order of patches: image, corner, then 16 lines of 8 places each.
    private func inPatches(_ s: Shape, _ x: [Float]) -> [Float] {
        let factor = s.doubled ? 2 : 1
        let (lines, columns) = s.doubled ? (s.height, s.width) : s.out
        var rows: [Float] = []
        for patch in 0..<s.rows / 128 {
            let (column, above) = (patch % (columns / 8), patch / (columns / 8))
            let (line, corner) = (above % (lines / 16), above / (lines / 16) % (factor * factor))
            let image = above / (lines / 16) / (factor * factor)
            for place in 0..<128 {
                let y = (line * 16 + place / 8) * factor + corner / 2
                let at = ((image * s.out.height + y) * s.out.width + (column * 8 + place % 8) * factor + corner % 2)
                rows += x[at * s.outs..<(at + 1) * s.outs]
            }
        }
        return rows
    }

    /// Σ x and Σ x² of each 128 rows of what was written.
    private func expectMoments(_ table: [Double], of x: [Float], outs: Int) {
        for part in 0..<x.count / outs / 128 {
            for out in 0..<outs {
                let column = (0..<128).map { Double(x[(part * 128 + $0) * outs + out]) }
                let expected = [column.reduce(0, +), column.reduce(0) { $0 + $1 * $1 }]
                for kind in 0..<2 {
                    let error = abs(table[(part * 2 + kind) * outs + out] - expected[kind])
                    #expect(error < 1e-5 * (expected[1] + 1), "part \(part), out \(out), power \(kind + 1)")
                }
            }
        }
    }

    private func sums(_ s: Shape, _ x: [Float], _ w: [Float]) -> [Double] {
        let perFilter = s.kernelHeight * s.kernelWidth * s.ins
        return (0..<s.rows * s.outs).map { place in
            let (row, out) = (place / s.outs, place % s.outs)
            let (line, column) = (row / s.out.width, row % s.out.width)
            let (image, y, x0) = (
                line / s.out.height, line % s.out.height * s.stride - s.top, column * s.stride - s.left
            )
            var sum = 0.0
            for cell in 0..<s.kernelHeight * s.kernelWidth {
                let sourceY = y + cell / s.kernelWidth, sourceX = x0 + cell % s.kernelWidth
                guard (0..<s.seen.height).contains(sourceY), (0..<s.seen.width).contains(sourceX) else { continue }
                let (pixelY, pixelX) = s.doubled ? (sourceY / 2, sourceX / 2) : (sourceY, sourceX)
                let from = ((image * s.height + pixelY) * s.width + pixelX) * s.ins
                let to = out * perFilter + cell * s.ins
                for channel in 0..<s.ins { sum += Double(x[from + channel]) * Double(w[to + channel]) }
            }
            return sum
        }
    }
}

import CSynEmulatedKernels
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// What stands before and between the products of networks for images.
@Suite("Kernels for images", .serialized)
struct ImageKernelTests {
    /// A convolution's window over images, and how its images lie.
    struct Window: CustomTestStringConvertible, Sendable {
        var batch = 2, height = 5, width = 6, channels = 3
        var kernelHeight = 3, kernelWidth = 3, stride = 1
        var top = 1, left = 1, bottom = 1, right = 1
        var doubled = false
        var testDescription: String {
            "\(batch)×\(height)×\(width)×\(channels), \(kernelHeight)×\(kernelWidth) by \(stride), "
                + "zeros \(top) \(left) \(bottom) \(right), \(doubled ? "doubled" : "plain")"
        }

        var seen: (height: Int, width: Int) { doubled ? (2 * height, 2 * width) : (height, width) }
        var out: (height: Int, width: Int) {
            (
                (seen.height + top + bottom - kernelHeight) / stride + 1,
                (seen.width + left + right - kernelWidth) / stride + 1
            )
        }
        var inner: Int { kernelHeight * kernelWidth * channels }

        /// Rows by the definition, with zeros up to `step`.
        func rows(of image: [Float], step: Int) -> [Float] {
            var rows: [Float] = []
            for place in 0..<batch * out.height * out.width {
                let (sample, y, x) = (
                    place / (out.height * out.width), place / out.width % out.height, place % out.width
                )
                for cell in 0..<kernelHeight * kernelWidth {
                    let row = y * stride - top + cell / kernelWidth, column = x * stride - left + cell % kernelWidth
                    for channel in 0..<channels {
                        let isInside = (0..<seen.height).contains(row) && (0..<seen.width).contains(column)
                        let (line, pixel) = doubled ? (row / 2, column / 2) : (row, column)
                        rows.append(
                            isInside ? image[((sample * height + line) * width + pixel) * channels + channel] : 0)
                    }
                }
                rows += [Float](repeating: 0, count: step - inner)
            }
            return rows
        }
    }

    static let windows = [
        Window(), Window(channels: 8), Window(channels: 8, doubled: true), Window(doubled: true),
        Window(height: 6, channels: 16, stride: 2, top: 0, left: 0),
        Window(channels: 4, kernelHeight: 1, kernelWidth: 2, left: 0),
    ]

    @Test("windows of images become rows, from any row on", arguments: windows)
    func rowsOfWindows(_ window: Window) throws {
        let image = (0..<window.batch * window.height * window.width * window.channels).map { Float($0 % 251 - 120) }
        let count = window.batch * window.out.height * window.out.width
        for (isNarrow, step) in [(false, window.inner), (true, (window.inner + 7) / 8 * 8)] {
            let expected = window.rows(of: image, step: step)
            for (first, rows) in [(0, count), (count / 3, count / 2)] {
                let numbers = [
                    window.seen.height, window.seen.width, window.channels, window.kernelHeight, window.kernelWidth,
                    window.stride, window.top, window.left, window.out.height, window.out.width,
                    window.doubled ? 1 : 0, step,
                ].map(Int32.init)
                let found: [Float]
                if isNarrow {
                    let out = DeviceArray<UInt16>(count: rows * step)
                    try layOut("im2col_bf16", DeviceArray(bf16: image), out, first, rows, numbers)
                    found = out.widened
                } else {
                    let out = DeviceArray<Float>(count: rows * step)
                    try layOut("im2col_f32", DeviceArray(image), out, first, rows, numbers)
                    found = out.values
                }
                #expect(found == Array(expected[first * step..<(first + rows) * step]), "bf16: \(isNarrow), \(first)")
            }
        }
    }

    private func layOut(
        _ kernel: String, _ images: any EmulatedArgument, _ out: any EmulatedArgument, _ first: Int, _ rows: Int,
        _ n: [Int32]
    ) throws {
        try Emulated.run(
            kernel, blocks: 3, threads: 256, images, out, Int32(first), Int32(rows), n[0], n[1], n[2], n[3], n[4],
            n[5], n[6], n[7], n[8], n[9], n[10], n[11])
    }

    @Test("filters are turned, with zeros behind them")
    func filters() throws {
        let (outs, ins, cells, step) = (3, 5, 9, 48)
        let filters = (0..<outs * ins * cells).map { Float($0 - 60) }
        let out = DeviceArray<Float>(count: outs * step), narrow = DeviceArray<UInt16>(count: outs * step)
        let sizes = [outs, ins, cells, step].map(Int32.init)
        try Emulated.run(
            "turn_filters_f32", blocks: 1, threads: 256, DeviceArray(filters), out, sizes[0], sizes[1], sizes[2],
            sizes[3])
        try Emulated.run(
            "turn_filters_bf16", blocks: 1, threads: 256, DeviceArray(bf16: filters), narrow, sizes[0], sizes[1],
            sizes[2], sizes[3])
        let expected = (0..<outs * step).map { place -> Float in
            let (row, cell, channel) = (place / step, place % step / ins, place % step % ins)
            return cell < cells ? filters[(row * ins + channel) * cells + cell] : 0
        }
        #expect(out.values == expected)
        #expect(narrow.widened == expected)
    }

    @Test("pixels are repeated in both directions", arguments: [3, 8], [2, 3])
    func repeated(channels: Int, factor: Int) throws {
        let (lines, width) = (4, 5)
        let image = (0..<lines * width * channels).map(Float.init)
        let out = DeviceArray<Float>(count: image.count * factor * factor)
        try Emulated.run(
            "repeat_pixels", blocks: 2, threads: 256, DeviceArray(image), out, Int64(lines), Int32(width),
            Int32(channels * 4), Int32(factor))
        let wide = width * factor
        #expect(
            out.values
                == (0..<out.count).map { place in
                    let (line, x, channel) = (place / channels / wide, place / channels % wide, place % channels)
                    return image[(line / factor * width + x / factor) * channels + channel]
                })
    }

    @Test("shares of rows, also where a number is none", arguments: [5, 300])
    func softmax(width: Int) throws {
        var scores = (0..<3 * width).map { Float($0 * 37 % 101) / 10 - 5 }
        scores[2 * width + 1] = .nan
        let out = DeviceArray<Float>(count: scores.count), narrow = DeviceArray<UInt16>(count: scores.count)
        try Emulated.run(
            "softmax_rows_f32", blocks: 3, threads: 256, DeviceArray(scores), out, Int32(width), Float(0.7))
        try Emulated.run(
            "softmax_rows_bf16", blocks: 3, threads: 256, DeviceArray(scores), narrow, Int32(width), Float(0.7))
        for row in 0..<2 {
            let shares = scores[row * width..<(row + 1) * width].map { exp(0.7 * Double($0)) }
            let sum = shares.reduce(0, +)
            for (place, share) in shares.enumerated() {
                let (found, expected) = (Double(out.values[row * width + place]), share / sum)
                #expect(abs(found - expected) <= 1e-6 * expected)
                #expect(abs(Double(narrow.widened[row * width + place]) - expected) <= 0.004 * expected)
            }
        }
        #expect(!out.values[(2 * width)...].contains { !$0.isNaN })
    }

    @Test("the place of the largest is the first of equals, and of what is no number", arguments: ThreadOrder.allCases)
    func argmax(order: ThreadOrder) throws {
        let width = 700
        var rows = (0..<6).map { row in (0..<width).map { Float(($0 * 31 + row) % 97) - 200 } }
        rows[1][699] = 5
        rows[2][300] = 7
        rows[2][44] = 7
        rows[3][600] = .nan
        rows[3][500] = .nan
        rows[3][20] = .infinity
        rows[4] = [Float](repeating: -.infinity, count: width)
        rows[5][0] = 9
        let out = DeviceArray<Int32>(count: 6)
        try Emulated.run(
            "argmax_rows", blocks: 6, threads: 256, order: order, DeviceArray(rows.flatMap { $0 }), out, Int32(width))
        let plain = rows[0].indices.max { rows[0][$0] < rows[0][$1] || (rows[0][$0] == rows[0][$1] && $0 > $1) }
        #expect(out.values == [Int32(plain ?? -1), 699, 44, 500, 0, 0])
    }
}

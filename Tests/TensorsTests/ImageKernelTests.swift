import CSynKernels
import Foundation
import SynTensors
import Testing

/// The kernels over channels-last images of every class of processor, against plain loops in double precision.
@Suite struct ImageKernelTests: KernelSuite {
    static let channels = [1, 3, 17, 33, 70]
    private static let unit = Bounded.unit

    /// Squares are summed about the first of 64 pixels, in float, and those sums in double.
    @Test(arguments: channels, [1, 3, 17, 130]) func moments(_ channels: Int, _ pixels: Int) {
        let wide = Self.numbers(pixels * channels, "x").map { $0 + 5 }
        let narrow = Self.rounded(pixels * channels, "short")
        func expected(_ x: [Double]) -> [Bounded] {
            var (sums, squares) = ([Bounded](), [Bounded]())
            for channel in 0..<channels {
                var (sum, ofSum, square, ofSquare) = (0.0, 0.0, 0.0, 0.0)
                for first in stride(from: 0, to: pixels, by: 64) {
                    let own = (first..<min(first + 64, pixels)).map { x[$0 * channels + channel] }
                    let away = own.map { $0 - own[0] }
                    let ofRest = 65 * Self.unit * away.reduce(0) { $0 + abs($1) }
                    sum += own.reduce(0, +)
                    ofSum += ofRest
                    square += own.reduce(0) { $0 + $1 * $1 }
                    ofSquare += 68 * Self.unit * away.reduce(0) { $0 + $1 * $1 } + 2 * abs(own[0]) * ofRest
                }
                sums.append(Bounded(sum, within: ofSum + Self.unit * abs(sum)))   // and as floats here
                squares.append(Bounded(square, within: ofSquare + Self.unit * square))
            }
            return sums + squares
        }
        func run(_ t: kernel_table, _ x: UnsafeRawPointer, _ type: kernel_type) -> [Float] {
            var (sums, squares) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
            t.moments(x, type, pixels, channels, &sums, &squares)
            return (sums + squares).map { Float($0) }
        }
        Self.expectWithin(expected(Self.doubles(wide)), "moments \(pixels)·\(channels)") { run($0, wide, KERNEL_F32) }
        Self.expectWithin(expected(Self.doubles(narrow)), "moments of bf16 \(pixels)·\(channels)") {
            run($0, narrow, KERNEL_BF16)
        }
    }

    @Test(arguments: channels, [true, false]) func affines(_ channels: Int, _ silu: Bool) {
        let (pixels, count) = (3, 3 * channels)
        let (wide, narrow) = (Self.numbers(count, "x").map { $0 * 4 }, Self.rounded(count, "short"))
        let (factors, offsets) = (Self.numbers(channels, "factors"), Self.numbers(channels, "offsets"))
        /// The power's own error: of Taylor's polynomial to the seventh degree, or to the fourth where the result is
        /// bf16.
        func expected(_ x: [Double], isNarrow: Bool) -> [Bounded] {
            x.indices.map { i in
                let (factor, offset) = (Double(factors[i % channels]), Double(offsets[i % channels]))
                let y = Bounded(x[i], within: 0) * factor + offset
                guard silu else { return isNarrow ? y.narrowed : y }
                let power = exp(-y.value), share = power / (1 + power)
                let ofPower = (isNarrow ? 5e-5 : 6e-9) + (5 + 2 * abs(y.value)) * Self.unit
                let result = y.value / (1 + power)
                let bound = Bounded(result, within: 1.1 * y.bound + abs(result) * (share * ofPower + 3 * Self.unit))
                return isNarrow ? bound.narrowed : bound
            }
        }
        let name = silu ? "affine and SiLU" : "affine"
        Self.expectWithin(expected(Self.doubles(wide), isNarrow: false), "\(name) \(channels)") { t in
            Self.floats(count) { t.affine(wide, KERNEL_F32, $0, KERNEL_F32, pixels, channels, factors, offsets, silu) }
        }
        Self.expectWithin(expected(Self.doubles(wide), isNarrow: true), "\(name) to bf16 \(channels)") { t in
            Self.shorts(count) { t.affine(wide, KERNEL_F32, $0, KERNEL_BF16, pixels, channels, factors, offsets, silu) }
        }
        Self.expectWithin(expected(Self.doubles(narrow), isNarrow: false), "\(name) of bf16 \(channels)") { t in
            Self.floats(count) {
                t.affine(narrow, KERNEL_BF16, $0, KERNEL_F32, pixels, channels, factors, offsets, silu)
            }
        }
        Self.expectWithin(expected(Self.doubles(narrow), isNarrow: true), "\(name) of and to bf16 \(channels)") { t in
            Self.shorts(count) {
                t.affine(narrow, KERNEL_BF16, $0, KERNEL_BF16, pixels, channels, factors, offsets, silu)
            }
        }
    }

    /// To nearest, ties to even; a sum of two is rounded once, or twice where it becomes bfloat16: the same bits
    /// everywhere.
    @Test(arguments: channels) func conversionsAndSums(_ count: Int) {
        func rounded(_ x: Float) -> Float {
            let bits = x.bitPattern
            return Float(bitPattern: (bits &+ 0x7fff &+ bits >> 16 & 1) & 0xffff_0000)
        }
        // Every other one is a tie.
        let x = Self.numbers(count, "x").enumerated().map { i, x in
            i % 2 == 0 ? x : Float(bitPattern: x.bitPattern & 0xffff_0000 | 0x8000)
        }
        let (y, short, other) = (Self.numbers(count, "y"), Self.rounded(count, "short"), Self.rounded(count, "other"))
        func exactly(_ values: [Float]) -> [Bounded] { values.map { Bounded(Double($0), within: 0) } }
        func sums(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { Float(Double($0) + Double($1)) } }
        Self.expectWithin(exactly(x.map(rounded) + Self.wide(short) + x), "convert \(count)") { t in
            Self.shorts(count) { t.convert(x, KERNEL_F32, $0, KERNEL_BF16, count) }
                + Self.floats(count) { t.convert(short, KERNEL_BF16, $0, KERNEL_F32, count) }
                + Self.floats(count) { t.convert(x, KERNEL_F32, $0, KERNEL_F32, count) }
        }
        Self.expectWithin(exactly(sums(x, y) + sums(x, Self.wide(short))), "add to floats \(count)") { t in
            var (one, two) = (x, x)
            t.add(&one, KERNEL_F32, y, KERNEL_F32, count)
            t.add(&two, KERNEL_F32, short, KERNEL_BF16, count)
            return one + two
        }
        let narrow = (sums(Self.wide(short), y) + sums(Self.wide(short), Self.wide(other))).map(rounded)
        Self.expectWithin(exactly(narrow), "add to bf16 \(count)") { t in
            var (one, two) = (short, short)
            t.add(&one, KERNEL_BF16, y, KERNEL_F32, count)
            t.add(&two, KERNEL_BF16, other, KERNEL_BF16, count)
            return Self.wide(one + two)
        }
    }

    /// Windows of 3 · 2 pixels in rows of 5.
    @Test(arguments: channels) func windows(_ channels: Int) {
        let (rows, columns, stride) = (3, 2, 5 * channels)
        let (wide, narrow) = (Self.numbers(rows * stride, "x"), Self.rounded(rows * stride, "short"))
        func expected(_ x: [Double]) -> (largest: [Bounded], sum: [Bounded]) {
            let windows = (0..<channels).map { channel in
                (0..<rows * columns).map { x[$0 / columns * stride + $0 % columns * channels + channel] }
            }
            return (
                windows.map { Bounded($0.max() ?? 0, within: 0) },
                windows.map {
                    let size = $0.reduce(0) { $0 + abs($1) } / 6
                    return Bounded(
                        $0.reduce(0, +) * Double(Float(1) / 6), within: Double(rows * columns + 1) * Self.unit * size)
                }
            )
        }
        let (ofWide, ofNarrow) = (expected(Self.doubles(wide)), expected(Self.doubles(narrow)))
        Self.expectWithin(ofWide.largest + ofWide.sum, "windows \(channels)") { t in
            Self.floats(channels) { t.window_largest(wide, KERNEL_F32, rows, columns, stride, channels, $0) }
                + Self.floats(channels) { t.window_sum(wide, KERNEL_F32, rows, columns, stride, channels, 1 / 6, $0) }
        }
        Self.expectWithin(ofNarrow.largest + ofNarrow.sum.map(\.narrowed), "windows of bf16 \(channels)") { t in
            Self.shorts(channels) { t.window_largest(narrow, KERNEL_BF16, rows, columns, stride, channels, $0) }
                + Self.shorts(channels) {
                    t.window_sum(narrow, KERNEL_BF16, rows, columns, stride, channels, 1 / 6, $0)
                }
        }
    }
}

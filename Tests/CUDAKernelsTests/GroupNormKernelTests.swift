import CSynEmulatedKernels
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Group norm in its three steps, against the definition in double precision.
@Suite("Group norm's kernels", .serialized)
struct GroupNormKernelTests {
    struct Sizes: CustomTestStringConvertible, Sendable {
        var samples = 2, pixels = 150, channels = 32, groups = 32, partPixels = 64
        /// What all numbers are moved by.
        var middle: Float = 0.5
        var testDescription: String { "\(samples)×\(pixels)×\(channels), \(groups) groups around \(middle)" }
        var parts: Int { (pixels + partPixels - 1) / partPixels }
    }

    static let sizes = [
        Sizes(), Sizes(channels: 64, groups: 4), Sizes(pixels: 64, channels: 512),
        Sizes(pixels: 7, channels: 24, groups: 3),
        Sizes(samples: 1, pixels: 66, channels: 1032, groups: 2), Sizes(channels: 64, middle: 4096),
    ]

    @Test("in both types, with and without SiLU", arguments: sizes, ThreadOrder.allCases)
    func norm(_ s: Sizes, order: ThreadOrder) throws {
        var state: UInt32 = 7
        func number() -> Float {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(state >> 8) / Float(1 << 24) - 0.5
        }
        let x = (0..<s.samples * s.pixels * s.channels).map { _ in number() * 3 + s.middle }
        let (scale, shift) = ((0..<s.channels).map { _ in number() + 1 }, (0..<s.channels).map { _ in number() })
        let narrowX = DeviceArray(bf16: x)
        for isNarrow in [false, true] where !isNarrow || s.middle < 1 {
            let seen = isNarrow ? narrowX.widened : x
            let input: any EmulatedArgument = isNarrow ? narrowX : DeviceArray(x)
            let ending = isNarrow ? "bf16" : "f32"
            let factors = try factors(s, input, ending, scale, shift, order)
            for silu in [false, true] {
                let expected = normed(s, seen, scale, shift, silu: silu)
                let wide = DeviceArray<Float>(count: x.count), narrow = DeviceArray<UInt16>(count: x.count)
                try apply("group_norm_\(ending)_f32", s, input, factors, wide, silu, order, isNarrow)
                try apply("group_norm_\(ending)_bf16", s, input, factors, narrow, silu, order, isNarrow)
                // A number far from zero is itself known to 2⁻²⁴ of its size only.
                let allowed = 4e-6 + 6e-7 * Double(abs(s.middle))
                #expect(farthest(wide.values, expected) < allowed, "\(ending), silu: \(silu)")
                // The nearest number of BFloat16 to the exact one, or the other where both are all but equally near.
                let rounding = zip(narrow.widened, expected).reduce(0) {
                    max($0, (abs(Double($1.0) - $1.1) - allowed) / max(abs($1.1), 1e-30))
                }
                #expect(rounding <= 1.001 / 256, "\(ending) to bf16, silu: \(silu)")
                if !silu { #expect(narrow.values == wide.values.map(bfloat16)) }
            }
        }
    }

    private func farthest(_ found: [Float], _ expected: [Double]) -> Double {
        zip(found, expected).reduce(0) { max($0, ($1.0.isNaN ? .infinity : abs(Double($1.0) - $1.1))) }
    }

    private func blocks(_ s: Sizes, _ isNarrow: Bool) -> Int { (s.channels / (isNarrow ? 8 : 4) + 255) / 256 }

    private func factors(
        _ s: Sizes, _ x: any EmulatedArgument, _ ending: String, _ scale: [Float], _ shift: [Float],
        _ order: ThreadOrder
    ) throws -> DeviceArray<Float> {
        let table = DeviceArray<Double>(count: s.samples * s.parts * 2 * s.channels)
        let factors = DeviceArray<Float>(count: s.samples * 2 * s.channels)
        let (pixels, channels, part) = (Int32(s.pixels), Int32(s.channels), Int32(s.partPixels))
        try Emulated.run(
            "group_norm_moments_\(ending)", blocks: s.parts, s.samples, blocks(s, ending == "bf16"), threads: 256,
            order: order, x, table, pixels, channels, part)
        try Emulated.run(
            "group_norm_factors_\(ending)", blocks: s.groups, s.samples, threads: 256, order: order, x, table,
            DeviceArray(scale), DeviceArray(shift), factors, pixels, channels, Int32(s.groups), part, Int32(s.parts),
            Float(1e-6))
        return factors
    }

    private func apply(
        _ kernel: String, _ s: Sizes, _ x: any EmulatedArgument, _ factors: DeviceArray<Float>,
        _ out: any EmulatedArgument, _ silu: Bool, _ order: ThreadOrder, _ isNarrow: Bool
    ) throws {
        try Emulated.run(
            kernel, blocks: s.parts, s.samples, blocks(s, isNarrow), threads: 256, order: order, x, factors, out,
            Int32(s.pixels), Int32(s.channels), Int32(s.partPixels), Int32(silu ? 1 : 0))
    }

    private func normed(_ s: Sizes, _ x: [Float], _ scale: [Float], _ shift: [Float], silu: Bool) -> [Double] {
        var out = [Double](repeating: 0, count: x.count)
        let perGroup = s.channels / s.groups
        for sample in 0..<s.samples {
            for group in 0..<s.groups {
                let places = (0..<s.pixels * perGroup).map { i in
                    (sample * s.pixels + i / perGroup) * s.channels + group * perGroup + i % perGroup
                }
                let mean = places.reduce(0) { $0 + Double(x[$1]) } / Double(places.count)
                let variance = places.reduce(0) { $0 + (Double(x[$1]) - mean) * (Double(x[$1]) - mean) }
                let deviation = (variance / Double(places.count) + Double(Float(1e-6))).squareRoot()
                for place in places {
                    let channel = place % s.channels
                    let y = (Double(x[place]) - mean) / deviation * Double(scale[channel]) + Double(shift[channel])
                    out[place] = silu ? y / (1 + exp(-y)) : y
                }
            }
        }
        return out
    }
}

import SynTensors
import TestSupport
import Testing

/// The kernels of attention, emulated, against the formulas in double precision and the CPU's attention.
@Suite("Attention kernels", .serialized)
struct AttentionTests {
    /// Sizes at and beside the edges of warps' and blocks' rows, and the main case's 257.
    static let times = [1, 3, 17, 64, 65, 130, 257]
    static let headSizes = [8, 16, 32, 64, 104, 128]

    static func cases(headSize: Int) -> [AttentionSizes] {
        times.enumerated().flatMap { index, time in
            [false, true].map { isCausal in
                let isLong = time > 100
                return AttentionSizes(
                    batch: isLong ? 1 : 1 + index % 3, time: time, heads: isLong && headSize > 32 ? 1 : 1 + index % 4,
                    headSize: headSize, isCausal: isCausal)
            }
        }
    }

    /// How far off the result, and the gradient's parts, may be: in BFloat16 as far as the rounding of shares, of
    /// gradients of scores, and of what is written explains; 2⁻⁹ at most each.
    struct Tolerance {
        let out, gradient: Double
        static let float32 = Tolerance(out: 1e-5, gradient: 1e-5)
        static let bfloat16 = Tolerance(out: 0.004, gradient: 0.008)
    }

    private func check<Number: KernelNumber>(_: Number.Type, headSize: Int, _ tolerance: Tolerance) throws {
        var (worstOut, worstSums, worstParts) = (0.0, 0.0, [0.0, 0.0, 0.0])
        for sizes in Self.cases(headSize: headSize) {
            let (input, g) = (sizes.input, sizes.slope)
            let exact = ExactAttention(sizes, queryKeyValue: input, g: g)
            let launch = AttentionLaunch<Number>(
                sizes, order: sizes.isCausal ? .fromLast : .fromFirst, input: input, g: g)
            try launch.forward()
            try launch.backward()
            #expect(launch.areSound, "\(sizes): a kernel wrote beside its arrays")
            let out = relativeError(launch.out.values.map(\.widened), exact.out)
            let sums = relativeError(launch.sums.values, exact.sums)
            #expect(out < tolerance.out && sums < 1e-5, "\(sizes): result off by \(out), its sums by \(sums)")
            let gradient = launch.gradient.values.map(\.widened)
            let whole = exact.gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let parts = (0..<3).map { part in
                let places = gradient.indices.filter { $0 / sizes.hidden % 3 == part }
                // A single key's share is one whatever its score, whose gradient is zero: compared with the whole.
                return relativeError(
                    places.map { gradient[$0] }, places.map { exact.gradient[$0] }, least: sizes.time == 1 ? whole : 0)
            }
            #expect(
                parts.allSatisfy { $0 < tolerance.gradient },
                "\(sizes): gradients of queries, keys, values off by \(parts)")
            (worstOut, worstSums) = (max(worstOut, out), max(worstSums, sums))
            worstParts = zip(worstParts, parts).map(max)
        }
        print(
            "attention\(Number.suffix), heads of \(headSize): relative errors of result \(worstOut),",
            "sums \(worstSums), gradients of queries, keys, values \(worstParts)")
    }

    @Test("in Float32, result, sums and gradients are those of the formulas", arguments: headSizes)
    func float32(headSize: Int) throws { try check(Float.self, headSize: headSize, .float32) }

    @Test("in BFloat16, they are off by what rounding explains", arguments: headSizes)
    func bfloat16(headSize: Int) throws { try check(UInt16.self, headSize: headSize, .bfloat16) }

    @Test("result and gradients are those of the CPU's attention", arguments: [false, true])
    func sameAsOnTheCPU(isCausal: Bool) throws {
        let sizes = AttentionSizes(batch: 2, time: 77, heads: 2, headSize: 104, isCausal: isCausal)
        let (input, g) = (sizes.input, sizes.slope)
        let parameter = Tensor(input, shape: [sizes.batch, sizes.time, 3 * sizes.hidden]).asParameter()
        let out = attention(queryKeyValue: parameter, heads: sizes.heads, mask: isCausal ? .causal : .none)
        let slope = Tensor(g, shape: [sizes.batch, sizes.time, sizes.hidden])
        let gradient = gradients(of: (out * slope).sum(), for: [parameter])[0]
        func check<Number: KernelNumber>(_: Number.Type, _ tolerance: Tolerance) throws {
            let launch = AttentionLaunch<Number>(sizes, order: .fromFirst, input: input, g: g)
            try launch.forward()
            try launch.backward()
            let errors = [(launch.out, out), (launch.gradient, gradient)].map { numbers, exact in
                relativeError(numbers.values.map(\.widened), exact.floats.map(Double.init))
            }
            #expect(errors[0] < tolerance.out && errors[1] < tolerance.gradient)
        }
        try check(Float.self, .float32)
        try check(UInt16.self, .bfloat16)
    }

    @Test("numbers are the same to the bit in any order of threads, and without sums")
    func isDeterministic() throws {
        let sizes = AttentionSizes(batch: 1, time: 100, heads: 2, headSize: 104, isCausal: true)
        let (input, g) = (sizes.input, sizes.slope)
        let launches = ThreadOrder.allCases.map { AttentionLaunch<UInt16>(sizes, order: $0, input: input, g: g) }
        for launch in launches {
            try launch.forward()
            try launch.backward()
        }
        #expect(launches[0].out.values == launches[1].out.values)
        #expect(launches[0].gradient.values == launches[1].gradient.values)
        let alone = AttentionLaunch<UInt16>(sizes, order: .fromFirst, input: input, g: g)
        try alone.forward(keepingSums: false)
        #expect(alone.out.values == launches[0].out.values)
        #expect(alone.sums.values.filter { !$0.isNaN }.isEmpty)
    }

    @Test("the gradient is the same in one launch or two", arguments: [false, true])
    func oneLaunchOrTwo(isCausal: Bool) throws {
        let sizes = AttentionSizes(batch: 2, time: 130, heads: 2, headSize: 32, isCausal: isCausal)
        func check<Number: KernelNumber & Equatable>(_: Number.Type) throws {
            let gradients = try [true, false].map { together in
                let launch = AttentionLaunch<Number>(sizes, order: .fromFirst, input: sizes.input, g: sizes.slope)
                try launch.forward()
                try launch.backward(together: together)
                return launch.gradient.values
            }
            #expect(gradients[0] == gradients[1])
        }
        try check(Float.self)
        try check(UInt16.self)
    }

    @Test("scores far apart neither overflow nor vanish")
    func largeScores() throws {
        let sizes = AttentionSizes(batch: 1, time: 70, heads: 1, headSize: 64, isCausal: true)
        let (input, g) = (sizes.input.map { $0 * 16 }, sizes.slope)
        let exact = ExactAttention(sizes, queryKeyValue: input, g: g)
        let launch = AttentionLaunch<UInt16>(sizes, order: .fromFirst, input: input, g: g)
        try launch.forward()
        try launch.backward()
        let error = relativeError(launch.out.values.map(\.widened), exact.out)
        #expect(error < Tolerance.bfloat16.out)
        #expect(launch.gradient.values.filter { !$0.widened.isFinite }.isEmpty)
    }

    @Test("a query that is not a number leaves the others alone")
    func notANumber() throws {
        let sizes = AttentionSizes(batch: 1, time: 40, heads: 1, headSize: 16, isCausal: true)
        var input = sizes.input
        input[21 * 3 * sizes.hidden + 5] = .nan   // position 21's query
        let narrow = AttentionLaunch<UInt16>(sizes, order: .fromFirst, input: input, g: sizes.slope)
        let wide = AttentionLaunch<Float>(sizes, order: .fromFirst, input: input, g: sizes.slope)
        try narrow.forward()
        try wide.forward()
        for values in [narrow.out.values.map(\.widened), wide.out.values] {
            for (place, x) in values.enumerated() { #expect(x.isNaN == (place / sizes.hidden == 21)) }
        }
    }
}

import SynTensors
import TestSupport
import Testing

/// What frozen convolution networks are made of, in Float32 and BFloat16, against the operations of training.
@Suite struct FrozenImageTests {
    private func made(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 11, purpose: purpose)
        return .normal(shape, &stream)
    }

    /// Numbers that BFloat16 has.
    private func narrow(_ x: Tensor) -> Tensor { x.converted(to: .bfloat16).converted(to: .float32) }

    /// What came in BFloat16 is the exact number rounded once, sums in another order aside.
    private func expectRounded(
        _ found: Tensor, _ exact: Tensor, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.elementType == .bfloat16 && found.shape == exact.shape, "\(what)", sourceLocation: sourceLocation)
        let values = exact.floats
        let scale = values.map(abs).max() ?? 0
        var worst: Float = 0
        for (a, e) in zip(found.floats, values) { worst = max(worst, abs(a - e) / (abs(e) / 256 + scale * 1e-5)) }
        print("\(what): \(worst) of what rounding may do")
        #expect(worst <= 1, "\(what)", sourceLocation: sourceLocation)
    }

    struct Case: Sendable, CustomStringConvertible {
        var ins = 64, outs = 64, side = 24, size = 3, stride = 1
        var activation = Activation.identity
        var description: String { "\(ins)→\(outs), \(size)×\(size) on \(side), stride \(stride), \(activation)" }
    }

    @Test(arguments: [
        Case(), Case(ins: 32, outs: 96, side: 33, activation: .relu), Case(ins: 48, outs: 80, side: 35),
        Case(ins: 3, outs: 32), Case(ins: 128, outs: 3, side: 16), Case(outs: 128, side: 65, activation: .silu),
        Case(ins: 48, outs: 32, side: 9, size: 1), Case(ins: 32, outs: 48, side: 16, stride: 2, activation: .silu),
    ])
    func frozenConvolutionsGiveWhatTrackedOnesGive(_ test: Case) {
        let weight = narrow(made([test.outs, test.ins, test.size, test.size], "weight") * 0.1)
        let (x, bias) = (narrow(made([3, test.side, test.side, test.ins], "images")), made([test.outs], "bias"))
        let padding = Padding(test.size / 2)
        let exact = x.convolved(
            weight.asParameter(), bias, stride: test.stride, padding: padding, then: test.activation
        ).detached
        func frozen(_ x: Tensor, _ weight: Tensor, _ output: ElementType) -> Tensor {
            x.convolved(weight, bias, stride: test.stride, padding: padding, then: test.activation, output: output)
        }
        expectClose(frozen(x, weight, .float32), exact, "\(test), Float32")
        let halves = (x: x.converted(to: .bfloat16), weight: weight.converted(to: .bfloat16))
        expectClose(frozen(halves.x, halves.weight, .float32), exact, "\(test), of BFloat16")
        expectRounded(frozen(halves.x, halves.weight, .bfloat16), exact, "\(test), in BFloat16")
        expectRounded(frozen(x, weight, .bfloat16), exact, "\(test), rounded after Float32")
    }

    @Test(arguments: [
        [32, 32, 3, 3], [200, 32, 1, 1], [48, 32, 1, 7], [48, 32, 7, 1], [32, 32, 5, 5], [20, 32, 3, 3],
    ])
    func imagesDoNotDependOnTheirBatch(_ shape: [Int]) {
        let (x, weight) = (made([5, 40, 33, 32], "many"), made(shape, "weight") * 0.1)
        let padding = Padding(vertical: shape[2] / 2, horizontal: shape[3] / 2)
        let all = x.convolved(weight, padding: padding, then: .relu)
        expectClose(all, x.convolved(weight.asParameter(), padding: padding, then: .relu).detached, "\(shape)")
        for image in [0, 2, 4] {
            let alone = x.slice(axis: 0, from: image, to: image + 1).convolved(weight, padding: padding, then: .relu)
            #expect(alone.floats == all.slice(axis: 0, from: image, to: image + 1).floats)
        }
    }

    @Test func aDoublingConvolutionIsADoublingAndAConvolution() {
        let weight = narrow(made([32, 48, 3, 3], "weight") * 0.1)
        let (x, bias) = (narrow(made([2, 7, 10, 48], "images")), made([32], "bias"))
        let exact = x.upsampledNearest(by: 2).convolved(weight.asParameter(), bias, padding: Padding(1)).detached
        let kernels = DoublingKernels(weight, as: .float32)
        expectClose(x.doubledAndConvolved(kernels, bias), exact, "doubled and convolved")
        expectRounded(x.doubledAndConvolved(kernels, bias, output: .bfloat16), exact, "doubled and convolved, rounded")
        let halves = DoublingKernels(weight, as: .bfloat16)
        expectClose(
            x.converted(to: .bfloat16).doubledAndConvolved(halves, bias), exact, "doubled and convolved in BFloat16",
            within: 5e-3)   // sums of weights are rounded
    }

    /// Channels that fill no lanes, groups of several sizes, a mean far from zero.
    @Test(arguments: [(24, 3, Float(0)), (128, 32, 0), (40, 40, -3), (7, 1, 2), (64, 32, 100)])
    func frozenGroupNormGivesWhatTheTrackedOneGives(_ channels: Int, _ groups: Int, _ mean: Float) {
        let x = narrow(made([2, 37, 41, channels], "images \(channels)") + mean)
        let (scale, shift) = (made([channels], "scale"), made([channels], "shift"))
        for activation in [Activation.identity, .silu, .relu] {
            let what = "\(channels) channels, \(groups) groups, mean \(mean), \(activation)"
            let exact = x.asParameter().groupNorm(
                groups: groups, scale: scale, shift: shift, epsilon: 1e-6, then: activation
            ).detached
            func frozen(_ x: Tensor, _ output: ElementType) -> Tensor {
                x.groupNorm(groups: groups, scale: scale, shift: shift, epsilon: 1e-6, then: activation, output: output)
            }
            let half = x.converted(to: .bfloat16)
            expectClose(frozen(x, .float32), exact, what)
            expectClose(frozen(half, .float32), exact, "\(what), of BFloat16")
            expectRounded(frozen(x, .bfloat16), exact, "\(what), rounded")
            expectRounded(frozen(half, .bfloat16), exact, "\(what), in BFloat16")
        }
    }

    /// Single precision would lose half the digits of a variance that is a ten-thousandth of the squared mean.
    @Test func statisticsKeepTheirDigitsFarFromZero() {
        let x = made([1, 64, 64, 32], "far") + 100
        let found = x.groupNorm(groups: 4, scale: .full([32], 1), shift: .zeros([32]), epsilon: 0).floats
        let values = x.floats.map(Double.init)
        for group in 0..<4 {
            let places = values.indices.filter { $0 % 32 / 8 == group }
            let mean = places.reduce(0) { $0 + values[$1] } / Double(places.count)
            let variance = places.reduce(0) { $0 + (values[$1] - mean) * (values[$1] - mean) } / Double(places.count)
            let worst = places.map { abs(Double(found[$0]) - (values[$0] - mean) / variance.squareRoot()) }.max() ?? 0
            print("group \(group) at a mean of 100: \(worst)")
            #expect(worst < 2e-5)   // two roundings of numbers near 100
        }
    }

    /// Every kind of number in every place of a window, what is not a number in both signs.
    @Test func theLargestOfAWindowMayBeAnything() {
        let kinds: [Float] = [
            1, -1, 0, -0.0, .infinity, -.infinity, .nan, -.nan, Float(bitPattern: 0xffc0_0000), 3e38, -3e38,
            .leastNonzeroMagnitude * 0x1p17,
            -.leastNonzeroMagnitude * 0x1p17,
        ]
        let channels = kinds.count * kinds.count
        let values = (0..<4 * channels).map { i -> Float in
            let (place, channel) = (i / channels, i % channels)
            return place == 1 ? kinds[channel / kinds.count] : place == 2 ? kinds[channel % kinds.count] : -.infinity
        }
        let x = Tensor(values, shape: [1, 2, 2, channels]).converted(to: .bfloat16)
        let exact = x.converted(to: .float32).maxPooled(size: 2, stride: 2).floats
        for (found, expected) in zip(x.maxPooled(size: 2, stride: 2).floats, exact) {
            #expect(found == expected || (found.isNaN && expected.isNaN))
        }
        #expect(exact.count(where: \.isNaN) == channels - 100)
    }

    @Test func poolsOfBFloat16AreThoseOfFloat32() {
        for channels in [5, 16, 40] {
            let x = narrow(made([2, 11, 8, channels], "pooled"))
            let half = x.converted(to: .bfloat16)
            let largest = half.maxPooled(size: 3, stride: 2, padding: 1)
            #expect(largest.elementType == .bfloat16)
            #expect(largest.floats == x.maxPooled(size: 3, stride: 2, padding: 1).floats)
            for counts in [true, false] {
                let exact = x.averagePooled(size: 3, stride: 1, padding: 1, countsPadding: counts)
                expectRounded(
                    half.averagePooled(size: 3, stride: 1, padding: 1, countsPadding: counts), exact,
                    "average of \(channels) channels")
            }
            #expect(half.upsampledNearest(by: 3).floats == x.upsampledNearest(by: 3).floats)
            #expect(concatenated([half, half], axis: 3).floats == concatenated([x, x], axis: 3).floats)
        }
    }

    @Test func sumsInPlaceStayUnseenByOthers() {
        let types: [(ElementType, ElementType)] = [
            (.float32, .bfloat16), (.bfloat16, .float32), (.bfloat16, .bfloat16),
        ]
        for (left, right) in types {
            let x = narrow(made([3, 1000], "left")).converted(to: left)
            let y = narrow(made([3, 1000], "right")).converted(to: right)
            let before = x.floats
            var sum = x
            sum += y
            #expect(x.floats == before)
            #expect(sum.elementType == left)
            let exact = x.converted(to: .float32) + y.converted(to: .float32)
            if left == .bfloat16 { expectRounded(sum, exact, "sum in BFloat16") }
            if left == .float32 { #expect(sum.floats == exact.floats) }
            let reshaped = sum.reshaped([3000])
            sum += y
            #expect(sum.floats != reshaped.floats)
        }
        let leaf = made([4], "leaf").asParameter()
        var total = leaf * 2
        total += leaf
        #expect(gradients(of: total.sum(), for: [leaf])[0].floats == [3, 3, 3, 3])
    }

    @Test(arguments: [ElementType.float32, .bfloat16]) func whatIsNotANumberStaysSo(_ type: ElementType) {
        var values = [Float](repeating: 1, count: 2 * 4 * 4 * 24)
        for i in values.indices { values[i] = Float(i % 7) }
        values[24 * 5 + 3] = .nan
        values[4 * 4 * 24 + 24 * 5 + 23] = Float(bitPattern: 0x7fff_ffff)
        let x = Tensor(values, shape: [2, 4, 4, 24]).converted(to: type)
        let nan = x.floats.map(\.isNaN)
        #expect(nan.count { $0 } == 2)
        #expect(x.converted(to: .bfloat16).floats.map(\.isNaN) == nan)
        for output in [ElementType.float32, .bfloat16] {
            let (scale, shift) = (Tensor.full([24], 1), Tensor.zeros([24]))
            let normed = x.groupNorm(
                groups: 3, scale: scale, shift: shift, epsilon: 1e-6, then: .silu, output: output
            ).floats
            for (place, value) in normed.enumerated() {
                let (image, group) = (place / (16 * 24), place % 24 / 8)
                #expect(value.isNaN == (image == 0 ? group == 0 : group == 2))
            }
        }
        for pooled in [x.maxPooled(size: 2, stride: 2), x.averagePooled(size: 2, stride: 2)] {
            #expect(pooled.floats.count(where: \.isNaN) == 2)
        }
        var sum = x
        sum += x
        #expect(sum.floats.map(\.isNaN) == nan)
        let weight = Tensor.full([24, 24, 1, 1], 0.5).converted(to: type)
        let seen = x.convolved(weight, output: type).floats
        #expect(seen.count(where: \.isNaN) == 2 * 24)
    }
}

import SynTensors
import TestSupport
import Testing

/// What is not a number stays so, as in PyTorch: a damaged network must not come out with sound numbers.
@Suite struct NotANumberTests {
    static let activations: [Activation] = [.relu, .gelu, .quickGELU, .silu, .tanh, .sigmoid, .geluTanh, .identity]
    static let types: [ElementType] = [.float32, .bfloat16]

    private func numbers(_ shape: [Int], seed: UInt64 = 7) -> Tensor {
        var stream = RandomStream(seed: seed, purpose: "not a number", index: 0)
        return Tensor((0..<shape.reduce(1, *)).map { _ in stream.normal() }, shape: shape)
    }

    /// The same with one element that is `value`.
    private func spoilt(_ tensor: Tensor, at place: Int, with value: Float = .nan) -> Tensor {
        var floats = tensor.floats
        floats[place] = value
        return Tensor(floats, shape: tensor.shape)
    }

    /// Where a tensor's numbers are none.
    private func places(_ tensor: Tensor) -> [Int] {
        let floats = tensor.converted(to: .float32).floats
        return floats.indices.filter { floats[$0].isNaN }
    }

    @Test(arguments: activations, types)
    func activation(_ activation: Activation, _ type: ElementType) {
        for place in [0, 20, 36] {
            let found = spoilt(numbers([37]), at: place).converted(to: type).activated(activation)
            #expect(places(found) == [place], "\(activation) of \(type)")
        }
    }

    @Test func reluOfInfinity() {
        #expect(
            Tensor([-.infinity, -1, -0.0, 0, 2, .infinity], shape: [6]).activated(.relu).floats == [
                0, 0, 0, 0, 2, .infinity,
            ])
    }

    /// Products with what follows them in one pass: a row of x that is spoilt spoils its row and no other, a row of the
    /// weights its column.
    @Test(arguments: activations, types)
    func linear(_ activation: Activation, _ type: ElementType) {
        for (rows, ins, outs) in [(5, 24, 19), (64, 64, 128), (1, 96, 32)] {
            let (x, w, bias) = (numbers([rows, ins]), numbers([outs, ins], seed: 8), numbers([outs], seed: 9))
            let row = rows / 2
            let output = type == .bfloat16 ? [ElementType.float32, .bfloat16] : [.float32]
            for output in output {
                let byRow = spoilt(x, at: row * ins + 3).linear(
                    w.converted(to: type), bias, then: activation, output: output)
                #expect(places(byRow) == Array(row * outs..<(row + 1) * outs), "\(activation) of \(type), a row")
                let byColumn = x.linear(
                    spoilt(w, at: 5 * ins + 1).converted(to: type), bias, then: activation, output: output)
                #expect(places(byColumn) == (0..<rows).map { $0 * outs + 5 }, "\(activation) of \(type), a column")
                let byBias = x.linear(w.converted(to: type), spoilt(bias, at: 2), then: activation, output: output)
                #expect(places(byBias) == (0..<rows).map { $0 * outs + 2 }, "\(activation) of \(type), a bias")
            }
        }
    }

    /// Kernels of one pixel, of nine by their plain sum and by Winograd's, and with steps of two.
    @Test(arguments: activations, types)
    func convolution(_ activation: Activation, _ type: ElementType) {
        for (channels, outs, size, stride) in [(5, 7, 1, 1), (3, 8, 3, 1), (32, 32, 3, 1), (16, 24, 3, 2)] {
            let (x, w) = (numbers([2, 20, 20, channels]), numbers([outs, channels, size, size], seed: 8))
            let bias = numbers([outs], seed: 9)
            let padding = Padding(size / 2)
            let byWeight = x.convolved(
                spoilt(w, at: (outs - 1) * channels * size * size).converted(to: type), bias, stride: stride,
                padding: padding,
                then: activation, output: type)
            let last = (0..<byWeight.count).filter { $0 % outs == outs - 1 }
            // At a border the spoilt weight may meet padding, which PyTorch multiplies too, or leaves out.
            #expect(
                Set(places(byWeight)).isSubset(of: last) && places(byWeight).count > last.count / 2,
                "\(activation) of \(type)")
            let byBias = x.convolved(
                w.converted(to: type), spoilt(bias, at: 1), stride: stride, padding: padding, then: activation,
                output: type)
            #expect(places(byBias) == (0..<byBias.count).filter { $0 % outs == 1 }, "\(activation) of \(type)")
            let byPixel = spoilt(x, at: (7 * 20 + 9) * channels).convolved(
                w.converted(to: type), bias, stride: stride, padding: padding, then: activation, output: type)
            let found = places(byPixel)
            #expect(
                found.count >= outs && found.allSatisfy { $0 < byPixel.count / 2 }, "\(activation) of \(type), a pixel")
        }
    }

    /// A slope of 2⁻⁶⁰ stands in for oneDNN's ReLU: what it leaves below zero is nothing.
    @Test(arguments: types) func reluAfterAProductIsZero(_ type: ElementType) {
        let x = numbers([64, 48])
        let found = x.linear(numbers([40, 48], seed: 8).converted(to: type), nil, then: .relu).floats
        #expect(found.contains { $0 > 1 } && found.allSatisfy { $0 >= 0 || $0 > -1e-15 })
        let map = numbers([1, 12, 12, 16]).convolved(
            numbers([24, 16, 3, 3], seed: 8).converted(to: type), nil, then: .relu, output: type
        ).converted(to: .float32).floats
        #expect(map.contains { $0 > 1 } && map.allSatisfy { $0 >= 0 || $0 > -1e-15 })
    }

    @Test(arguments: types) func pools(_ type: ElementType) {
        let images = spoilt(numbers([1, 6, 6, 17]), at: (2 * 6 + 2) * 17 + 3).converted(to: type)
        for pooled in [images.maxPooled(size: 3, stride: 2), images.averagePooled(size: 3, stride: 2)] {
            #expect(places(pooled) == (0..<pooled.count / 17).map { $0 * 17 + 3 }, "\(type)")
        }
    }

    @Test func rows() {
        let x = spoilt(numbers([3, 21]), at: 21 + 4)
        let row = Array(21..<42)
        #expect(places(x.softmax()) == row && places(x.logSoftmax()) == row && places(x.l2Normalised()) == row)
        #expect(places(x.sum(axis: -1)) == [1] && places(x.sum()) == [0])
        #expect(places(x.layerNorm(scale: numbers([21]), shift: numbers([21]), epsilon: 1e-5)) == row)
        #expect(x.argmax().integers[1] == 4, "PyTorch's argmax finds what is not a number")
        #expect(spoilt(x, at: 21 + 9).argmax().integers[1] == 4, "and the first of them")
    }

    @Test func eachElement() {
        let x = spoilt(numbers([40]).absolute() + 0.5, at: 33)
        for found in [
            x.exp(), x.log(), x.squareRoot(), x.squared(), x.absolute(), x.clamped(from: 0.7), x + 1, x * 2, x * x,
            x / x,
        ] {
            #expect(places(found) == [33])
        }
    }

    @Test(arguments: types) func groupNorm(_ type: ElementType) {
        for activation in [Activation.identity, .silu] {
            let x = spoilt(numbers([2, 4, 4, 32]), at: 5).converted(to: type)
            let normed = x.groupNorm(
                groups: 8, scale: numbers([32]), shift: numbers([32]), epsilon: 1e-6, then: activation, output: type)
            #expect(places(normed) == (0..<normed.count / 2).filter { $0 % 32 / 4 == 1 }, "\(activation) of \(type)")
        }
    }
}

import SynTensors
import TestSupport
import Testing

/// Products of few rows with weights packed as a stream, against the products that everything else uses.
@Suite(.enabled(if: SkinnyWeight.isAvailable, "this processor has no BFloat16 products"))
struct StreamedProductTests {
    /// Rows, inputs, outputs: parts of units, of tiles, of runs and of panels left over.
    static let shapes = [
        [1, 33, 5], [2, 31, 32], [3, 64, 97], [4, 512, 33], [5, 1025, 8], [6, 17, 64], [7, 104, 24], [8, 2049, 31],
        [13, 1100, 100], [33, 4100, 7],
    ]

    func numbers(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 3, purpose: purpose)
        return .normal(shape, &stream)
    }

    @Test(arguments: shapes) func isTheSameProduct(_ shape: [Int]) {
        let (x, bias) = (numbers([shape[0], shape[1]], "x"), numbers([shape[2]], "bias"))
        for type in [ElementType.float32, .bfloat16] {
            let weight = numbers([shape[2], shape[1]], "weight").converted(to: type)
            let packed = SkinnyWeight(weight)
            expectClose(x.streamed(packed, bias), x.linear(weight, bias), "\(type) \(shape)", within: 2e-6)
            expectClose(x.streamed(packed), x.linear(weight), "\(type) \(shape) without bias", within: 2e-6)
        }
    }

    /// What the kernels do at a product's end is what the same steps do one by one.
    @Test(arguments: [Activation.identity, .gelu, .quickGELU, .silu]) func endsAsTheStepsDo(_ activation: Activation) {
        let (x, bias, addend) = (numbers([13, 90], "x"), numbers([43], "bias"), numbers([13, 43], "addend"))
        for type in [ElementType.float32, .bfloat16] {
            let weight = SkinnyWeight(numbers([43, 90], "weight").converted(to: type))
            let steps = x.streamed(weight, bias).activated(activation) + addend
            let whole = x.streamed(weight, bias, then: activation, addingTo: addend)
            expectClose(whole, steps, "\(activation) of \(type)", within: 1e-6)
            let narrow = x.streamed(weight, bias, then: activation, addingTo: addend, output: .bfloat16)
            #expect(
                narrow.converted(to: .float32).floats == whole.converted(to: .bfloat16).converted(to: .float32).floats)
        }
    }

    @Test(arguments: shapes) func wholeNumbersAreNear(_ shape: [Int]) {
        let (x, bias) = (numbers([shape[0], shape[1]], "x"), numbers([shape[2]], "bias"))
        var error = Int8Rounding()
        let (weight, scales) = numbers([shape[2], shape[1]], "weight").roundedToInt8(noting: &error)
        #expect(error.relative > 0.001 && error.relative < 0.02)
        // Only the rounding of x to sixteen bits is left against the same weights in Float32.
        expectClose(
            x.streamed(SkinnyWeight(weight, scales: scales), bias), x.linear(weight.widened(scales: scales), bias),
            "int8 \(shape)",
            within: 1e-4)
    }

    @Test func aRowDoesNotDependOnItsNeighbours() {
        let x = numbers([33, 2100], "x")
        var error = Int8Rounding()
        let plain = numbers([50, 2100], "weight")
        let whole = plain.roundedToInt8(noting: &error)
        for weight in [
            SkinnyWeight(plain), SkinnyWeight(plain.converted(to: .bfloat16)),
            SkinnyWeight(whole.weight, scales: whole.scales),
        ] {
            let together = x.streamed(weight).floats
            for rows in [1, 2, 5, 8] {
                let part = x.slice(axis: 0, from: 3, to: 3 + rows)
                #expect(part.streamed(weight).floats == Array(together[3 * 50..<(3 + rows) * 50]))
            }
        }
    }

    @Test func whatIsNotANumberStaysSo() {
        var values = [Float](repeating: 1, count: 2 * 70)
        values[69] = .nan
        values[80] = .infinity
        let x = Tensor(values, shape: [2, 70])
        var error = Int8Rounding()
        let plain = numbers([4, 70], "weight")
        let whole = plain.roundedToInt8(noting: &error)
        for weight in [
            SkinnyWeight(plain), SkinnyWeight(plain.converted(to: .bfloat16)),
            SkinnyWeight(whole.weight, scales: whole.scales),
        ] {
            let y = x.streamed(weight)
            #expect(y.floats.allSatisfy { !$0.isFinite })
            #expect(y.floats[0..<4].allSatisfy { $0.isNaN })
        }
    }

    @Test func roundingFindsTheNearest() {
        var error = Int8Rounding()
        let (weight, scales) = Tensor([1, -0.5, 0.25, 0, 0, 0], shape: [2, 3]).roundedToInt8(noting: &error)
        expectClose(
            weight.widened(scales: scales), Tensor([1, -64 / 127.0, 32 / 127.0, 0, 0, 0], shape: [2, 3]), "nearest",
            within: 1e-6)
        #expect(scales.floats[1] == 0)
    }
}

import TestSupport
import Tensors
import Testing

/// Products of few rows with weights as they lie, against the packed products that everything else uses.
@Suite(.enabled(if: StreamedProduct.isAvailable, "this processor has no BFloat16 products"))
struct StreamedProductTests {
    /// Rows, inputs, outputs: parts of registers, of tiles, of runs and of blocks left over.
    static let shapes = [[1, 33, 5], [3, 64, 97], [7, 104, 24], [8, 2049, 31], [13, 1100, 100], [33, 4100, 7]]

    func numbers(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 3, purpose: purpose)
        return .normal(shape, &stream)
    }

    @Test(arguments: shapes) func isTheSameProduct(_ shape: [Int]) {
        let (x, bias) = (numbers([shape[0], shape[1]], "x"), numbers([shape[2]], "bias"))
        for type in [ElementType.float32, .bfloat16] {
            let weight = numbers([shape[2], shape[1]], "weight").converted(to: type)
            expectClose(x.streamed(weight, bias), x.linear(weight, bias), "\(type) \(shape)", within: 2e-6)
            expectClose(x.streamed(weight), x.linear(weight), "\(type) \(shape) without bias", within: 2e-6)
        }
    }

    @Test(arguments: shapes) func wholeNumbersAreNear(_ shape: [Int]) {
        let (x, bias) = (numbers([shape[0], shape[1]], "x"), numbers([shape[2]], "bias"))
        var error = Int8Rounding()
        let (weight, scales) = numbers([shape[2], shape[1]], "weight").roundedToInt8(noting: &error)
        #expect(error.relative > 0.001 && error.relative < 0.02)
        // Only the rounding of x to sixteen bits is left against the same weights in Float32.
        expectClose(
            x.streamed(weight, bias, scales: scales), x.linear(weight.widened(scales: scales), bias), "int8 \(shape)",
            within: 1e-4)
    }

    @Test func aRowDoesNotDependOnItsNeighbours() {
        let x = numbers([33, 2100], "x")
        var error = Int8Rounding()
        let plain = numbers([50, 2100], "weight")
        let whole = plain.roundedToInt8(noting: &error)
        let ways: [(Tensor) -> Tensor] = [
            { $0.streamed(plain) }, { $0.streamed(plain.converted(to: .bfloat16)) },
            { $0.streamed(whole.weight, scales: whole.scales) },
        ]
        for way in ways {
            let together = way(x).floats
            for rows in [1, 2, 5, 8] {
                let part = x.slice(axis: 0, from: 3, to: 3 + rows)
                #expect(way(part).floats == Array(together[3 * 50..<(3 + rows) * 50]))
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
        for y in [
            x.streamed(plain), x.streamed(plain.converted(to: .bfloat16)), x.streamed(whole.weight, scales: whole.scales),
        ] {
            #expect(y.floats.allSatisfy { !$0.isFinite })
            #expect(y.floats[0..<4].allSatisfy { $0.isNaN })
        }
    }

    @Test func roundingFindsTheNearest() {
        var error = Int8Rounding()
        let (weight, scales) = Tensor([1, -0.5, 0.25, 0, 0, 0], shape: [2, 3]).roundedToInt8(noting: &error)
        expectClose(weight.widened(scales: scales), Tensor([1, -64 / 127.0, 32 / 127.0, 0, 0, 0], shape: [2, 3]), "nearest", within: 1e-6)
        #expect(scales.floats[1] == 0)
    }
}

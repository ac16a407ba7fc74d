import CSynKernels
import SynTensors
import TestSupport
import Testing

/// Products of many rows with weights as they lie: BFloat16 against Float32 products of the same rounded numbers,
/// Float32 against oneDNN's.
@Suite(
    .serialized, .oneThreadCount,
    .enabled(if: kernels_here().pointee.gemm != nil, "this class of processor has no such products"))
struct PanelProductTests {
    /// Rows, inputs, outputs: parts of tiles, of registers, of panels and of runs left over; an odd number of inputs or
    /// outputs goes another way in one direction.
    static let shapes = [
        [1, 2, 1], [5, 34, 65], [6, 64, 64], [13, 1700, 130], [7, 3402, 70], [400, 96, 33], [25, 33, 48],
        [12, 5002, 16],
    ]

    func rounded(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 9, purpose: purpose)
        return Tensor.normal(shape, &stream).converted(to: .bfloat16)
    }

    @Test(arguments: shapes) func isTheSameProduct(_ shape: [Int]) {
        let (x, weight) = (rounded([shape[0], shape[1]], "x"), rounded([shape[2], shape[1]], "weight"))
        let (bias, addend) = (
            rounded([shape[2]], "bias").converted(to: .float32),
            rounded([shape[0], shape[2]], "addend").converted(to: .float32)
        )
        let (wideX, wideWeight) = (x.converted(to: .float32), weight.converted(to: .float32))
        let exact = wideX.linear(wideWeight, bias)
        expectClose(x.linear(weight, bias), exact, "\(shape)", within: 2e-6)
        expectClose(x.linear(weight), wideX.linear(wideWeight), "\(shape) without bias", within: 2e-6)
        expectClose(x.linear(weight, bias, addingTo: addend), addend + exact, "\(shape) added", within: 2e-6)
        expectClose(
            x.linear(weight, bias, output: .bfloat16).converted(to: .float32), exact, "\(shape) rounded", within: 4e-3)
    }

    @Test(arguments: [Activation.gelu, .quickGELU, .tanh, .geluTanh]) func activationsAreOfTheUnroundedSum(
        _ activation: Activation
    ) {
        let (x, weight, bias) = (
            rounded([9, 130], "x"), rounded([70, 130], "weight"), rounded([70], "bias").converted(to: .float32)
        )
        // An eighth of the weights, so that sums lie where activations bend.
        let small = (weight.converted(to: .float32) * 0.125).converted(to: .bfloat16)
        let exact = x.converted(to: .float32).linear(small.converted(to: .float32), bias).activated(activation)
        expectClose(x.linear(small, bias, then: activation), exact, "\(activation)", within: 2e-6)
        expectClose(
            x.linear(small, bias, then: activation, output: .bfloat16).converted(to: .float32), exact,
            "\(activation), rounded once", within: 4e-3)
    }

    @Test(arguments: shapes) func gradientsAreThoseOfTheSameProduct(_ shape: [Int]) {
        let weight = rounded([shape[2], shape[1]], "weight")
        let g = rounded([shape[0], shape[2]], "gradient").converted(to: .float32)
        func slopes(_ weight: Tensor) -> [Tensor] {
            let x = rounded([shape[0], shape[1]], "x").converted(to: .float32).asParameter()
            let addend = g.asParameter()
            return gradients(of: (x.linear(weight, addingTo: addend) * g).sum(), for: [x, addend])
        }
        let (narrow, exact) = (slopes(weight), slopes(weight.converted(to: .float32)))
        expectClose(narrow[0], exact[0], "gradient \(shape)", within: 2e-6)
        #expect(narrow[1].floats == exact[1].floats)
    }

    @Test(arguments: [[13, 1700, 300], [400, 257, 321], [7, 300, 1729], [1025, 770, 259]])
    func float32IsTheSameProduct(_ shape: [Int]) {
        func numbers(_ shape: [Int], _ purpose: String) -> Tensor {
            var stream = RandomStream(seed: 10, purpose: purpose)
            return .normal(shape, &stream)
        }
        let (x, weight) = (numbers([shape[0], shape[1]], "x"), numbers([shape[2], shape[1]], "weight") * 0.02)
        // Weights so small that sums lie where activations bend.
        let (bias, addend) = (numbers([shape[2]], "bias"), numbers([shape[0], shape[2]], "addend"))
        let exact = x.matmul(weight, transposeRight: true) + bias   // by oneDNN
        expectClose(x.linear(weight, bias), exact, "\(shape)", within: 2e-6)
        expectClose(x.linear(weight, bias, addingTo: addend), addend + exact, "\(shape) added", within: 2e-6)
        for activation in [Activation.gelu, .quickGELU, .tanh] {
            expectClose(
                x.linear(weight, bias, then: activation), exact.activated(activation), "\(shape) \(activation)",
                within: 2e-6)
        }
        // The same product whether its weights are frozen or trained, and the gradients of either.
        func slopes(_ weight: Tensor) -> [Tensor] {
            let given = x.asParameter()
            let product = given.linear(weight, bias)
            #expect(product.detached.floats == x.linear(weight.detached, bias).floats)
            return gradients(of: (product * addend).sum(), for: weight.wantsGradient ? [given, weight] : [given])
        }
        let trained = slopes(weight.asParameter())
        expectClose(trained[0], addend.matmul(weight), "\(shape) gradient", within: 2e-6)
        #expect(trained[0].floats == slopes(weight)[0].floats)
        expectClose(
            trained[1], addend.transposed(axes: [1, 0]).matmul(x), "\(shape) gradient of the weights", within: 2e-6)
    }

    @Test(arguments: [ElementType.bfloat16, .float32]) func aRowDependsOnNothingButItself(_ type: ElementType) {
        let (x, weight) = (
            rounded([211, 3400], "x").converted(to: type), rounded([301, 3400], "weight").converted(to: type)
        )
        let before = Threads.count
        defer { Threads.count = before }
        Threads.count = 1
        let together = x.linear(weight).floats
        for threads in [2, 3] {
            Threads.count = threads
            #expect(x.linear(weight).floats == together)
        }
        for rows in [1, 4, 6, 17] {
            #expect(
                x.slice(axis: 0, from: 3, to: 3 + rows).linear(weight).floats
                    == Array(together[3 * 301..<(3 + rows) * 301]))
        }
    }

    @Test func whatIsNotANumberStaysSo() {
        var values = [Float](repeating: 1, count: 7 * 70)
        values[2 * 70 + 69] = .nan
        values[4 * 70] = .infinity
        let x = Tensor(values, shape: [7, 70])
        for y in [x.linear(rounded([5, 70], "weight")), x.linear(rounded([5, 70], "weight"), output: .bfloat16)] {
            for (i, value) in y.floats.enumerated() { #expect(value.isFinite == ![2, 4].contains(i / 5)) }
        }
    }
}

import SynTensors
import TestSupport
import Testing

/// Products with weights under training, taken in BFloat16.
@Suite struct MixedProductTests {
    private func normal(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 17, purpose: purpose)
        return Tensor.normal(shape, &stream)
    }

    private func rounded(_ x: Tensor) -> Tensor { x.converted(to: .bfloat16).converted(to: .float32) }

    /// What Float32 products of the rounded operands give, forwards and for every gradient.
    @Test(arguments: [[1, 2, 1], [6, 34, 65], [7, 33, 20], [64, 96, 130], [400, 257, 64]])
    func areThoseOfRoundedNumbers(_ shape: [Int]) {
        let (rows, ins, outs) = (shape[0], shape[1], shape[2])
        let (x, weight, bias) = (normal([rows, ins], "x"), normal([outs, ins], "w"), normal([outs], "b"))
        let slope = rounded(normal([rows, outs], "slope"))
        func all(_ x: Tensor, _ weight: Tensor, _ type: ElementType) -> [Tensor] {
            TrainedProducts.$type.withValue(type) {
                let (x, weight, bias) = (x.asParameter(), weight.asParameter(), bias.asParameter())
                let y = x.linear(weight, bias)
                return [y.detached] + gradients(of: (y * slope).sum(), for: [x, weight, bias])
            }
        }
        let exact = all(rounded(x), rounded(weight), .float32)
        let found = all(x, weight, .bfloat16)
        for (name, (a, b)) in zip(["y", "x", "weight", "bias"], zip(found, exact)) {
            expectClose(a, b, "mixed \(shape), \(name)", within: 3e-6)
        }
        // It is no Float32 product by another name.
        if rows > 1 { #expect(all(x, weight, .float32)[0].floats != found[0].floats) }
    }
}

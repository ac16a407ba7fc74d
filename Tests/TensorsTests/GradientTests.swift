import SynTensors
import TestSupport
import Testing

/// Every operation's gradient against central differences in a random direction.
///
/// For f(x) = Σ w·op(x) with random w: (f(x + h·d) − f(x − h·d)) / 2h against ∇f·d.
@Suite struct GradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let shapes: [[Int]]
        let run: @Sendable ([Tensor]) -> Tensor
        var positive = false
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "sum of two, suffix", shapes: [[3, 4, 5], [4, 5]]) { $0[0] + $0[1] },
        Case(name: "difference, suffix", shapes: [[3, 4, 5], [5]]) { $0[0] - $0[1] },
        Case(name: "product", shapes: [[3, 4], [3, 4]]) { $0[0] * $0[1] },
        Case(name: "product, one element", shapes: [[3, 4], [1]]) { $0[0] * $0[1] },
        Case(name: "quotient, suffix", shapes: [[3, 7], [7]], run: { $0[0] / $0[1] }, positive: true),
        Case(name: "scaled and shifted", shapes: [[37]]) { $0[0] * 3 - 2 },
        Case(name: "exp", shapes: [[33]]) { $0[0].exp() },
        Case(name: "log", shapes: [[33]], run: { $0[0].log() }, positive: true),
        Case(name: "square root", shapes: [[33]], run: { $0[0].squareRoot() }, positive: true),
        Case(name: "squared", shapes: [[33]]) { $0[0].squared() },
        Case(name: "gelu", shapes: [[67]]) { $0[0].activated(.gelu) },
        Case(name: "quick gelu", shapes: [[67]]) { $0[0].activated(.quickGELU) },
        Case(name: "gelu tanh", shapes: [[67]]) { $0[0].activated(.geluTanh) },
        Case(name: "silu", shapes: [[67]]) { $0[0].activated(.silu) },
        Case(name: "tanh", shapes: [[67]]) { $0[0].tanh() },
        Case(name: "sigmoid", shapes: [[67]]) { $0[0].sigmoid() },
        Case(name: "relu", shapes: [[67]], run: { $0[0].activated(.relu) }, positive: true),
        Case(name: "reshape and transpose", shapes: [[2, 3, 4, 5]]) {
            $0[0].transposed(axes: [0, 2, 1, 3]).reshaped([8, 15])
        },
        Case(name: "slice", shapes: [[3, 7, 2]]) { $0[0].slice(axis: 1, from: 2, to: 5) },
        Case(name: "concatenated", shapes: [[3, 2, 2], [3, 4, 2]]) { concatenated($0, axis: 1) },
        Case(name: "rows, repeated", shapes: [[4, 5]]) { $0[0].rows(at: [2, 0, 2, 3]) },
        Case(name: "embedding", shapes: [[6, 5]]) {
            $0[0].embedding(of: Tensor([1, 5, 5, 0] as [Int32], shape: [2, 2]))
        },
        Case(name: "sum over an axis", shapes: [[3, 4, 5]]) { $0[0].sum(axis: 1) },
        Case(name: "mean over the last axis", shapes: [[3, 4, 17]]) { $0[0].mean(axis: -1) },
        Case(name: "mean", shapes: [[3, 4, 5]]) { $0[0].mean() },
        Case(name: "l2 normalised", shapes: [[3, 21]]) { $0[0].l2Normalised() },
        Case(name: "linear", shapes: [[2, 3, 7], [5, 7], [5]]) { $0[0].linear($0[1], $0[2]) },
        Case(name: "linear, gelu", shapes: [[4, 7], [5, 7], [5]]) { $0[0].linear($0[1], $0[2], then: .gelu) },
        Case(name: "matmul", shapes: [[2, 3, 4, 5], [2, 3, 5, 6]]) { $0[0].matmul($0[1]) },
        Case(name: "matmul, right transposed", shapes: [[3, 4, 5], [3, 6, 5]]) {
            $0[0].matmul($0[1], transposeRight: true)
        },
        Case(name: "matmul, one right side", shapes: [[3, 4, 5], [5, 6]]) { $0[0].matmul($0[1]) },
        Case(name: "attention", shapes: [[2, 5, 12], [2, 7, 12], [2, 7, 12]]) {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 3)
        },
        Case(name: "attention, causal", shapes: [[2, 5, 12], [2, 5, 12], [2, 5, 12]]) {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 2, mask: .causal)
        },
        Case(name: "attention, lengths", shapes: [[2, 5, 12], [2, 5, 12], [2, 5, 12]]) {
            attention(query: $0[0], key: $0[1], value: $0[2], heads: 4, mask: .lengths([3, 5]))
        },
        Case(name: "convolution", shapes: [[2, 6, 7, 3], [5, 3, 3, 3], [5]]) {
            $0[0].convolved($0[1], $0[2], padding: Padding(1))
        },
        Case(name: "convolution, stride 2, uneven padding", shapes: [[2, 7, 6, 18], [17, 18, 3, 3]]) {
            $0[0].convolved($0[1], stride: 2, padding: Padding(top: 0, left: 0, bottom: 1, right: 1))
        },
        Case(name: "convolution 1×5, silu", shapes: [[1, 4, 9, 16], [16, 16, 1, 5], [16]]) {
            $0[0].convolved($0[1], $0[2], padding: Padding(vertical: 0, horizontal: 2), then: .silu)
        },
        Case(name: "upsampling", shapes: [[2, 3, 4, 5]]) { $0[0].upsampledNearest(by: 2) },
        Case(name: "average pool", shapes: [[2, 6, 5, 17]]) {
            $0[0].averagePooled(size: 3, stride: 1, padding: 1, countsPadding: false)
        },
        Case(name: "average pool, padding counts", shapes: [[2, 6, 5, 3]]) {
            $0[0].averagePooled(size: 3, stride: 2, padding: 1)
        },
        Case(name: "max pool", shapes: [[2, 7, 7, 5]]) { $0[0].maxPooled(size: 3, stride: 2) },
        Case(name: "layer norm", shapes: [[3, 4, 19], [19], [19]]) {
            $0[0].layerNorm(scale: $0[1], shift: $0[2], epsilon: 1e-5)
        },
        Case(name: "group norm, few channels", shapes: [[2, 3, 4, 6], [6], [6]]) {
            $0[0].groupNorm(groups: 3, scale: $0[1], shift: $0[2], epsilon: 1e-6)
        },
        Case(name: "group norm, 24 channels, silu", shapes: [[2, 3, 4, 24], [24], [24]]) {
            $0[0].groupNorm(groups: 8, scale: $0[1], shift: $0[2], epsilon: 1e-6, then: .silu)
        },
        Case(name: "batch norm, training", shapes: [[3, 4, 5, 18], [18], [18]]) {
            $0[0].batchNormTraining(scale: $0[1], shift: $0[2], epsilon: 1e-3).output
        },
        Case(name: "softmax", shapes: [[5, 19]]) { $0[0].softmax() },
        Case(name: "log softmax", shapes: [[5, 19]]) { $0[0].logSoftmax() },
        Case(name: "cross-entropy", shapes: [[4, 21]]) {
            $0[0].crossEntropy(Tensor([3, 20, -100, 0] as [Int32], shape: [4]), ignoring: -100)
        },
        Case(name: "diamond: one value used three times", shapes: [[9]]) { ($0[0] * $0[0] + $0[0]) * $0[0] },
    ]

    @Test(arguments: cases) func gradientEqualsCentralDifference(_ test: Case) {
        var stream = RandomStream(seed: 7, purpose: test.name)
        let values = test.shapes.map { shape in
            test.positive
                ? Tensor.uniform(shape, bound: 0.5, &stream) + 1.2 : Tensor.normal(shape, &stream)
        }
        let weights = Tensor.normal(test.run(values).shape, &stream)
        let f = { (inputs: [Tensor]) in (test.run(inputs) * weights).sum() }

        let parameters = values.map { $0.asParameter() }
        let found = gradients(of: f(parameters), for: parameters)
        for (i, value) in values.enumerated() {
            #expect(found[i].shape == value.shape)
            let direction = Tensor.normal(value.shape, &stream)
            let h: Float = 4e-3
            let moved = { (step: Float) in
                var inputs = values
                inputs[i] = value + direction * step
                return f(inputs).item
            }
            // Fourth order, so that h can be large enough for Float32.
            let difference = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
            let slope = (found[i] * direction).sum().item
            let scale = max(1, abs(slope), (found[i].squared().sum().item).squareRoot())
            let error = abs(difference - slope) / scale
            print("\(test.name), input \(i): slope \(slope), difference \(difference), error \(error)")
            #expect(error < 5e-3, "\(test.name), input \(i): \(slope) against \(difference)")
        }
    }

    @Test func nothingIsRememberedWhereNoGradientIsWanted() {
        var stream = RandomStream(seed: 8, purpose: "no gradient")
        let (x, w) = (Tensor.normal([3, 5], &stream), Tensor.normal([4, 5], &stream).asParameter())
        let known = x.linear(w).squared()
        let found = withoutGradients { x.linear(w).squared() }
        #expect(known.wantsGradient && !found.wantsGradient)
        #expect(found.floats == known.detached.floats)
        // Parameters stay what they are, and a computation outside remembers again.
        #expect(w.wantsGradient && x.linear(w).wantsGradient)
    }
}

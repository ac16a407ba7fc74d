import SynTensors
import TestSupport
import Testing

/// Frozen weights are packed once per direction and kept: they must give what tracked weights give, in any order
/// of use, and follow every change of their values.
@Suite struct FrozenWeightTests {
    /// A square weight whose two directions have equal shapes: a packing must not be taken for the other's.
    enum Layer: String, CaseIterable, Sendable {
        case linear, convolution

        var weightShape: [Int] { self == .linear ? [64, 64] : [64, 64, 1, 1] }
        var inputShape: [Int] { self == .linear ? [12, 64] : [2, 3, 2, 64] }

        func callAsFunction(_ x: Tensor, _ weight: Tensor) -> Tensor {
            self == .linear ? x.linear(weight) : x.convolved(weight)
        }
    }

    private func made(_ layer: Layer, _ purpose: String) -> (x: Tensor, weight: Tensor, upstream: Tensor) {
        var stream = RandomStream(seed: 5, purpose: purpose + layer.rawValue)
        let x = Tensor.normal(layer.inputShape, &stream)
        return (x, Tensor.normal(layer.weightShape, &stream), Tensor.normal(layer.inputShape, &stream))
    }

    private func inputGradient(_ layer: Layer, _ x: Tensor, _ weight: Tensor, _ upstream: Tensor) -> Tensor {
        let x = x.asParameter()
        return gradients(of: (layer(x, weight) * upstream).sum(), for: [x])[0]
    }

    @Test(arguments: Layer.allCases) func frozenGivesWhatTrackedGives(_ layer: Layer) {
        let (x, weight, upstream) = made(layer, "frozen")
        let tracked = Tensor(weight.floats, shape: weight.shape).asParameter()
        for round in 1...2 {
            expectClose(layer(x, weight), layer(x, tracked), "frozen \(layer), forward, round \(round)", within: 1e-6)
            expectClose(
                inputGradient(layer, x, weight, upstream), inputGradient(layer, x, tracked, upstream),
                "frozen \(layer), gradient, round \(round)", within: 1e-6)
        }
    }

    @Test(arguments: Layer.allCases) func backwardFirstThenForward(_ layer: Layer) {
        let (x, weight, upstream) = made(layer, "backward first")
        let leaf = x.asParameter()
        let loss = (layer(leaf, weight) * upstream).sum()
        weight.assign(Tensor(weight.floats, shape: weight.shape))   // forgets the forward packing
        let tracked = Tensor(weight.floats, shape: weight.shape).asParameter()
        expectClose(
            gradients(of: loss, for: [leaf])[0], inputGradient(layer, x, tracked, upstream),
            "frozen \(layer), gradient first", within: 1e-6)
        expectClose(layer(x, weight), layer(x, tracked), "frozen \(layer), forward after it", within: 1e-6)
    }

    @Test(arguments: Layer.allCases) func assigningForgetsPackings(_ layer: Layer) {
        let (x, weight, upstream) = made(layer, "assigned")
        _ = inputGradient(layer, x, weight, upstream)   // packs both directions
        let other = weight * 2 - 0.5
        weight.assign(other)
        expectClose(layer(x, weight), layer(x, other), "assigned \(layer), forward", within: 1e-6)
        expectClose(
            inputGradient(layer, x, weight, upstream), inputGradient(layer, x, other, upstream),
            "assigned \(layer), gradient", within: 1e-6)
    }

    @Test(arguments: Layer.allCases) func anOptimisersStepForgetsPackings(_ layer: Layer) {
        let (x, weight, upstream) = made(layer, "stepped")
        let parameter = weight.asParameter()   // the same memory as `weight`
        let before = layer(x, weight)
        AdamW([parameter]).step(gradients: [Tensor.full(weight.shape, 1)], learningRate: 0.1)
        let fresh = Tensor(weight.floats, shape: weight.shape)
        let after = layer(x, weight)
        #expect(after.floats != before.floats)
        expectClose(after, layer(x, fresh), "stepped \(layer), forward", within: 1e-6)
        expectClose(
            inputGradient(layer, x, weight, upstream), inputGradient(layer, x, fresh, upstream),
            "stepped \(layer), gradient", within: 1e-6)
    }
}

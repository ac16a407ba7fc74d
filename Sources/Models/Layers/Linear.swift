import Checkpoints
import Tensors

/// y = x·Wᵀ + b, with W of shape [out, in] as PyTorch keeps it.
public struct Linear: Sendable {
    public let weight: Tensor   // [out, in]
    public let bias: Tensor?   // [out]

    /// Reads `weight` and `bias`. New biases start at zero, except beside PyTorch's default weights, whose
    /// biases start evenly within ±1/√in too.
    public init(
        _ weights: WeightScope, from inputSize: Int, to outputSize: Int, bias: Bool = true,
        initially: Initialisation = .torchDefault
    ) throws {
        weight = try weights.matrix("weight", [outputSize, inputSize], initially: initially)
        let start: Initialisation =
            initially == .torchDefault ? .uniform(bound: 1 / Float(inputSize).squareRoot()) : .zeros
        self.bias = bias ? try weights.tensor("bias", [outputSize], initially: start) : nil
    }

    public init(weight: Tensor, bias: Tensor?) {
        self.weight = weight
        self.bias = bias
    }

    /// A weight stored the other way round, [in, out], turned over once. Only for frozen weights.
    init(
        turning weights: WeightScope, _ name: String = "weight", from inputSize: Int, to outputSize: Int,
        bias: Bool = true
    ) throws {
        let stored = try weights.tensor(name, [inputSize, outputSize], initially: .torchDefault)
        let turned = stored.transposed(axes: [1, 0])
        weight = weights.weights.precision == .bfloat16 ? turned.converted(to: .bfloat16) : turned
        self.bias = bias ? try weights.tensor("bias", [outputSize], initially: .zeros) : nil
    }

    /// Some of the outputs of a larger layer.
    init(weight: Tensor, bias: Tensor?, rows: Range<Int>) {
        self.weight = weight.slice(axis: 0, from: rows.lowerBound, to: rows.upperBound)
        self.bias = bias?.slice(axis: 0, from: rows.lowerBound, to: rows.upperBound)
    }

    public func callAsFunction(_ x: Tensor, then activation: Activation = .identity) -> Tensor {
        x.linear(weight, bias, then: activation)   // [.., out]
    }
}

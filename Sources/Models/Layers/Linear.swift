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

    public func callAsFunction(_ x: Tensor, then activation: Activation = .identity) -> Tensor {
        x.linear(weight, bias, then: activation)   // [.., out]
    }
}

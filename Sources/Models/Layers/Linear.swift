import SynCheckpoints
import SynTensors

/// y = x·Wᵀ + b, with W of shape [out, in] as PyTorch keeps it.
package struct Linear: Sendable {
    package let weight: Tensor   // [out, in]; [in, out] where `isTurned`
    package let bias: Tensor?   // [out]
    /// Whether the weight is trained in the other form, in which its file keeps it.
    private let isTurned: Bool

    /// Reads `weight` and `bias`. New biases start at zero, except beside PyTorch's default weights, whose
    /// biases start evenly within ±1/√in too.
    package init(
        _ weights: WeightScope, from inputSize: Int, to outputSize: Int, bias: Bool = true,
        initially: Initialisation = .torchDefault
    ) throws {
        weight = try weights.matrix("weight", [outputSize, inputSize], initially: initially)
        let start: Initialisation =
            initially == .torchDefault ? .uniform(bound: 1 / Float(inputSize).squareRoot()) : .zeros
        self.bias = bias ? try weights.tensor("bias", [outputSize], initially: start) : nil
        isTurned = false
    }

    package init(weight: Tensor, bias: Tensor?) { (self.weight, self.bias, isTurned) = (weight, bias, false) }

    /// Several layers on the same input as one, their outputs one after another. Only for frozen weights.
    init(joining parts: [Linear]) {
        self.init(
            weight: concatenated(parts.map(\.weight), axis: 0).heldInCommon(),
            bias: parts.contains { $0.bias == nil } ? nil : concatenated(parts.compactMap(\.bias), axis: 0))
    }

    /// A weight stored the other way round, [in, out]: turned over once where it is frozen, and at every use where it
    /// is trained.
    init(
        transposing weights: WeightScope, _ name: String = "weight", from inputSize: Int, to outputSize: Int,
        bias: Bool = true
    ) throws {
        let stored = try weights.tensor(name, [inputSize, outputSize], initially: .torchDefault)
        self.bias = bias ? try weights.tensor("bias", [outputSize], initially: .zeros) : nil
        isTurned = stored.wantsGradient
        guard !isTurned else {
            weight = stored
            return
        }
        let turned = stored.transposed(axes: [1, 0])
        weight = (weights.weights.precision == .bfloat16 ? turned.converted(to: .bfloat16) : turned).heldInCommon()
    }

    private var matrix: Tensor { isTurned ? weight.transposed(axes: [1, 0]) : weight }   // [out, in]

    /// The result is Float32, or BFloat16 if `output` asks for that, which a BFloat16 weight allows.
    package func callAsFunction(
        _ x: Tensor, then activation: Activation = .identity, output: ElementType = .float32
    ) -> Tensor {
        x.linear(matrix, bias, then: activation, output: output)   // [.., out]
    }

    /// addend + x·Wᵀ + b in Float32, what a residual layer gives; in training the product drops out before it is added.
    package func callAsFunction(_ x: Tensor, addingTo addend: Tensor, dropout: Dropout? = nil) -> Tensor {
        if let dropout, dropout.rate > 0 { return addend + dropout(self(x)) }
        return x.linear(matrix, bias, addingTo: addend)   // [.., out]
    }

    /// The type in which values are handed on between this layer and its neighbours: the weight's.
    var computeType: ElementType { weight.elementType }
}

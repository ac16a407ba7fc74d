import SynTensors

/// A frozen linear layer for few rows, its weights packed as they are read: what a transformer that draws token by
/// token is made of. Without gradients.
struct SkinnyLinear: Sendable {
    private let weight: SkinnyWeight
    private let bias: Tensor?   // [out]

    init(_ layer: Linear) { (weight, bias) = (SkinnyWeight(layer.weight), layer.bias?.detached) }

    /// With weights rounded to whole numbers, each row by its own scale. On a processor that cannot multiply them they
    /// are the rounded numbers all the same.
    init(roundingToInt8 layer: Linear, noting error: inout Int8Rounding) {
        let (rounded, scales) = layer.weight.roundedToInt8(noting: &error)
        (weight, bias) = (SkinnyWeight(rounded, scales: scales), layer.bias?.detached)
    }

    /// y = addend + act(x·Wᵀ + b), Float32 unless `output` says otherwise.
    func callAsFunction(
        _ x: Tensor, then activation: Activation = .identity, addingTo addend: Tensor? = nil,
        output: ElementType = .float32
    ) -> Tensor {
        x.streamed(weight, bias, then: activation, addingTo: addend, output: output)   // [.., out]
    }

    /// The type in which values are handed on to this layer: what it would round them to.
    var computeType: ElementType { weight.elementType == .bfloat16 ? .bfloat16 : .float32 }
}

import SynCheckpoints
import SynTensors

/// A convolution without bias and the batch normalisation behind it, as one convolution with a bias:
/// w·γ/√(σ² + ε) and β − μγ/√(σ² + ε). For frozen networks.
struct FoldedConvolution: Sendable {
    let weight: Tensor   // [out, in, height, width]
    let bias: Tensor   // [out]
    let stride: Int
    let padding: Padding

    /// A square kernel of odd size that keeps the map's size, divided by the stride.
    init(
        _ weights: WeightScope, norm: WeightScope, from inputs: Int, to outputs: Int, size: Int, stride: Int = 1,
        epsilon: Float = 1e-5
    ) throws {
        let shape = [outputs, inputs, size, size]
        let stored = try weights.tensor("weight", shape, initially: .kaimingNormal(slope: 0))
        let scale = try norm.tensor("weight", [outputs], initially: .ones)
        let shift = try norm.tensor("bias", [outputs], initially: .zeros)
        let mean = try norm.statistics("running_mean", [outputs], initially: .zeros)
        let variance = try norm.statistics("running_var", [outputs], initially: .ones)
        let factor = scale / (variance + epsilon).squareRoot()   // [out]
        let folded = (stored.reshaped([outputs, -1]).transposed(axes: [1, 0]) * factor)   // [in·size·size, out]
            .transposed(axes: [1, 0]).reshaped(shape)
        weight = weights.weights.precision == .bfloat16 ? folded.converted(to: .bfloat16) : folded
        bias = shift - mean * factor
        self.stride = stride
        padding = Padding(size / 2)
    }

    func callAsFunction(_ x: Tensor, then activation: Activation = .identity) -> Tensor {
        x.convolved(weight, bias, stride: stride, padding: padding, then: activation)   // [batch, height, width, out]
    }
}

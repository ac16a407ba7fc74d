import SynCheckpoints
import SynTensors

/// A two-dimensional convolution over images with their channels last.
///
/// `weight` is [out, in, height, width] as checkpoints have it. New weights and biases are uniform within
/// ±1/√(in·height·width).
package struct Convolution: Sendable {
    package let weight: Tensor
    package let bias: Tensor?
    package let stride: Int
    package let padding: Padding

    /// A square kernel. Without `padding`, odd kernels keep the size of the image (divided by the stride).
    package init(
        _ weights: WeightScope, from inputs: Int, to outputs: Int, size: Int, stride: Int = 1,
        padding: Padding? = nil, bias hasBias: Bool = true
    ) throws {
        let bound = 1 / Float(inputs * size * size).squareRoot()
        weight = try weights.matrix("weight", [outputs, inputs, size, size])
        bias = hasBias ? try weights.tensor("bias", [outputs], initially: .uniform(bound: bound)) : nil
        self.stride = stride
        self.padding = padding ?? Padding((size - 1) / 2)
    }

    package func callAsFunction(
        _ x: Tensor, then activation: Activation = .identity, output: ElementType = .float32
    ) -> Tensor {
        x.convolved(   // [batch, height, width, out]
            weight, bias, stride: stride, padding: padding, then: activation, output: output)
    }

    /// sum += self(x), for a convolution without a stride.
    package func callAsFunction(_ x: Tensor, addedTo sum: inout Tensor) {
        precondition(stride == 1, "only a convolution that keeps its places is added to something")
        x.convolved(weight, bias, padding: padding, addedTo: &sum)
    }
}

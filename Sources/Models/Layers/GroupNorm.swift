import SynCheckpoints
import SynTensors

/// Group normalisation (Wu and He 2018): mean and variance over all positions of a group of channels of one image.
package struct GroupNorm: Sendable {
    package let scale: Tensor
    package let shift: Tensor
    package let groups: Int
    package let epsilon: Float

    package init(_ weights: WeightScope, _ channels: Int, groups: Int, epsilon: Float) throws {
        scale = try weights.tensor("weight", [channels], initially: .ones)
        shift = try weights.tensor("bias", [channels], initially: .zeros)
        self.groups = groups
        self.epsilon = epsilon
    }

    package func callAsFunction(
        _ x: Tensor, then activation: Activation = .identity, output: ElementType = .float32
    ) -> Tensor {
        x.groupNorm(groups: groups, scale: scale, shift: shift, epsilon: epsilon, then: activation, output: output)
    }
}

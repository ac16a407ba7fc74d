import Checkpoints
import Tensors

/// Group normalisation (Wu and He 2018): mean and variance over all positions of a group of channels of one image.
public struct GroupNorm: Sendable {
    public let scale: Tensor
    public let shift: Tensor
    public let groups: Int
    public let epsilon: Float

    public init(_ weights: WeightScope, _ channels: Int, groups: Int, epsilon: Float) throws {
        scale = try weights.tensor("weight", [channels], initially: .ones)
        shift = try weights.tensor("bias", [channels], initially: .zeros)
        self.groups = groups
        self.epsilon = epsilon
    }

    public func callAsFunction(
        _ x: Tensor, then activation: Activation = .identity, output: ElementType = .float32
    ) -> Tensor {
        x.groupNorm(groups: groups, scale: scale, shift: shift, epsilon: epsilon, then: activation, output: output)
    }
}

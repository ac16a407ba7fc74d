import Checkpoints
import Tensors

/// (x − mean) / √(variance + ε) · scale + shift over the last axis (Ba et al. 2016).
public struct LayerNorm: Sendable {
    public let scale: Tensor   // [size]
    public let shift: Tensor   // [size]
    public let epsilon: Float

    /// Reads `weight` and `bias`, or `gamma` and `beta` as the first BERT checkpoints call them.
    public init(_ weights: WeightScope, size: Int, epsilon: Float) throws {
        let isOld = weights.has("gamma")
        scale = try weights.tensor(isOld ? "gamma" : "weight", [size], initially: .ones)
        shift = try weights.tensor(isOld ? "beta" : "bias", [size], initially: .zeros)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, output: ElementType = .float32) -> Tensor {
        x.layerNorm(scale: scale, shift: shift, epsilon: epsilon, output: output)
    }
}

import SynCheckpoints
import SynTensors

/// (x − mean) / √(variance + ε) · scale + shift over the last axis (Ba et al. 2016).
package struct LayerNorm: Sendable {
    package let scale: Tensor   // [size]
    package let shift: Tensor   // [size]
    package let epsilon: Float

    /// Reads `weight` and `bias`, or `gamma` and `beta` as the first BERT checkpoints call them.
    package init(_ weights: WeightScope, size: Int, epsilon: Float) throws {
        let isOld = weights.has("gamma")
        scale = try weights.tensor(isOld ? "gamma" : "weight", [size], initially: .ones)
        shift = try weights.tensor(isOld ? "beta" : "bias", [size], initially: .zeros)
        self.epsilon = epsilon
    }

    package func callAsFunction(_ x: Tensor, output: ElementType = .float32) -> Tensor {
        x.layerNorm(scale: scale, shift: shift, epsilon: epsilon, output: output)
    }
}

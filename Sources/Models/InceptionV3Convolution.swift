import Foundation
import SynCheckpoints
import SynTensors

/// A convolution without bias, batch normalisation, ReLU: what all of Inception v3 is made of.
///
/// Frozen weights are read once with the normalisation folded into them (w·γ/√(σ² + ε), β − μγ/√(σ² + ε)), and rounded
/// after that where the network is in BFloat16, whose maps then are too; trainable ones keep the two apart.
struct InceptionV3Convolution: Sendable {
    let stride: Int
    let padding: Padding
    private let form: Form
    private static let epsilon: Float = 0.001

    private enum Form: Sendable {
        case folded(weight: Tensor, bias: Tensor)
        case open(weight: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor)
    }

    /// Kernels with stride 1 keep the image's size, unless `valid`; those with stride 2 never pad.
    init(
        _ weights: WeightScope, from inputs: Int, to outputs: Int, height: Int, width: Int, stride: Int, valid: Bool
    ) throws {
        self.stride = stride
        padding = valid || stride > 1 ? .zero : Padding(vertical: (height - 1) / 2, horizontal: (width - 1) / 2)
        let (norm, shape) = (weights["bn"], [outputs, inputs, height, width])
        let weight = try weights["conv"].tensor("weight", shape, initially: .kaimingNormal(slope: 0))
        let scale = try norm.tensor("weight", [outputs], initially: .ones)
        let shift = try norm.tensor("bias", [outputs], initially: .zeros)
        let mean = try norm.statistics("running_mean", [outputs], initially: .zeros)
        let variance = try norm.statistics("running_var", [outputs], initially: .ones)
        guard !weights.weights.trainable else {
            form = .open(weight: weight, scale: scale, shift: shift, mean: mean, variance: variance)
            return
        }
        let factor = scale / (variance + Self.epsilon).squareRoot()   // [out]
        let folded = (weight.reshaped([outputs, -1]).transposed(axes: [1, 0]) * factor)   // [in·height·width, out]
            .transposed(axes: [1, 0]).reshaped(shape)
        let kept = weights.weights.precision == .bfloat16 ? folded.converted(to: .bfloat16) : folded
        form = .folded(weight: kept, bias: shift - mean * factor)
    }

    /// With `statistics`, as in training, the batch's own mean and variance normalise, and are noted there.
    func callAsFunction(_ x: Tensor, noting statistics: BatchStatistics?) -> Tensor {
        switch form {
        case .folded(let weight, let bias):
            return x.convolved(weight, bias, stride: stride, padding: padding, then: .relu, output: weight.elementType)
        case .open(let weight, let scale, let shift, let mean, let variance):
            let y = x.convolved(weight, nil, stride: stride, padding: padding)   // [batch, height, width, out]
            guard let statistics else {
                return y.batchNorm(scale: scale, shift: shift, mean: mean, variance: variance, epsilon: Self.epsilon)
                    .activated(.relu)
            }
            let normed = y.batchNormTraining(scale: scale, shift: shift, epsilon: Self.epsilon)
            let count = Float(y.count / y.size(-1))
            statistics.note(mean, normed.mean)
            statistics.note(variance, normed.variance * (count / max(count - 1, 1)))   // the unbiased variance
            return normed.output.activated(.relu)
        }
    }
}

/// The batch means and variances of one training pass, until they move the running ones.
package final class BatchStatistics {
    private var notes: [(running: Tensor, batch: Tensor)] = []

    package init() {}

    func note(_ running: Tensor, _ batch: Tensor) { notes.append((running, batch.detached)) }

    /// running ← (1 − momentum)·running + momentum·batch, as PyTorch's batch norm has it; forgets the batch.
    ///
    /// In place: every copy of the model sees the change. To be called once after each pass.
    package func settle(momentum: Float = 0.1) {
        for (running, batch) in notes { running.assign(running * (1 - momentum) + batch * momentum) }
        notes.removeAll()
    }
}

import CSynKernels
import Foundation

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as `torch.optim.AdamW` computes it.
///
/// Parameters are moved in place, each where it lies, on a device too. `state` and `restore` carry everything that
/// resuming needs.
package final class AdamW: @unchecked Sendable {
    package let parameters: [Tensor]
    package let betas: (Float, Float)
    package let epsilon: Float
    /// One rate of decay per parameter.
    package let weightDecay: [Float]
    /// Steps taken.
    package private(set) var step = 0
    private let first: [Tensor]
    private let second: [Tensor]

    package init(
        _ parameters: [Tensor], betas: (Float, Float) = (0.9, 0.999), epsilon: Float = 1e-8,
        weightDecay: [Float]? = nil
    ) {
        self.parameters = parameters
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay ?? Array(repeating: 0, count: parameters.count)
        precondition(self.weightDecay.count == parameters.count, "one weight decay per parameter")
        first = parameters.map { .zeros($0.shape).moved(to: $0.device) }
        second = parameters.map { .zeros($0.shape).moved(to: $0.device) }
    }

    /// Moves every parameter by one step.
    package func step(gradients: [Tensor], learningRate: Float) {
        step += 1
        let firstCorrection = Float(1 - pow(Double(betas.0), Double(step)))
        let secondCorrection = Float(1 - pow(Double(betas.1), Double(step))).squareRoot()
        for (i, parameter) in parameters.enumerated() {
            precondition(gradients[i].shape == parameter.shape, "gradient \(i) does not fit its parameter")
            let now = Step(
                betas: betas, epsilon: epsilon, decay: 1 - learningRate * weightDecay[i],
                size: learningRate / firstCorrection, correction: secondCorrection)
            if let device = parameter.device {
                device.adamW(parameter.detached, gradients[i], first: first[i], second: second[i], now)
            } else {
                move(parameter, gradients[i].onCPU, first[i], second[i], now)
            }
            parameter.storage.forgetPackings()
        }
    }

    /// The numbers of one step for one parameter.
    struct Step {
        let betas: (Float, Float)
        let epsilon, decay, size, correction: Float
    }

    private func move(_ parameter: Tensor, _ gradient: Tensor, _ first: Tensor, _ second: Tensor, _ step: Step) {
        let (p, g) = (parameter.mutableFloats, gradient.constFloats)
        let (m, v) = (first.mutableFloats, second.mutableFloats)
        parallel(parameter.count, grain: elementGrain) { range in
            let i = range.lowerBound
            kernels.adamw(
                p + i, g + i, m + i, v + i, range.count, step.betas.0, step.betas.1, step.epsilon, step.decay,
                step.size, step.correction)
        }
    }

    /// Moments by parameter in the CPU's memory, for a checkpoint.
    package var state: (step: Int, first: [Tensor], second: [Tensor]) {
        (step, first.map(\.onCPU), second.map(\.onCPU))
    }

    /// Goes on where `state` stood. Shapes must be those of the parameters.
    package func restore(step: Int, first: [Tensor], second: [Tensor]) {
        self.step = step
        for i in parameters.indices {
            self.first[i].assign(first[i])
            self.second[i].assign(second[i])
        }
    }
}

/// Gradients scaled so that their joint Euclidean norm is at most `limit`, and the norm before.
package func clipped(_ gradients: [Tensor], toNorm limit: Float) -> (gradients: [Tensor], norm: Float) {
    let squares = gradients.reduce(0.0) { sum, g in
        let g = g.onCPU
        return sum + Double(sumLanes(g.count, g.constFloats) { $0 * $0 })
    }
    let norm = Float(squares.squareRoot())
    guard norm > limit else { return (gradients, norm) }
    let factor = limit / (norm + 1e-6)
    return (gradients.map { $0.scaled(by: factor) }, norm)
}

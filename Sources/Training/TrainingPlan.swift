import SynTensors

/// How a training moves its parameters: AdamW with so many steps at such rates.
package struct TrainingPlan: Sendable {
    package var steps: Int
    package var schedule: RateSchedule
    package var betas: (Float, Float)
    /// The largest joint norm of all gradients of a step; nil where they are left as they are.
    package var gradientNorm: Float?

    package init(
        steps: Int, schedule: RateSchedule, betas: (Float, Float) = (0.9, 0.999), gradientNorm: Float? = nil
    ) {
        (self.steps, self.schedule, self.betas, self.gradientNorm) = (steps, schedule, betas, gradientNorm)
    }
}

/// A tensor that a training moves, by the name under which its state is saved.
package struct TrainedParameter: Sendable {
    package let name: String
    package let tensor: Tensor
    package let weightDecay: Float

    package init(_ name: String, _ tensor: Tensor, weightDecay: Float = 0) {
        (self.name, self.tensor, self.weightDecay) = (name, tensor, weightDecay)
    }

    /// All of a model. Norms' scales, biases and single numbers do not decay.
    package static func all(
        of parameters: [(name: String, tensor: Tensor)], weightDecay: Float
    ) -> [TrainedParameter] {
        parameters.map { name, tensor in
            TrainedParameter(name, tensor, weightDecay: tensor.shape.count > 1 ? weightDecay : 0)
        }
    }
}

/// A loss that is no number: the parameters stand as before the step.
package struct LossNotFinite: Error {
    package let value: Double
    /// The step that was being taken, counted from 1.
    package let step: Int
}

import Foundation
import SynCheckpoints
import SynTensors

/// A number worth showing beside the loss, or a measure of a trained model.
package struct Measure: Codable, Sendable, Equatable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A model with the data it learns from: what `Pretraining` needs to know of it. The loss is one of `Objectives`.
///
/// Everything random comes from the step's number, so a training that was stopped goes on as if it had not been.
package protocol TrainingTask: AnyObject {
    /// The parameters, and the statistics saved beside them.
    var weights: Weights { get }

    /// The loss of one step counted from 0, and numbers worth showing with it.
    func loss(step: Int) throws -> (loss: Tensor, notes: [Measure])

    /// The same step in portions, of which one is in memory at a time; one for all unless a task can do it in parts.
    func portions(step: Int) throws -> [TrainingPortion]

    /// Anything that follows the optimiser's move, such as running statistics.
    func finishStep(_ step: Int) throws

    /// Writes the model in the format of its original, ready for use.
    func save(to folder: URL) throws

    /// How good the model is on what it has never seen.
    func evaluate() throws -> [Measure]
}

extension TrainingTask {
    package func portions(step: Int) throws -> [TrainingPortion] { [TrainingPortion { try self.loss(step: step) }] }

    package func finishStep(_ step: Int) throws {}
}

/// How a miniature model is trained: AdamW, a cosine rate with warm-up, gradients clipped to norm 1.
package struct Recipe: Codable, Sendable, Equatable {
    package var steps: Int
    package var batch: Int
    package var learningRate: Float
    package var warmup: Int
    package var weightDecay: Float
    package var seed: UInt64

    package init(
        steps: Int, batch: Int, learningRate: Float, warmup: Int = 100, weightDecay: Float = 0.01, seed: UInt64
    ) {
        (self.steps, self.batch, self.learningRate) = (steps, batch, learningRate)
        (self.warmup, self.weightDecay, self.seed) = (warmup, weightDecay, seed)
    }

    var plan: TrainingPlan {
        let schedule = CosineSchedule(base: learningRate, warmup: warmup, total: steps, floor: learningRate * 0.02)
        return TrainingPlan(steps: steps, schedule: .cosine(schedule), betas: (0.9, 0.98), gradientNorm: 1)
    }
}

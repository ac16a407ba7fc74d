import Foundation
import SynCheckpoints
import SynTensors

/// A number worth showing beside the loss, or a measure of a trained model's quality.
package struct Measure: Codable, Sendable, Equatable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A model being trained from nothing: what `PretrainingRun` needs to know of it.
///
/// Everything random comes from the step's number, so a run that was stopped goes on as if it had not been.
package protocol Trainee: AnyObject {
    /// The parameters, and the statistics saved beside them.
    var weights: Weights { get }

    /// The loss of one step, and numbers worth showing with it.
    func loss(step: Int) throws -> (loss: Tensor, notes: [Measure])

    /// Anything that follows the optimiser's move, such as running statistics.
    func finishStep(_ step: Int) throws

    /// Writes the model in the format of its original, ready for use.
    func save(to folder: URL) throws

    /// How good the model is on portraits it has never seen.
    func quality() throws -> [Measure]
}

extension Trainee {
    package func finishStep(_ step: Int) throws {}
}

/// How a miniature model is trained.
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
}

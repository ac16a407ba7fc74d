import Foundation
import SynFiles
import SynRuns
import SynTensors

/// The training of one model from nothing, a step at a time.
///
/// The caller owns the loop: it calls `advance()` until `isFinished`, and saves whenever it likes.
package final class Pretraining {
    package let task: any TrainingTask
    package let trainer: Trainer

    /// Takes up the state in `folder` if there is one. Throws where it is that of another model or recipe.
    ///
    /// - Parameters:
    ///   - name: of the model, for that.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ task: any TrainingTask, _ recipe: Recipe, name: String, folder: URL, remark: (String) -> Void = { _ in }
    ) throws {
        self.task = task
        let all = task.weights.all
        trainer = try Trainer(
            TrainedParameter.all(of: task.weights.parameters, weightDecay: recipe.weightDecay),
            statistics: all.filter { !$0.tensor.wantsGradient && $0.tensor.elementType == .float32 }, recipe.plan,
            key: "\(name), \(recipe)", folder: folder, strangers: .refused, remark: remark)
    }

    package var isFinished: Bool { trainer.isFinished }

    /// A line of the log: every tenth step with its own loss.
    private struct Line: Encodable {
        let step: Int
        let loss: Float
        let notes: [Measure]
    }

    /// One step; the numbers that came with it.
    @discardableResult
    package func advance() throws -> [Measure] {
        let place = trainer.step
        var notes: [Measure] = []
        let step: Trainer.Step
        do {
            let portions = try task.portions(step: place)
            step = try trainer.step(over: portions.map { ($0, $0.share) }) { portion in
                let (loss, found) = try portion.loss()
                notes = found
                return loss
            }
        } catch let fault as LossNotFinite {
            throw UserError(.failed, "the loss became \(fault.value) at step \(fault.step); try a lower learning rate")
        }
        try task.finishStep(place)
        if trainer.step % 10 == 0 {
            try trainer.note(Line(step: trainer.step, loss: Float(step.loss), notes: notes))
        }
        return notes
    }
}

import Foundation
import SynFiles
import SynRuns
import SynTensors

/// One sitting of a miniature model's training: steps, the finished model and its record at the end.
package struct PretrainingSession {
    private let model: MiniatureModel
    private let recipe: Recipe
    private let work: URL
    private let folder: URL

    package init(_ model: MiniatureModel, _ recipe: Recipe, work: URL, folder: URL, threads: Int?) {
        (self.model, self.recipe, self.work, self.folder) = (model, recipe, work, folder)
        if let threads { Threads.count = threads }
    }

    /// Trains to the end or until interrupted; both leave a state behind.
    package func run(
        savingTo result: URL, command: String, interruption: Interruption, remark: (String) -> Void = { _ in },
        progress: (Int, String) -> Void
    ) throws -> PretrainingRecord {
        try MemoryNeed.pretraining(model, batch: recipe.batch).check()
        try AtomicFile.makeFolder(folder)
        let lock = try FileLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let training = try Pretraining(
            try model.task(recipe, work: work), recipe, name: model.key, folder: folder, remark: remark)
        let trainer = training.trainer
        progress(trainer.step, "")
        while !training.isFinished {
            let notes = try training.advance()
            let loss = trainer.losses.smooth.map { [Measure("loss", Double($0))] } ?? []
            progress(
                trainer.step,
                (loss + notes).map { "\($0.name) \(String(format: "%.3f", Float($0.value)))" }.joined(separator: ", "))
            try trainer.saveIfDue(interruption)
            try interruption.check()
        }
        try trainer.saveState()
        AtomicFile.removeLeftovers(in: result)   // of a sitting that was killed here
        try training.task.save(to: result)
        let record = PretrainingRecord(
            model: model.name, command: command, recipe: recipe, objective: model.pairing?.record,
            parameters: trainer.parameterCount,
            seconds: trainer.seconds.rounded(), threads: Threads.count,
            finalLoss: trainer.losses.smooth.map(Double.init),
            quality: try withoutGradients { try training.task.evaluate() })
        try record.write(to: result)
        return record
    }
}

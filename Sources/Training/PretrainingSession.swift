import SynFiles
import Foundation
import SynRuns
import SynTensors

/// One sitting of a training: steps, a state every minute, the finished model and its record at the end.
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
        savingTo result: URL, command: String, interruption: Interruption, progress: (Int, String) -> Void
    ) throws -> PretrainingRecord {
        try MemoryNeed.pretraining(model, batch: recipe.batch).check()
        try AtomicFile.makeFolder(folder)
        let lock = try FileLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let run = try PretrainingRun(try model.trainee(recipe, work: work), recipe, folder: folder)
        progress(run.done, "")
        let log = try TrainingLog<Line>(folder.appending(path: "training.jsonl"), keepingUpTo: run.done)
        var lastSave = ContinuousClock.now
        while !run.isFinished {
            let (loss, notes) = try run.step()
            let note = (["loss \(text(run.smoothLoss ?? loss))"] + notes.map { "\($0.name) \(text(Float($0.value)))" })
                .joined(separator: ", ")
            progress(run.done, note)
            if run.done % 10 == 0 { try log.append(Line(step: run.done, loss: loss, notes: notes)) }
            if interruption.isRequested || ContinuousClock.now - lastSave > .seconds(60) {
                try run.saveState()
                lastSave = .now
            }
            try interruption.check()
        }
        try run.saveState()
        try run.trainee.save(to: result)
        let record = PretrainingRecord(
            model: model.rawValue, command: command, recipe: recipe,
            parameters: run.trainee.weights.parameters.reduce(0) { $0 + $1.tensor.count }, seconds: run.seconds.rounded(),
            threads: Threads.count, finalLoss: run.smoothLoss.map(Double.init), quality: try run.trainee.quality())
        try record.write(to: result)
        return record
    }

    private struct Line: LoggedStep {
        let step: Int
        let loss: Float
        let notes: [Measure]
    }

    private func text(_ value: Float) -> String { String(format: "%.3f", value) }
}

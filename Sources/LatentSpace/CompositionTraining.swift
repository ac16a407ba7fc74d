import Foundation
import SynReports
import SynRuns

/// Towers of a model's form trained from nothing on scenes, with CLIP's loss and with captions whose colours or objects
/// were exchanged as further wrong ones (Yuksekgonul et al. 2023, section 4), then asked the same.
package struct CompositionTraining {
    private let form: TwoTowers
    private let steps: Int
    private let batch: Int
    private let seed: UInt64
    private let folder: TrainingFolder

    /// - Parameters:
    ///   - folder: for the states of the trainings, until both are done.
    ///   - interruption: a wish to stop; the same trainings in the same folder go on.
    package init(
        _ form: TwoTowers, steps: Int, batch: Int = 64, seed: UInt64 = 0, folder: URL,
        interruption: Interruption = Interruption(), remark: @escaping (String) -> Void = { _ in }
    ) throws {
        (self.form, self.steps, self.batch, self.seed) = (form, steps, batch, seed)
        self.folder = try TrainingFolder(
            folder, key: "\(try form.contentHash), batches of \(batch), seed \(seed)", interruption: interruption,
            remark: remark)
    }

    /// By CLIP's loss, and with exchanged captions among the wrong ones.
    ///
    /// - Parameter progress: told how many of twice the steps are done; first where it begins.
    package func records(items: Int, progress: (Int) throws -> Void = { _ in }) throws -> [CompositionRecord] {
        let found = try [false, true].map { negatives in
            try record(negatives: negatives, items: items) { try progress($0 + (negatives ? steps : 0)) }
        }
        folder.close()
        return found
    }

    private func record(negatives: Bool, items: Int, progress: (Int) throws -> Void) throws -> CompositionRecord {
        let training = try TowerTraining(like: form, seed: seed, batch: batch)
        let trainer = try training.trainer(negatives ? "exchanged" : "clip", steps: steps, in: folder)
        try progress(trainer.step)
        while !trainer.isFinished {
            try training.step(
                trainer, on: .scenes(step: trainer.step, batch: batch, negatives: negatives, for: training.towers))
            try progress(trainer.step)
            try trainer.saveIfDue(folder.interruption)
            try folder.interruption.check()
        }
        // The next training may be stopped long after this one.
        try trainer.saveState()
        var record = try CompositionStudy(training.towers, items: items, seed: seed).record()
        record.source =
            "\(form.name)'s form, \(steps) steps of \(batch) scenes, "
            + (negatives ? "with exchanged captions (NegCLIP)" : "CLIP's loss")
        return record
    }
}

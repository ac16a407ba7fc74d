import SynReports
import SynRuns

/// Towers of a model's form trained from nothing on scenes, with CLIP's loss and with captions whose colours or objects
/// were exchanged as further wrong ones (Yuksekgonul et al. 2023, section 4), then asked the same.
package struct CompositionTraining: Sendable {
    private let form: TwoTowers
    private let steps: Int
    private let batch: Int
    private let seed: UInt64

    package init(_ form: TwoTowers, steps: Int, batch: Int = 64, seed: UInt64 = 0) {
        (self.form, self.steps, self.batch, self.seed) = (form, steps, batch, seed)
    }

    /// - Parameters:
    ///   - negatives: whether exchanged captions are among the wrong ones.
    ///   - progress: told how many steps are done.
    package func record(
        negatives: Bool, items: Int, progress: (Int) throws -> Void = { _ in }
    ) throws -> CompositionRecord {
        let training = try TowerTraining(like: form, seed: seed, batch: batch)
        let size = form.model.imageSize
        try training.run(
            steps: steps,
            data: { .scenes(step: $0, batch: batch, negatives: negatives, size: size) }, progress: progress)
        var record = try CompositionStudy(training.towers, items: items, seed: seed).record()
        record.source =
            "\(form.name)'s form, \(steps) steps of \(batch) scenes, "
            + (negatives ? "with exchanged captions (NegCLIP)" : "CLIP's loss")
        return record
    }
}

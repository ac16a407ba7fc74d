import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynModels
import SynRuns

/// What one encoder answers after one fine-tuning: kept as `result.json` in the trial's folder, so that no later
/// command does it again.
package struct TrialResult: Codable, Sendable, Equatable {
    /// Of model, data, settings and seed: another trial's result is never taken for this one's.
    package let key: String
    package let encoder: String
    package let task: String
    package let seed: Int
    package let steps: Int
    /// Time of the steps alone.
    package let seconds: Double
    /// Answers to the development sets, in their order: labels' places, or scores.
    package let development: [[Double]]
    /// Answers to the test sets; empty where they were not asked for.
    package let tests: [[Double]]
    /// The lines of `training.jsonl`.
    package let curve: [FineTuningLine]
}

/// One encoder on one task with one seed, and the folder where that stands.
package struct FineTuningTrial {
    package let encoder: TextEmbedder
    package let data: TaskData
    package let settings: FineTuningSettings
    package let seed: Int
    package let folder: URL
    private let key: String

    /// - Parameters:
    ///   - modelHash: of the encoder's folder.
    ///   - out: the study's folder.
    package init(
        _ encoder: TextEmbedder, modelHash: String, _ data: TaskData, _ settings: FineTuningSettings, seed: Int,
        out: URL
    ) throws {
        (self.encoder, self.data, self.settings, self.seed) = (encoder, data, settings, seed)
        folder = out.appending(path: encoder.name).appending(path: data.task.name).appending(path: "seed-\(seed)")
        var hash = ContentHash()
        let parts = ["2", modelHash, data.task.name, data.hash, try settings.yaml, settings.precision.told, "\(seed)"]
        for part in parts { hash.add(part: part) }
        key = hash.hexadecimal
    }

    package static let resultName = "result.json"

    package var title: String { "\(encoder.name), \(data.task.title), seed \(seed)" }

    /// How many steps it has.
    package var steps: Int {
        (data.train.count + settings.batch - 1) / settings.batch * settings.epochs(of: data.task)
    }

    /// What an earlier command has left; nil where there is nothing, or where it is of another trial.
    package func kept() -> TrialResult? {
        guard let bytes = try? WholeFile.readIfThere(folder.appending(path: Self.resultName)),
            let found = try? JSONDecoder().decode(TrialResult.self, from: Data(bytes)), found.key == key,
            found.development.map(\.count) == data.development.map(\.examples.count),
            data.tests.isEmpty || found.tests.map(\.count) == data.tests.map(\.examples.count)
        else { return nil }
        return found
    }

    /// Trains, or goes on where a stopped training stands, and leaves the result.
    ///
    /// - Parameter progress: told how many steps are taken, and a note.
    package func run(
        interruption: Interruption, remark: (String) -> Void, progress: (Int, String) throws -> Void
    ) throws -> TrialResult {
        try AtomicFile.makeFolder(folder)
        let head = Weights(fresh: UInt64(seed))
        let classifier = try TextEncoderFolder.classifier(encoder.folder, outputs: data.task.outputs, head: head)
        let reader = ClassifierReader(
            encoder.reader, classifier.joining, limit: settings.length, positions: classifier.maximumLength)
        let training = try FineTuning(
            classifier, from: encoder.folder, data, settings, reader: reader, seed: seed, key: key, folder: folder,
            remark: remark)
        try progress(training.step, "")
        while !training.isFinished {
            let loss = try training.advance()
            try training.saveStateIfDue(interruption)
            try progress(training.step, loss.map { String(format: "loss %.3f", $0) } ?? "")
            try interruption.check()
        }
        let result = TrialResult(
            key: key, encoder: encoder.name, task: data.task.name, seed: seed, steps: training.steps,
            seconds: training.seconds, development: try data.development.map { try training.answers(to: $0.examples) },
            tests: try data.tests.map { try training.answers(to: $0.examples) }, curve: try training.log())
        try AtomicFile.write(json: result, to: folder.appending(path: Self.resultName))
        // Three times the encoder's size, and of no more use.
        try? FileManager.default.removeItem(at: folder.appending(path: FineTuning.stateName))
        return result
    }
}

extension TaskData {
    /// Of every text and answer.
    package var hash: String {
        var hash = ContentHash()
        for part in [Part("train", train)] + development {
            hash.add(part: part.name)
            for example in part.examples {
                hash.add(part: example.first)
                hash.add(part: example.second ?? "")
                hash.add(part: example.answer?.shortest ?? "")
            }
        }
        return hash.hexadecimal
    }
}

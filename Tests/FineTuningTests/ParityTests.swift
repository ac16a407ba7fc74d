import Foundation
import SynCheckpoints
import SynFineTuning
import SynModels
import SynTensors
import SynTraining
import TestSupport
import Testing

/// Thirty steps of fine-tuning against transformers and torch's AdamW, and every gradient of the first:
/// `Tests/Fixtures/finetuning/make_parity.py`.
@Suite struct FineTuningParityTests {
    private static let steps = 30

    @Test(arguments: [("bert", 3), ("roberta", 2), ("gpt2", 1), ("clip", 2)])
    func lossesAndGradients(name: String, outputs: Int) throws {
        let folder = Fixture.url("finetuning/\(name)")
        let reference = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
        let classifier = try TextEncoderFolder.classifier(
            folder, outputs: outputs, head: try Weights(reading: folder, trainable: true))
        let batches = try (0..<5).map { try Batch($0, reference) }
        let isRegression = outputs == 1

        func loss(_ batch: Batch) throws -> Tensor {
            FineTuning.loss(try classifier.logits(batch.texts), batch.answers, isRegression: isRegression)
        }
        let parameters = classifier.parameters
        let expected = Set(reference.names.filter { $0.hasPrefix("gradient.") }.map { String($0.dropFirst(9)) })
        #expect(Set(parameters.map(\.name)) == expected)
        let found = gradients(of: try loss(batches[0]), for: parameters.map(\.tensor))
        let truths = try parameters.map { try reference.tensor("gradient." + $0.name) }
        // Keys' biases have no gradient but rounding, so that no error is relative to that.
        let largest = truths.flatMap { $0.floats.map(abs) }.max() ?? 0
        for ((parameter, gradient), truth) in zip(zip(parameters, found), truths) {
            #expect(gradient.shape == truth.shape)
            let scale = max(truth.floats.map(abs).max() ?? 0, 1e-3 * largest)
            let error = zip(gradient.floats, truth.floats).map { abs($0 - $1) }.max() ?? .infinity
            #expect(error <= 1e-4 * scale, "\(name) \(parameter.name): \(error) of \(scale)")
        }

        let work = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: work) }
        let trainer = try Trainer(
            TrainedParameter.all(of: parameters, weightDecay: 0.01),
            TrainingPlan(
                steps: Self.steps, schedule: .linear(LinearSchedule(base: 2e-3, warmup: 4, total: Self.steps)),
                gradientNorm: 1),
            key: name, folder: work)
        let losses = try reference.tensor("losses").floats
        #expect(losses.count == Self.steps)
        var largestError = 0.0
        for step in 0..<Self.steps {
            let taken = try trainer.step { try loss(batches[step % 5]) }
            largestError = max(largestError, abs(taken.loss - Double(losses[step])) / Double(losses[step]))
        }
        print("\(name): largest relative error of \(Self.steps) losses \(largestError)")
        #expect(largestError <= 1e-4)
    }

    private struct Batch {
        let texts: [ClassifierText]
        let answers: [Double]

        init(_ index: Int, _ file: SafetensorsFile) throws {
            let (ids, types) = (try file.tensor("ids.\(index)"), try file.tensor("types.\(index)"))
            let time = ids.size(1)
            texts = (0..<ids.size(0)).map { row in
                let own = ids.integers[row * time..<(row + 1) * time].prefix { $0 >= 0 }
                return ClassifierText(
                    Array(own), types: Array(types.integers[row * time..<(row + 1) * time].prefix(own.count)))
            }
            answers = try file.tensor("answers.\(index)").floats.map(Double.init)
        }
    }
}

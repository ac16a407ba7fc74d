import Foundation
import SynCheckpoints
import SynEmbedding
import SynFineTuning
import SynModels
import SynTensors
import SynTraining
import TestSupport
import Testing

/// Steps of fine-tuning against transformers and torch's AdamW, and every gradient of the first:
/// `Tests/Fixtures/finetuning/make_parity.py`, and `make_minilm.py` for a real encoder.
@Suite struct FineTuningParityTests {
    @Test(arguments: [("bert", 3), ("roberta", 2), ("gpt2", 1), ("clip", 2)])
    func lossesAndGradients(name: String, outputs: Int) throws {
        try Self.check(
            Fixture.url("finetuning/\(name)"), outputs: outputs, steps: 30,
            LinearSchedule(base: 2e-3, warmup: 4, total: 30))
    }

    static let real = ProcessInfo.processInfo.environment["SYNESTHESIA_FINETUNING"].map { URL(filePath: $0) }

    /// A real MiniLM on real sentences, their ids and cuts included.
    @Test(.enabled(if: real != nil, "SYNESTHESIA_FINETUNING names no folder made by make_minilm.py"))
    func realMiniLM() throws {
        let folder = try #require(Self.real)
        let reader = ClassifierReader(try TextReader(folder: folder), .typed, limit: 64, positions: 512)
        let texts = try JSONDecoder().decode(
            [[[String]]].self, from: Data(contentsOf: folder.appending(path: "texts.json")))
        let reference = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
        for (index, pairs) in texts.enumerated() {
            let read = pairs.map { reader.read(LabelledText($0[0], $0[1], answer: nil)).text }
            #expect(read == (try Batch(index, reference)).texts)
        }
        #expect(texts.joined().contains { reader.read(LabelledText($0[0], $0[1], answer: nil)).isCut })
        try Self.check(folder, outputs: 2, steps: 10, LinearSchedule(base: 2e-5, warmup: 2, total: 10))
    }

    /// - Parameter folder: a model with its head, and `reference.safetensors`.
    private static func check(_ folder: URL, outputs: Int, steps: Int, _ schedule: LinearSchedule) throws {
        let name = folder.lastPathComponent
        let reference = try SafetensorsFile(folder.appending(path: "reference.safetensors"))
        let classifier = try TextEncoderFolder.classifier(
            folder, outputs: outputs, head: try Weights(reading: folder, trainable: true))
        let batches = try (0..<5).map { try Batch($0, reference) }
        func loss(_ batch: Batch) throws -> Tensor {
            FineTuning.loss(try classifier.logits(batch.texts), batch.answers, isRegression: outputs == 1)
        }
        let parameters = classifier.parameters
        let expected = Set(reference.names.filter { $0.hasPrefix("gradient.") }.map { String($0.dropFirst(9)) })
        #expect(Set(parameters.map(\.name)) == expected)
        let found = gradients(of: try loss(batches[0]), for: parameters.map(\.tensor))
        let truths = try parameters.map { try reference.tensor("gradient." + $0.name) }
        // Keys' biases have no gradient but rounding, so that no error is relative to that.
        let largest = truths.map(Self.largest).max() ?? 0
        var worst = Float(0)
        for ((parameter, gradient), truth) in zip(zip(parameters, found), truths) {
            #expect(gradient.shape == truth.shape)
            let error = Self.largest(gradient - truth) / max(Self.largest(truth), 1e-3 * largest)
            worst = max(worst, error)
            #expect(error <= 1e-4, "\(name) \(parameter.name): \(error)")
        }

        let work = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: work) }
        let trainer = try Trainer(
            TrainedParameter.all(of: parameters, weightDecay: 0.01),
            TrainingPlan(steps: steps, schedule: .linear(schedule), gradientNorm: 1), key: name, folder: work)
        let losses = try reference.tensor("losses").floats
        #expect(losses.count == steps)
        var largestError = 0.0
        for step in 0..<steps {
            let taken = try trainer.step { try loss(batches[step % 5]) }
            largestError = max(largestError, abs(taken.loss - Double(losses[step])) / Double(losses[step]))
        }
        print("\(name): largest relative error of \(steps) losses \(largestError), of gradients \(worst)")
        #expect(largestError <= 1e-4)
    }

    private static func largest(_ tensor: Tensor) -> Float {
        tensor.detached.withFloats { $0.reduce(0) { max($0, abs($1)) } }
    }

    struct Batch {
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

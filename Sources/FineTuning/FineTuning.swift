import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynModels
import SynRuns
import SynTensors
import SynTraining

/// One line of `training.jsonl`.
package struct FineTuningLine: Codable, Sendable, Equatable {
    package let step: Int
    /// Mean loss since the last line.
    package var loss: Double?
    /// The quoted measure on the development set; nil where it was not taken or is undefined.
    package var development: Double?
    package let rate: Double
}

/// The fine-tuning of one encoder on one task with one seed (Devlin et al. 2018, section 4.1): encoder and head as a
/// whole, AdamW, a rate that falls on a straight line, gradients clipped.
///
/// The caller owns the loop. A training made again in the same folder goes on where the saved state stands and ends
/// with the same weights and the same log, to the bit, as one that was never stopped.
package final class FineTuning {
    package let task: TextTask
    private let classifier: any TextClassifier
    private let settings: FineTuningSettings
    private let seed: Int
    private let model: URL
    private let reader: ClassifierReader
    private let train: [(text: ClassifierText, answer: Double)]
    private let development: [LabelledText]
    private let trainer: Trainer
    private let folder: URL
    private let stepsPerEpoch: Int
    /// Of dropout before a head that names its own.
    private let dropoutRate: Float

    /// - Parameters:
    ///   - model: the encoder's folder, to be named where its weights are damaged.
    ///   - folder: gets the state and the log.
    ///   - key: of model, data and code; equal only for trainings that go through the same steps.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ classifier: any TextClassifier, from model: URL, _ data: TaskData, _ settings: FineTuningSettings,
        reader: ClassifierReader, seed: Int, key: String, folder: URL, remark: (String) -> Void = { _ in }
    ) throws {
        (task, self.classifier, self.settings, self.reader) = (data.task, classifier, settings, reader)
        (self.seed, self.model, self.folder) = (seed, model, folder)
        guard data.train.count >= settings.batch else {
            throw UserError(
                .badData,
                "the training set of \(task.title) has \(data.train.count) examples, fewer than a batch of "
                    + "\(settings.batch); give more, or a smaller batch with --set batch=\(max(1, data.train.count))")
        }
        train = data.train.compactMap { example in example.answer.map { (reader.read(example).text, $0) } }
        development = data.development.first?.examples ?? []
        stepsPerEpoch = (train.count + settings.batch - 1) / settings.batch
        dropoutRate = Float(classifier is CLIPTextClassifier ? settings.clipDropout : settings.dropout)
        let steps = stepsPerEpoch * settings.epochs(of: data.task)
        let schedule = LinearSchedule(
            base: Float(settings.learningRate), warmup: Int((settings.warmup * Double(steps)).rounded(.up)),
            total: steps)
        trainer = try Trainer(
            TrainedParameter.all(of: classifier.parameters, weightDecay: Float(settings.weightDecay)),
            TrainingPlan(steps: steps, schedule: .linear(schedule), gradientNorm: Float(settings.gradientNorm)),
            key: "\(key) \(settings) \(seed)", folder: folder, remark: remark)
    }

    package var step: Int { trainer.step }
    package var steps: Int { trainer.plan.steps }
    package var isFinished: Bool { trainer.isFinished }
    /// Time of the steps alone, over all sittings.
    package var seconds: Double { trainer.seconds }

    /// One step, and a look at the development set where one is due. Returns the mean loss of late.
    @discardableResult
    package func advance() throws -> Double? {
        let place = trainer.step
        let dropout = Dropout(
            dropoutRate, attention: Float(settings.dropout),
            RandomStream(seed: UInt64(seed), purpose: "fine-tuning dropout", index: place))
        let batch = batch(of: place)
        let parts = batches(batch, of: settings.microBatch ?? batch.count).map {
            (part: $0, share: Double($0.count) / Double(batch.count))
        }
        let taken: Trainer.Step
        do {
            taken = try trainer.step(over: parts) { part in
                let type: ElementType = settings.precision.resolved == .bfloat16 ? .bfloat16 : .float32
                let logits = try TrainedProducts.$type.withValue(type) {
                    try classifier.logits(part.map { train[$0].text }, dropout: dropout)
                }
                return Self.loss(logits, part.map { train[$0].answer }, isRegression: task.isRegression)
            }
        } catch let fault as LossNotFinite {
            // Before anything moved, no rate is to blame.
            if fault.step == 1 {
                throw NonFinite.complaint("the first loss of \(task.title) is no number", model: model)
            }
            throw UserError(
                .failed,
                "the loss of \(task.title) is no longer a number at step \(fault.step) (seed \(seed)); lower the "
                    + "learning rate (\(settings.learningRate.shortest)) with --set learning-rate=…")
        }
        let measures = isEvaluationDue
        if trainer.step % 10 == 0 || measures {
            var line = FineTuningLine(step: trainer.step, loss: trainer.takeMeanLoss(), rate: Double(taken.rate))
            if measures { line.development = try developmentScore() }
            try trainer.note(line)
        }
        return trainer.losses.smooth.map(Double.init)
    }

    /// Whether the step just taken is one of those at which the development set is measured.
    private var isEvaluationDue: Bool {
        let (epoch, count) = (stepsPerEpoch, settings.evaluations)
        let place = (trainer.step - 1) % epoch + 1
        return (1...count).contains { (epoch * $0 + count - 1) / count == place }
    }

    /// The examples of a step: each epoch goes through all of them in its own order; its last batch may be smaller.
    private func batch(of step: Int) -> [Int] {
        let (epoch, place) = (step / stepsPerEpoch, step % stepsPerEpoch)
        if orderEpoch != epoch {
            var stream = RandomStream(seed: UInt64(seed), purpose: "fine-tuning order", index: epoch)
            (order, orderEpoch) = (stream.permutation(train.count), epoch)
        }
        return Array(order[place * settings.batch..<min((place + 1) * settings.batch, train.count)])
    }

    private var (order, orderEpoch) = ([Int](), -1)

    /// Mean cross-entropy in nats, or the mean squared error of scores, as transformers' heads have it.
    ///
    /// - Parameter logits: [batch, outputs].
    package static func loss(_ logits: Tensor, _ answers: [Double], isRegression: Bool) -> Tensor {
        guard isRegression else {
            return Classification.loss(logits, Tensor(answers.map { Int32($0) }, shape: [answers.count]))
        }
        let gap = logits.reshaped([answers.count]) - Tensor(answers.map { Float($0) }, shape: [answers.count])
        return (gap * gap).mean()
    }

    // MARK: - Answers

    /// The label's place with the largest output, or the score, of each example.
    package func answers(to examples: [LabelledText], progress: (Int) throws -> Void = { _ in }) throws -> [Double] {
        let texts = examples.map { reader.read($0).text }
        let order = texts.indices.sorted { (texts[$0].ids.count, $0) < (texts[$1].ids.count, $1) }
        var answers = [Double](repeating: 0, count: texts.count)
        var done = 0
        for places in batches(order, of: 64) {
            let logits = try withoutGradients { try classifier.logits(places.map { texts[$0] }) }   // [batch, outputs]
            let found = task.isRegression ? logits.floats.map(Double.init) : logits.argmax().integers.map(Double.init)
            for (place, answer) in zip(places, found) { answers[place] = answer }
            done += places.count
            try progress(done)
        }
        guard answers.allSatisfy(\.isFinite) else {
            throw UserError(
                .failed,
                "answers of \(task.title) are no numbers (seed \(seed)); lower the learning rate with --set "
                    + "learning-rate=…")
        }
        return answers
    }

    private func developmentScore() throws -> Double? {
        try? task.metrics[0].value(truth: development.map { $0.answer ?? 0 }, answers: try answers(to: development))
    }

    // MARK: - Files

    /// Saves the state when a stop is wished for, and else as often as takes a hundredth of the time.
    package func saveStateIfDue(_ interruption: Interruption? = nil) throws { try trainer.saveIfDue(interruption) }

    package func saveState() throws { try trainer.saveState() }

    package static let stateName = TrainingState.name

    /// Every line of the log so far.
    package func log() throws -> [FineTuningLine] {
        try JSONLines.read(from: folder.appending(path: TrainingLog.name))
    }
}

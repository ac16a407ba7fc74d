import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynModels
import SynRuns
import SynTensors
import SynTraining

/// The training of one adapter through the frozen decoder (protocol, section 1): teacher-forced cross-entropy of
/// the image's tokens, AdamW, the rate divided by ten when the validation loss stalls.
///
/// The caller owns the loop. A training made again in the same folder goes on where the saved state stands and
/// ends with the same adapter and the same `training.jsonl`, to the bit but for speeds, as one that was never stopped.
/// A state or a log that is not what was written is not taken up: the training begins anew.
package final class AdapterTraining {
    private let decoder: ImageDecoder
    private let settings: AdapterSettings
    private let seed: UInt64
    private let training: AdapterData
    private let validation: AdapterData
    private let folder: URL
    private let metadata: [String: String]

    /// Of scaled vectors, where the settings ask for that. Where the decoder is.
    private let adapter: Adapter
    private let scaling: VectorScaling?
    /// What the adapter's outputs are steps in, where the settings ask for that.
    private let units: PrefixUnits?
    private let trainer: Trainer
    /// How many pictures of a batch go through the decoder together; nil for all.
    private let part: Int?
    private let crew: Crew?

    package let stepsPerEpoch: Int
    package let totalSteps: Int

    /// - Parameters:
    ///   - start: where the settings ask for a silent one; nil otherwise.
    ///   - metadata: goes into the adapter's file: names and hashes of encoder and decoder.
    ///   - crew: ranks that train this adapter together, nil for one alone. What comes out is the same to the bit.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ decoder: ImageDecoder, _ settings: AdapterSettings, seed: UInt64, training: AdapterData,
        validation: AdapterData, start: AdapterStart? = nil, folder: URL, metadata: [String: String],
        crew: Crew? = nil, remark: (String) -> Void = { _ in }
    ) throws {
        (self.decoder, self.settings, self.seed) = (decoder, settings, seed)
        (self.training, self.validation, self.folder, self.metadata) = (training, validation, folder, metadata)
        self.crew = crew.flatMap { $0.count > 1 ? $0 : nil }
        let (size, width) = (training.vectors.size(1), decoder.configuration.transformer.width)
        let fresh =
            switch settings.initial {
            case .linear: try Adapter(from: size, to: width, prefixTokens: settings.prefixTokens, seed: seed)
            case .start, .silent:
                Adapter.constant(
                    start?.constant(settings.prefixTokens, width) ?? decoder.startPrefix(settings.prefixTokens),
                    from: size)
            }
        units = start?.units.map { units in decoder.device.map(units.moved) ?? units }
        adapter = decoder.device.map { fresh.moved(to: $0) } ?? fresh
        scaling =
            settings.precondition
            ? try VectorScaling.whitening(training.vectors, length: settings.vectorLength)
            : settings.standardize ? VectorScaling(training.vectors, length: settings.vectorLength) : nil
        part =
            try decoder.device.map { device in
                let plan = DevicePlan(
                    decoder.configuration, device, precision: decoder.transformer.computeType,
                    prefixTokens: settings.prefixTokens)
                return try plan.trainingPart(asked: settings.batch)
            } ?? settings.microBatch
        stepsPerEpoch = max(1, training.count / settings.batch)
        totalSteps = settings.steps(for: training.count)
        let schedule: RateSchedule =
            switch settings.schedule {
            case .plateau:
                .plateau(
                    PlateauSchedule(
                        base: Float(settings.learningRate), patience: settings.patience,
                        threshold: Float(settings.threshold)))
            case .decay: .linear(LinearSchedule(base: Float(settings.learningRate), warmup: 0, total: totalSteps))
            }
        trainer = try Trainer(
            [
                TrainedParameter("weight", adapter.weight, weightDecay: Float(settings.weightDecay)),
                TrainedParameter("bias", adapter.bias),
            ],
            TrainingPlan(
                steps: totalSteps, schedule: schedule,
                betas: (Float(settings.betas[0]), Float(settings.betas[1]))),
            key: Self.key(settings, seed, [training.count, validation.count, totalSteps], metadata), folder: folder,
            crew: crew, remark: remark)
    }

    static let logName = TrainingLog.name
    static let stateName = TrainingState.name

    /// Steps taken.
    package var step: Int { trainer.step }

    package var isFinished: Bool { trainer.isFinished }

    /// The best validation loss so far.
    package var bestValidation: Float? { trainer.best?.loss }

    package var lastValidation: Float? { trainer.lastValidation }

    // MARK: - Steps

    /// One step, and a validation when it ends an epoch or the training. Returns the lines that went to the log.
    @discardableResult
    package func advance() throws -> [TrainingLine] {
        let place = step
        let epoch = place / stepsPerEpoch
        let samples = batch(of: place)
        var captions = RandomStream(seed: seed, purpose: "captions", index: place)
        let choices = samples.map { ($0, captions.below(training.captionCount($0))) }
        let parts = batches(Array(choices.indices), of: part ?? choices.count).map { places in
            (
                part: (choices: places.map { choices[$0] }, first: places.first ?? 0),
                share: Double(places.count) / Double(choices.count)
            )
        }
        let taken: Trainer.Step
        do {
            taken = try trainer.step(over: parts) { part, first in
                // Each part draws what it would draw after those before it, whoever computes them.
                var stream = RandomStream(seed: seed, purpose: "adapter dropout", index: place)
                stream.skip(first * settings.prefixTokens * adapter.width)
                let dropout = Dropout(Float(settings.dropout), stream)
                let prefix = dropout(prefixes(of: training.vectors(part)))   // [part, K, width]
                let loss = loss(training.tokens.rows(at: part.map(\.0)), prefix)
                try decoder.device?.check()
                return loss
            }
            try decoder.device?.check()
        } catch let fault as LossNotFinite {
            throw complaint(fault)
        }
        var lines: [TrainingLine] = []
        if step % 10 == 0 || isFinished {
            lines.append(
                TrainingLine(
                    step: step, epoch: epoch, loss: trainer.takeMeanLoss(), rate: Double(taken.rate),
                    samplesPerSecond: (Double(samples.count) / taken.seconds * 10).rounded() / 10))
        }
        if step % stepsPerEpoch == 0 || isFinished {
            let found = validationLoss()
            lines.append(TrainingLine(step: step, epoch: epoch, validation: Double(found), rate: Double(taken.rate)))
            do {
                try trainer.observe(found, endsRound: step % stepsPerEpoch == 0)
            } catch let fault as LossNotFinite {
                throw complaint(fault)
            }
        }
        for line in lines { try trainer.note(line) }
        return lines
    }

    /// The samples of a step: each epoch goes through them in its own order, whole batches only, as published: of
    /// 25,000 samples in batches of 128 each epoch leaves 40 out, other ones every time.
    private func batch(of step: Int) -> [Int] {
        let (epoch, place) = (step / stepsPerEpoch, step % stepsPerEpoch)
        var order = RandomStream(seed: seed, purpose: "epoch order", index: epoch)
        let size = min(settings.batch, training.count)
        return Array(order.permutation(training.count)[place * size..<(place + 1) * size])
    }

    /// [batch, d] → [batch, K, width], by the adapter in the form in which it is trained.
    private func prefixes(of vectors: Tensor) -> Tensor {
        let made = adapter(scaling?(vectors) ?? vectors)
        return units?(made) ?? made
    }

    /// Mean cross-entropy over the image tokens: input is the start token and all tokens but the last.
    private func loss(_ tokens: Tensor, _ prefix: Tensor) -> Tensor {
        NextToken.loss(decoder.logits(of: tokens, prefix: prefix), tokens)
    }

    private func validationLoss() -> Float {
        func total(_ places: [Int]) -> Double {
            withoutGradients {
                let vectors = validation.vectors(places.map { ($0, $0 % validation.captionCount($0)) })
                let prefix = prefixes(of: vectors)
                return Double(loss(validation.tokens.rows(at: places), prefix).item) * Double(places.count)
            }
        }
        let parts = batches(Array(0..<validation.count), of: 64)
        let totals = crew?.numbers(parts.count) { total(parts[$0]) } ?? parts.map(total)
        return Float(totals.reduce(0, +) / Double(validation.count))
    }

    /// The frozen decoder is to blame if it holds what is not a number; else the steps were too wide.
    private func complaint(_ fault: LossNotFinite) -> any Error {
        if let folder = decoder.folder, UnsoundWeight.first(in: folder) != nil {
            return NonFinite.complaint("the adapter's loss is \(fault.value)", model: folder)
        }
        return UserError(
            .failed,
            "the adapter's loss is no longer a number at step \(fault.step); "
                + settings.advice(onLossOfStep: fault.step))
    }

    // MARK: - Files

    /// The best adapter so far by validation, in the form in which it is trained: of scaled vectors, into ``units``.
    var best: Adapter? {
        trainer.best.map { Adapter(weight: $0.tensors[0], bias: $0.tensors[1], width: adapter.width) }
    }

    /// Saves the state when a stop is wished for, and else as often as takes a hundredth of the time: a kill costs a
    /// second or two.
    ///
    /// A crew stops together: after a step before which one of its members wished to, whose `interruption` is then
    /// everybody's.
    package func saveStateIfDue(_ interruption: Interruption? = nil) throws {
        if crew != nil {
            if trainer.isStopWished { interruption?.request() }
            trainer.wishesToStop = interruption?.isRequested ?? false
            return try trainer.saveIfDue(trainer.isStopWished ? interruption : nil)
        }
        try trainer.saveIfDue(interruption)
    }

    /// Whether a crew stops now; of one alone its interruption tells.
    var isStopAgreed: Bool { trainer.isStopWished }

    /// Everything that going on needs.
    package func saveState() throws { try trainer.saveState() }

    private static func key(
        _ settings: AdapterSettings, _ seed: UInt64, _ counts: [Int], _ metadata: [String: String]
    ) -> String {
        var hash = ContentHash()
        hash.add(part: "\(settings) \(seed) \(counts)")
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { hash.add(part: "\(name)=\(value)") }
        return hash.hexadecimal
    }

    /// Writes the best adapter as `adapter.safetensors` and the last as `adapter-last.safetensors`.
    package func saveAdapters() throws {
        let notes = metadata.merging(["step": "\(step)", "seed": "\(seed)"]) { $1 }
        func save(_ adapter: Adapter, as name: String) throws {
            let trained = adapter.moved(to: nil)
            let adapter = units?.folded(trained) ?? trained
            try (scaling?.folded(adapter) ?? adapter).save(to: folder.appending(path: name), metadata: notes)
        }
        try save(adapter, as: "adapter-last.safetensors")
        try save(best ?? adapter, as: Adapter.fileName)
    }
}

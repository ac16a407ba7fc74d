import SynCheckpoints
import SynEmbedding
import SynFiles
import Foundation
import SynModels
import SynRuns
import SynTensors
import SynTraining

/// What the adapter learns from: tokens of pictures and vectors of their captions, all computed before.
package struct AdapterData: Sendable {
    let tokens: Tensor           // Int32 [samples, h·w]
    let vectors: Tensor          // [captions, d], one sample's captions after another's
    /// Where each sample's captions begin in `vectors`; one more entry at the end.
    let starts: [Int]

    package init(tokens: Tensor, vectors: Tensor, captionCounts: [Int]) throws {
        let captions = captionCounts.reduce(0, +)
        guard tokens.size(0) == captionCounts.count, vectors.size(0) == captions else {
            throw Complaint(
                .badData, "there are tokens of \(tokens.size(0)) pictures and \(vectors.size(0)) caption vectors for "
                    + "\(captionCounts.count) pictures with \(captions) captions; they must be as many")
        }
        self.tokens = tokens
        self.vectors = vectors
        starts = captionCounts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    }

    package var count: Int { tokens.size(0) }

    /// Caption vectors of chosen captions of samples.
    func vectors(_ choices: [(sample: Int, caption: Int)]) -> Tensor {
        vectors.rows(at: choices.map { starts[$0.sample] + $0.caption })
    }

    func captionCount(_ sample: Int) -> Int { starts[sample + 1] - starts[sample] }
}

/// One line of `training.jsonl`.
package struct TrainingLine: LoggedStep, Sendable, Equatable {
    package let step: Int
    package let epoch: Int
    /// Mean loss since the last line, nats per image token.
    package var loss: Double?
    /// Loss on the validation pictures, at the end of an epoch.
    package var validation: Double?
    package let rate: Double
    package var samplesPerSecond: Double?

    enum CodingKeys: String, CodingKey {
        case step, epoch, loss, validation, rate
        case samplesPerSecond = "samples_per_second"
    }
}

/// The training of one adapter through the frozen decoder (protocol, section 1): teacher-forced cross-entropy of
/// the image's tokens, AdamW, the rate divided by ten when the validation loss stalls.
///
/// The caller owns the loop. A training made again in the same folder goes on where the saved state stands and
/// ends with the same adapter and the same `training.jsonl`, to the bit but for speeds, as one that was never stopped. A
/// state or a log that is not what was written is not taken up: the training begins anew.
package final class AdapterTraining {
    private let decoder: ImageDecoder
    private let settings: AdapterSettings
    private let seed: UInt64
    private let training: AdapterData
    private let validation: AdapterData
    private let folder: URL
    private let metadata: [String: String]
    /// Equal for trainings that go through the same steps.
    private let key: String

    private let adapter: Adapter
    private let optimiser: AdamW
    private let log: MarkedLog
    private var schedule: PlateauSchedule
    private var best: (loss: Float, weight: Tensor, bias: Tensor)?
    private var pending: (sum: Double, count: Int) = (0, 0)
    package private(set) var step = 0
    package private(set) var lastValidation: Float?

    package let stepsPerEpoch: Int
    package let totalSteps: Int

    /// - Parameters:
    ///   - metadata: goes into the adapter's file: names and hashes of encoder and decoder.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ decoder: ImageDecoder, _ settings: AdapterSettings, seed: UInt64, training: AdapterData, validation: AdapterData,
        folder: URL, metadata: [String: String], remark: (String) -> Void = { _ in }
    ) throws {
        (self.decoder, self.settings, self.seed) = (decoder, settings, seed)
        (self.training, self.validation, self.folder, self.metadata) = (training, validation, folder, metadata)
        adapter = try Adapter(
            from: training.vectors.size(1), to: decoder.configuration.transformer.width,
            prefixTokens: settings.prefixTokens, seed: seed)
        optimiser = AdamW(
            adapter.parameters, betas: (Float(settings.betas[0]), Float(settings.betas[1])),
            weightDecay: [Float(settings.weightDecay), 0])
        schedule = PlateauSchedule(
            base: Float(settings.learningRate), patience: settings.patience, threshold: Float(settings.threshold))
        stepsPerEpoch = max(1, training.count / settings.batch)
        totalSteps = settings.steps(for: training.count)
        key = Self.key(settings, seed, [training.count, validation.count, totalSteps], metadata)
        try AtomicFile.makeFolder(folder)
        let state = State(in: folder, of: key, adapter, upTo: totalSteps)
        var log: MarkedLog?
        var problem = state.problem
        if let saved = state.saved {
            log = try MarkedLog(folder.appending(path: Self.logName), upTo: saved.record.log)
            if log == nil { problem = "\(folder.path)/\(Self.logName) is not the log that the saved state belongs to" }
        }
        if let problem { remark("\(problem); the training begins anew") }
        let goesOn = log != nil
        guard let log = try log ?? MarkedLog(folder.appending(path: Self.logName), upTo: nil) else {
            throw Complaint(.failed, "\(folder.path)/\(Self.logName) cannot be written")
        }
        self.log = log
        if goesOn, let saved = state.saved { try takeUp(saved) }
    }

    static let logName = "training.jsonl"
    static let stateName = "state.safetensors"

    package var isFinished: Bool { step >= totalSteps }

    /// The best validation loss so far.
    package var bestValidation: Float? { best?.loss }

    /// One step, and a validation when it ends an epoch or the training. Returns the lines that went to the log.
    @discardableResult
    package func advance() throws -> [TrainingLine] {
        let start = ContinuousClock.now
        let epoch = step / stepsPerEpoch
        let samples = batch(of: step)
        var captions = RandomStream(seed: seed, purpose: "captions", index: step)
        let choices = samples.map { ($0, captions.below(training.captionCount($0))) }
        var dropout = RandomStream(seed: seed, purpose: "adapter dropout", index: step)
        var (value, sums) = (0.0, [Tensor]())
        // Parts of a batch one after another, their gradients summed: the same step in less memory.
        for part in batches(choices, of: settings.microBatch ?? choices.count) {
            let prefix = adapter(training.vectors(part)).dropout(Float(settings.dropout), &dropout)   // [part, K, width]
            let loss = loss(training.tokens.rows(at: part.map(\.0)), prefix)
            let share = Double(part.count) / Double(choices.count)
            value += Double(loss.item) * share
            let found = gradients(of: part.count == choices.count ? loss : loss * Float(share), for: adapter.parameters)
            sums = sums.isEmpty ? found : zip(sums, found).map { $0 + $1 }
        }
        guard value.isFinite else {
            // The frozen decoder is to blame if it holds what is not a number; else the steps were too wide.
            if let folder = decoder.folder, UnsoundWeight.first(in: folder) != nil {
                throw NonFinite.complaint("the adapter's loss is \(value)", model: folder)
            }
            throw Complaint(.failed, "the adapter's loss is no longer a number at step \(step + 1); \(advice)")
        }
        optimiser.step(gradients: sums, learningRate: schedule.rate)
        step += 1
        pending = (pending.sum + value, pending.count + 1)

        var lines: [TrainingLine] = []
        if step % 10 == 0 || isFinished {
            let time = (ContinuousClock.now - start).components
            let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
            lines.append(
                TrainingLine(
                    step: step, epoch: epoch, loss: pending.sum / Double(pending.count), rate: Double(schedule.rate),
                    samplesPerSecond: (Double(samples.count) / seconds * 10).rounded() / 10))
            pending = (0, 0)
        }
        if step % stepsPerEpoch == 0 || isFinished {
            let found = validationLoss()
            lines.append(TrainingLine(step: step, epoch: epoch, validation: Double(found), rate: Double(schedule.rate)))
            lastValidation = found
            if found < best?.loss ?? .infinity {
                best = (found, copy(adapter.weight), copy(adapter.bias))
            }
            if step % stepsPerEpoch == 0 { schedule.observe(found) }
        }
        for line in lines { try log.append(line) }
        return lines
    }

    /// What to try when the loss is no number: only what can be the reason.
    private var advice: String {
        if step == 0 { return "it was none from the start, so weights of the decoder or vectors of the encoder are damaged" }
        let published = AdapterSettings()
        let unusual = [
            settings.learningRate > published.learningRate ? "lower adapter.learning-rate (\(settings.learningRate))" : nil,
            settings.betas != published.betas ? "bring adapter.betas \(settings.betas) nearer to \(published.betas)" : nil,
            settings.weightDecay > published.weightDecay ? "lower adapter.weight-decay (\(settings.weightDecay))" : nil,
            settings.dropout > published.dropout ? "lower adapter.dropout (\(settings.dropout))" : nil,
        ].compactMap(\.self)
        return unusual.isEmpty ? "vectors of the encoder may be damaged or very large" : unusual.joined(separator: " or ")
    }

    /// The samples of a step: each epoch goes through all of them in its own order, whole batches only.
    private func batch(of step: Int) -> [Int] {
        let (epoch, place) = (step / stepsPerEpoch, step % stepsPerEpoch)
        var order = RandomStream(seed: seed, purpose: "epoch order", index: epoch)
        let size = min(settings.batch, training.count)
        return Array(order.permutation(training.count)[place * size..<(place + 1) * size])
    }

    /// Mean cross-entropy over the image tokens: input is the start token and all tokens but the last.
    private func loss(_ tokens: Tensor, _ prefix: Tensor) -> Tensor {
        decoder.logits(of: tokens, prefix: prefix).crossEntropy(tokens)
    }

    private func validationLoss() -> Float {
        let frozen = Adapter(weight: copy(adapter.weight), bias: copy(adapter.bias), width: adapter.width)
        var total = 0.0
        for places in batches(Array(0..<validation.count), of: 64) {
            let prefix = frozen(validation.vectors(places.map { ($0, $0 % validation.captionCount($0)) }))
            total += Double(loss(validation.tokens.rows(at: places), prefix).item) * Double(places.count)
        }
        return Float(total / Double(validation.count))
    }

    private func copy(_ tensor: Tensor) -> Tensor { Tensor(tensor.floats, shape: tensor.shape) }

    // MARK: - Files

    /// Everything that going on needs.
    package func saveState() throws {
        let state = optimiser.state
        var tensors: [(name: String, tensor: Tensor)] = [
            ("weight", adapter.weight.detached), ("bias", adapter.bias.detached),
            ("first.weight", state.first[0]), ("first.bias", state.first[1]),
            ("second.weight", state.second[0]), ("second.bias", state.second[1]),
        ]
        if let best { tensors += [("best.weight", best.weight), ("best.bias", best.bias)] }
        let progress = State.Progress(
            step: step, schedule: schedule, best: best?.loss, last: lastValidation, sum: pending.sum, count: pending.count,
            steps: totalSteps, key: key, log: try log.flush())
        try StateFile.write(tensors, progress, to: State.url(in: folder))
    }

    /// A saved state, if there is one that this training can go on from.
    struct State {
        struct Progress: Codable {
            let step: Int
            let schedule: PlateauSchedule
            let best: Float?
            let last: Float?
            let sum: Double
            let count: Int
            let steps: Int
            let key: String
            let log: MarkedLog.Mark

            /// Whether these can be the numbers of a training: a hash beside them says only that nobody changed them since.
            var isSound: Bool {
                (0...max(steps, 0)).contains(step) && (0...step).contains(count) && sum.isFinite
                    && schedule.rate.isFinite && (0...max(schedule.patience, 0)).contains(schedule.badRounds)
            }
        }

        var saved: StateFile<Progress>?
        /// Why the file that is there is not used.
        var problem: String?

        static func url(in folder: URL) -> URL { folder.appending(path: AdapterTraining.stateName) }

        init(in folder: URL, of key: String, _ adapter: Adapter, upTo steps: Int) {
            let url = Self.url(in: folder)
            guard FileManager.default.fileExists(atPath: url.path) else { return }
            do {
                let file = try StateFile<Progress>(url)
                let record = file.record
                guard record.key == key, record.steps == steps, record.isSound else {
                    throw StateFile<Progress>.Unfit(reason: "is not of this training")
                }
                for prefix in ["", "first.", "second."] + (record.best == nil ? [] : ["best."]) {
                    _ = try file.tensor(prefix + "weight", adapter.weight.shape)
                    _ = try file.tensor(prefix + "bias", adapter.bias.shape)
                }
                saved = file
            } catch {
                problem = "\(url.path) \((error as? StateFile<Progress>.Unfit)?.reason ?? "is damaged")"
            }
        }
    }

    private func takeUp(_ state: StateFile<State.Progress>) throws {
        func pair(_ prefix: String) throws -> (weight: Tensor, bias: Tensor) {
            (try state.tensor(prefix + "weight", adapter.weight.shape), try state.tensor(prefix + "bias", adapter.bias.shape))
        }
        let (now, first, second, progress) = (try pair(""), try pair("first."), try pair("second."), state.record)
        adapter.weight.assign(now.weight)
        adapter.bias.assign(now.bias)
        optimiser.restore(step: progress.step, first: [first.weight, first.bias], second: [second.weight, second.bias])
        if let loss = progress.best {
            let found = try pair("best.")
            best = (loss, found.weight, found.bias)
        }
        (step, schedule, lastValidation) = (progress.step, progress.schedule, progress.last)
        pending = (progress.sum, progress.count)
    }

    private static func key(_ settings: AdapterSettings, _ seed: UInt64, _ counts: [Int], _ metadata: [String: String]) -> String {
        var hash = ContentHash()
        hash.add(part: "\(settings) \(seed) \(counts)")
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { hash.add(part: "\(name)=\(value)") }
        return hash.hexadecimal
    }

    /// Writes the best adapter as `adapter.safetensors` and the last as `adapter-last.safetensors`.
    package func saveAdapters() throws {
        let chosen = best.map { Adapter(weight: $0.weight, bias: $0.bias, width: adapter.width) } ?? adapter
        let notes = metadata.merging(["step": "\(step)", "seed": "\(seed)"]) { $1 }
        try adapter.save(to: folder.appending(path: "adapter-last.safetensors"), metadata: notes)
        try chosen.save(to: folder.appending(path: "adapter.safetensors"), metadata: notes)
    }
}

extension AdapterSettings {
    /// How many steps a training on so many pictures takes.
    func steps(for pictures: Int) -> Int { steps ?? epochs * max(1, pictures / batch) }
}

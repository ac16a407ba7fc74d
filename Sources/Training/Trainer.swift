import Foundation
import SynFiles
import SynRuns
import SynTensors

/// What every training has in common: the optimiser's step, the guard against losses that are no numbers, counting, the
/// log, the saved state, and going on from it.
///
/// The caller owns the loop, the data and the loss. A training made again in the same folder goes on where the saved
/// state stands, with the same numbers as if it had never been stopped. A state or a log that is not what was written
/// is not taken up: the training begins anew.
package final class Trainer {
    /// What happens where a folder holds the state of another training.
    package enum Strangers: Sendable {
        /// It is overwritten: the folder belongs to this training.
        case replaced
        /// It may be hours of work, so that a person has to decide.
        case refused
    }

    package let parameters: [TrainedParameter]
    package let plan: TrainingPlan
    /// Steps taken.
    package private(set) var step = 0
    /// Time of the steps alone, over all sittings.
    package private(set) var seconds = 0.0
    package private(set) var losses = LossMeter()
    /// The parameters with the least validation loss so far, in their order.
    package private(set) var best: (loss: Float, tensors: [Tensor])?
    package private(set) var lastValidation: Float?

    private let optimiser: AdamW
    private var schedule: RateSchedule
    /// What steps change beside the parameters, such as running statistics.
    private let statistics: [(name: String, tensor: Tensor)]
    private let key: String
    private let stateURL: URL
    /// Nil where another member of the crew writes.
    private let log: TrainingLog?
    private let crew: Crew?
    /// Whether this member of a crew wishes to stop, which all learn at the next step.
    package var wishesToStop = false
    /// Whether any member wished to before the last step.
    package private(set) var isStopWished = false
    private var clock = SavingClock()

    /// Takes up the state in `folder` if there is one.
    ///
    /// - Parameters:
    ///   - statistics: Float32 tensors that are saved with the parameters and put back with them.
    ///   - key: equal only for trainings that go through the same steps: of data, model, settings and seed.
    ///   - folder: gets the state and the log; no two trainings share one.
    ///   - crew: ranks that take each step together, see ``step(over:loss:)``; the first one writes. Nil for one alone.
    ///   - remark: is told when a saved state cannot be used.
    package init(
        _ parameters: [TrainedParameter], statistics: [(name: String, tensor: Tensor)] = [], _ plan: TrainingPlan,
        key: String, folder: URL, strangers: Strangers = .replaced, crew: Crew? = nil,
        remark: (String) -> Void = { _ in }
    ) throws {
        (self.parameters, self.statistics, self.plan, self.key) = (parameters, statistics, plan, key)
        self.crew = crew.flatMap { $0.count > 1 ? $0 : nil }
        optimiser = AdamW(parameters.map(\.tensor), betas: plan.betas, weightDecay: parameters.map(\.weightDecay))
        schedule = plan.schedule
        stateURL = folder.appending(path: TrainingState.name)
        if let crew = self.crew, !crew.isLed {
            log = nil
            try follow(crew)
            return
        }
        try AtomicFile.makeFolder(folder)
        let logURL = folder.appending(path: TrainingLog.name)
        var (saved, log): (Saved?, TrainingLog?)
        do {
            saved = try Saved(stateURL, of: parameters, statistics, key, plan.steps, strangers)
            if let saved {
                log = try TrainingLog(logURL, upTo: saved.progress.log)
                if log == nil { throw TrainingState.Unfit(reason: "belongs to a log that is not the one beside it") }
            }
        } catch let unfit as TrainingState.Unfit {
            remark("\(stateURL.path) \(unfit.reason); the training begins anew")
        }
        let goesOn = log != nil
        guard let log = try log ?? TrainingLog(logURL, upTo: nil) else {
            throw UserError(.failed, "\(logURL.path) cannot be written")
        }
        self.log = log
        if goesOn, let saved { takeUp(saved) }
        self.crew?.sayStep(step)
    }

    /// Begins where the crew's first member began: at the state that it took up, which stays until all have taken
    /// a step.
    private func follow(_ crew: Crew) throws {
        guard crew.firstStep > 0 else { return }
        guard let saved = try Saved(stateURL, of: parameters, statistics, key, plan.steps, .replaced) else {
            throw UserError(
                .failed, "\(stateURL.path) cannot be seen on every machine of the job; is the folder on a shared disk?")
        }
        takeUp(saved)
    }

    package var isFinished: Bool { step >= plan.steps }

    /// The rate of the next step.
    package var rate: Float { schedule.rate(at: step) }

    /// How many numbers are trained.
    package var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    // MARK: - Steps

    /// What one step was.
    package struct Step: Sendable {
        package let loss: Double
        package let rate: Float
        package let seconds: Double
    }

    /// One step. Throws `LossNotFinite`, with nothing moved, where the loss is no number.
    @discardableResult
    package func step(_ loss: () throws -> Tensor) throws -> Step { try step(over: [((), 1)]) { _ in try loss() } }

    /// One step over parts of a batch one after another, their gradients summed: the same step in less memory.
    ///
    /// - Parameters:
    ///   - parts: each with its share of the whole; the shares sum to 1.
    ///   - loss: a scalar, the mean over the part.
    @discardableResult
    package func step<Part>(over parts: [(part: Part, share: Double)], loss: (Part) throws -> Tensor) throws -> Step {
        let start = ContinuousClock.now
        var (value, sums) = (0.0, [Tensor]())
        func found(_ part: Part, _ share: Double) throws -> (loss: Double, gradients: [Tensor]) {
            let loss = try loss(part)
            return (
                Double(loss.item) * share,
                gradients(of: parts.count == 1 ? loss : loss * Float(share), for: optimiser.parameters)
            )
        }
        if let crew {
            let all = try crew.step(over: parts.count, wishesToStop: wishesToStop, optimiser.parameters.map(\.shape)) {
                try found(parts[$0].part, parts[$0].share)
            }
            (value, sums, isStopWished) = (all.loss, all.gradients, all.isStopWished)
        } else {
            for (part, share) in parts {
                let (loss, gradients) = try found(part, share)
                value += loss
                sums = sums.isEmpty ? gradients : zip(sums, gradients).map { $0 + $1 }
            }
        }
        guard value.isFinite else { throw LossNotFinite(value: value, step: step + 1) }
        if let limit = plan.gradientNorm { sums = clipped(sums, toNorm: limit).gradients }
        let rate = rate
        optimiser.step(gradients: sums, learningRate: rate)
        step += 1
        losses.add(value)
        let time = (ContinuousClock.now - start).components
        let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
        self.seconds += seconds
        return Step(loss: value, rate: rate, seconds: seconds)
    }

    /// The mean loss since this was last asked for.
    package func takeMeanLoss() -> Double? { losses.takeMean() }

    /// Takes note of a validation loss: keeps the best parameters and, where it ends a round, tells the schedule.
    package func observe(_ validation: Float, endsRound: Bool) throws {
        guard validation.isFinite else { throw LossNotFinite(value: Double(validation), step: step) }
        lastValidation = validation
        if validation < best?.loss ?? .infinity { best = (validation, parameters.map { copy($0.tensor) }) }
        if endsRound { schedule.observe(validation) }
    }

    private func copy(_ tensor: Tensor) -> Tensor { Tensor(tensor.floats, shape: tensor.shape) }

    /// Writes a line of the log.
    package func note(_ line: some Encodable) throws { try log?.append(line) }

    // MARK: - Stopping and going on

    /// Saves the state when a stop is wished for, and else as often as takes a hundredth of the time.
    package func saveIfDue(_ interruption: Interruption? = nil) throws {
        try clock.saveIfDue(interruption) { try saveState() }
    }

    /// Writes everything that going on needs; replaces the older state only when complete.
    package func saveState() throws {
        guard let log else { return }
        let moments = optimiser.state
        var tensors: [(name: String, tensor: Tensor)] = []
        for (i, parameter) in parameters.enumerated() {
            tensors.append(("parameter." + parameter.name, parameter.tensor.detached.moved(to: nil)))
            tensors.append(("first." + parameter.name, moments.first[i]))
            tensors.append(("second." + parameter.name, moments.second[i]))
            if let best { tensors.append(("best." + parameter.name, best.tensors[i])) }
        }
        tensors += statistics.map { ("statistic." + $0.name, $0.tensor) }
        let progress = TrainingState.Progress(
            key: key, steps: plan.steps, step: step, seconds: seconds, schedule: schedule, losses: losses,
            bestValidation: best?.loss, lastValidation: lastValidation, log: try log.flush())
        try TrainingState.write(tensors, progress, to: stateURL)
    }

    /// A state that fits, every tensor of it found before anything is moved.
    private struct Saved {
        let progress: TrainingState.Progress
        let parameters, first, second, statistics: [Tensor]
        let best: (loss: Float, tensors: [Tensor])?

        /// Nil where there is no state.
        init?(
            _ url: URL, of parameters: [TrainedParameter], _ statistics: [(name: String, tensor: Tensor)],
            _ key: String, _ steps: Int, _ strangers: Strangers
        ) throws {
            guard FileManager.default.fileExists(atPath: url.path) else { return nil }
            let state = try TrainingState(url)
            progress = state.progress
            guard progress.key == key, progress.steps == steps else {
                guard strangers == .refused else { throw TrainingState.Unfit(reason: "is not of this training") }
                throw UserError(
                    .settings,
                    "\(url.path) belongs to another training (\(printable(progress.key))); "
                        + "remove it to start anew, or ask for that one")
            }
            func all(_ kind: String) throws -> [Tensor] {
                try parameters.map { try state.tensor("\(kind).\($0.name)", $0.tensor.shape) }
            }
            (self.parameters, first, second) = (try all("parameter"), try all("first"), try all("second"))
            best = try progress.bestValidation.map { ($0, try all("best")) }
            self.statistics = try statistics.map { try state.tensor("statistic." + $0.name, $0.tensor.shape) }
        }
    }

    private func takeUp(_ saved: Saved) {
        for (parameter, tensor) in zip(parameters, saved.parameters) { parameter.tensor.assign(tensor) }
        for (statistic, tensor) in zip(statistics, saved.statistics) { statistic.tensor.assign(tensor) }
        let progress = saved.progress
        optimiser.restore(step: progress.step, first: saved.first, second: saved.second)
        (step, seconds, schedule, losses) = (progress.step, progress.seconds, progress.schedule, progress.losses)
        (best, lastValidation) = (saved.best, progress.lastValidation)
    }
}

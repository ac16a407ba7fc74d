import Foundation
import SynFiles
import SynRuns
import SynTensors

/// The training of one model, a step at a time: AdamW, a cosine rate with warm-up, gradients clipped to norm 1.
///
/// The caller owns the loop: it calls `step()` until `isFinished`, and `saveState` whenever it likes. A run
/// made again in the same folder goes on from the saved state with the same numbers as if never stopped.
package final class PretrainingRun {
    package let recipe: Recipe
    package let trainee: any Trainee
    /// Steps taken.
    package private(set) var done = 0
    /// Seconds of training so far, over all sittings.
    package private(set) var seconds = 0.0
    /// The loss, smoothed over about fifty steps; nil before the first.
    package private(set) var smoothLoss: Float?

    private let optimiser: AdamW
    private let schedule: CosineSchedule
    private let stateURL: URL
    private let names: [String]

    /// Takes up the state in `folder` if there is one.
    package init(_ trainee: any Trainee, _ recipe: Recipe, folder: URL) throws {
        self.trainee = trainee
        self.recipe = recipe
        let parameters = trainee.weights.parameters
        names = parameters.map(\.name)
        // Norms' scales, biases and single numbers do not decay.
        let decay = parameters.map { $0.tensor.shape.count > 1 ? recipe.weightDecay : 0 }
        optimiser = AdamW(parameters.map(\.tensor), betas: (0.9, 0.98), weightDecay: decay)
        schedule = CosineSchedule(
            base: recipe.learningRate, warmup: recipe.warmup, total: recipe.steps, floor: recipe.learningRate * 0.02)
        stateURL = folder.appending(path: "state.safetensors")
        if FileManager.default.fileExists(atPath: stateURL.path) { try resume() }
    }

    package var isFinished: Bool { done >= recipe.steps }

    /// One step; the loss and the numbers that came with it.
    package func step() throws -> (loss: Float, notes: [Measure]) {
        let start = ContinuousClock.now
        let (loss, notes) = try trainee.loss(step: done)
        let value = loss.item
        guard value.isFinite else {
            throw Complaint(.failed, "the loss became \(value) at step \(done); try a lower learning rate")
        }
        let found = clipped(gradients(of: loss, for: optimiser.parameters), toNorm: 1).gradients
        optimiser.step(gradients: found, learningRate: schedule.rate(at: done))
        try trainee.finishStep(done)
        done += 1
        smoothLoss = smoothLoss.map { $0 * 0.98 + value * 0.02 } ?? value
        let time = (ContinuousClock.now - start).components
        seconds += Double(time.seconds) + Double(time.attoseconds) * 1e-18
        return (value, notes)
    }

    // MARK: - Stopping and going on

    private var statistics: [(name: String, tensor: Tensor)] {
        trainee.weights.all.filter { !$0.tensor.wantsGradient && $0.tensor.elementType == .float32 }
    }

    /// Writes parameters, moments and counters; replaces the older state only when complete.
    package func saveState() throws {
        var tensors: [(name: String, tensor: Tensor)] = []
        let state = optimiser.state
        for (i, name) in names.enumerated() {
            tensors.append(("parameter." + name, optimiser.parameters[i].detached))
            tensors.append(("first." + name, state.first[i]))
            tensors.append(("second." + name, state.second[i]))
        }
        tensors += statistics.map { ("statistic." + $0.name, $0.tensor) }
        try AtomicFile.makeFolder(stateURL.deletingLastPathComponent())
        try StateFile.write(
            tensors, Progress(step: done, seconds: seconds, smoothLoss: smoothLoss, recipe: recipe), to: stateURL)
    }

    private struct Progress: Codable {
        let step: Int
        let seconds: Double
        let smoothLoss: Float?
        let recipe: Recipe
    }

    private func resume() throws {
        let file: StateFile<Progress>
        do {
            file = try StateFile<Progress>(stateURL)
        } catch let unfit as StateFile<Progress>.Unfit {
            throw Complaint(.badData, "\(stateURL.path) \(unfit.reason); remove it to start anew")
        }
        let progress = file.record
        guard progress.recipe == recipe else {
            throw Complaint(
                .settings,
                "\(stateURL.path) belongs to a run with another recipe (\(progress.recipe)); remove it to start anew, or ask for that recipe"
            )
        }
        func stored(_ name: String, _ shape: [Int]) throws -> Tensor {
            guard let tensor = file.tensors[name], tensor.shape == shape else {
                throw Complaint(.badData, "\(stateURL.path) has no \(name) of shape \(shape); remove it to start anew")
            }
            return tensor
        }
        guard (0...recipe.steps).contains(progress.step), progress.seconds.isFinite, progress.seconds >= 0 else {
            throw Complaint(
                .badData, "\(stateURL.path) is at step \(progress.step) of \(recipe.steps); remove it to start anew")
        }
        var (first, second): ([Tensor], [Tensor]) = ([], [])
        for (name, parameter) in zip(names, optimiser.parameters) {
            parameter.assign(try stored("parameter." + name, parameter.shape))
            first.append(try stored("first." + name, parameter.shape))
            second.append(try stored("second." + name, parameter.shape))
        }
        for (name, tensor) in statistics { tensor.assign(try stored("statistic." + name, tensor.shape)) }
        optimiser.restore(step: progress.step, first: first, second: second)
        (done, seconds, smoothLoss) = (progress.step, progress.seconds, progress.smoothLoss)
    }
}

import Foundation
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

/// The one trainer: its steps against PyTorch's, and its promises about stopping.
@Suite struct TrainerTests {
    /// A linear layer on seven classes.
    private struct Layer {
        let matrix: Tensor   // [7, 10]
        let bias: Tensor   // [7]
        let (x, labels): (Tensor, Tensor)   // [23, 10], Int32 [23]

        init() throws {
            func parameter(_ name: String) throws -> Tensor {
                let stored = try ObjectiveTests.reference("steps/\(name)")
                return Tensor(stored.floats, shape: stored.shape).asParameter()
            }
            (matrix, bias) = (try parameter("matrix"), try parameter("bias"))
            (x, labels) = (try ObjectiveTests.reference("steps/x"), try ObjectiveTests.reference("steps/labels"))
        }

        var parameters: [TrainedParameter] {
            TrainedParameter.all(of: [("matrix", matrix), ("bias", bias)], weightDecay: 0.1)
        }

        /// Of some of the rows.
        func loss(_ rows: Range<Int> = 0..<23) -> Tensor {
            let chosen = Tensor(Array(labels.integers[rows]), shape: [rows.count])
            return Classification.loss(x.rows(at: Array(rows)).linear(matrix, bias), chosen)
        }
    }

    private let plan = TrainingPlan(
        steps: 12, schedule: .linear(LinearSchedule(base: 0.2, warmup: 3, total: 12)), gradientNorm: 1)

    private func trainer(
        _ layer: Layer, _ plan: TrainingPlan? = nil, statistic: Tensor = .zeros([2]), key: String = "a", in folder: URL,
        strangers: Trainer.Strangers = .replaced, remark: (String) -> Void = { _ in }
    ) throws -> Trainer {
        try Trainer(
            layer.parameters, statistics: [("seen", statistic)], plan ?? self.plan, key: key, folder: folder,
            strangers: strangers, remark: remark)
    }

    private func expectClose(_ found: [Float], _ name: String, within tolerance: Double = 1e-5) throws {
        let closeness = Closeness(found, try ObjectiveTests.reference("steps/\(name)").floats)
        print("\(name): \(closeness)")
        #expect(closeness.within(tolerance), "\(name): \(closeness)")
    }

    /// Decay by parameter, clipping, warm-up and straight decay, twelve steps; whole, and in parts of a batch.
    @Test(arguments: [23, 8, 1]) func stepsAreTorchs(part: Int) throws {
        let layer = try Layer()
        let trainer = try trainer(layer, in: try Fixture.temporaryFolder())
        let parts = batches(Array(0..<23), of: part).map {
            (part: $0[0]..<$0[0] + $0.count, share: Double($0.count) / 23)
        }
        var (losses, rates): ([Float], [Float]) = ([], [])
        while !trainer.isFinished {
            let step = try trainer.step(over: parts) { layer.loss($0) }
            losses.append(Float(step.loss))
            rates.append(step.rate)
        }
        #expect(trainer.step == 12 && trainer.parameterCount == 77)
        try expectClose(losses, "losses")
        try expectClose(rates, "rates")
        try expectClose(layer.matrix.floats, "matrix-after")
        try expectClose(layer.bias.floats, "bias-after")
    }

    /// Steps, moments, statistics, the best parameters, the schedule, means and the log, from any step on.
    @Test(arguments: [1, 4, 9]) func stoppedTrainingsEndTheSame(at stop: Int) throws {
        let plan = TrainingPlan(
            steps: 12, schedule: .plateau(PlateauSchedule(base: 0.1, patience: 0, threshold: 0.2)), betas: (0.9, 0.95))
        let (whole, parts) = (try Fixture.temporaryFolder(), try Fixture.temporaryFolder())
        func train(_ folder: URL, until last: Int = 12, saving: Int? = nil) throws -> (Trainer, Layer, Tensor) {
            let (layer, statistic) = (try Layer(), Tensor([Float(0), 1], shape: [2]))
            let trainer = try trainer(layer, plan, statistic: statistic, in: folder)
            while trainer.step < last {
                let step = try trainer.step { layer.loss() }
                statistic.assign(Tensor([statistic.floats[0] + Float(step.loss), Float(trainer.step)], shape: [2]))
                if trainer.step % 3 == 0 {
                    try trainer.note(["loss": trainer.takeMeanLoss()])
                    try trainer.observe(trainer.step == 6 ? 0.1 : Float(step.loss), endsRound: true)
                }
                if trainer.step == saving { try trainer.saveState() }
            }
            return (trainer, layer, statistic)
        }
        let (a, b, c) = try train(whole)
        _ = try train(parts, until: stop + 2, saving: stop)   // what comes after the state is lost, as in a kill
        let (d, e, f) = try train(parts)
        #expect(b.matrix.floats == e.matrix.floats && b.bias.floats == e.bias.floats && c.floats == f.floats)
        #expect(a.best?.loss == 0.1 && d.best?.loss == 0.1)
        #expect(a.best?.tensors.map(\.floats) == d.best?.tensors.map(\.floats))
        #expect(a.rate == d.rate && a.rate < 0.1)
        #expect(a.losses.smooth == d.losses.smooth && a.lastValidation == d.lastValidation)
        let logs = try [whole, parts].map {
            try String(contentsOf: $0.appending(path: TrainingLog.name), encoding: .utf8)
        }
        #expect(logs[0] == logs[1] && logs[0].split(separator: "\n").count == 4)
    }

    /// A state, or the log that it vouches for, that is not what was written is told of and not taken up.
    @Test(arguments: [TrainingState.name, TrainingLog.name]) func damageBeginsAnew(name: String) throws {
        let folder = try Fixture.temporaryFolder()
        func begin(_ key: String = "a") throws -> (Trainer, [String]) {
            var said: [String] = []
            let layer = try Layer()
            let trainer = try trainer(layer, key: key, in: folder) { said.append($0) }
            while trainer.step < 3 {
                try trainer.step { layer.loss() }
                try trainer.note(["step": trainer.step])
            }
            return (trainer, said)
        }
        try begin().0.saveState()
        let going = try begin()
        #expect(going.0.step == 3 && going.1.isEmpty)
        let file = folder.appending(path: name)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: file)
        var said: [String] = []
        #expect(try trainer(Layer(), in: folder) { said.append($0) }.step == 0)
        #expect(said.count == 1 && said[0].hasSuffix("; the training begins anew"), "\(said)")
        #expect(said[0].contains(TrainingState.name))
        #expect(try Data(contentsOf: folder.appending(path: TrainingLog.name)).isEmpty)
        let (fresh, words) = try begin()
        #expect(fresh.step == 3 && words.count == 1)
    }

    @Test func anotherTrainingsStateIsReplacedOrRefused() throws {
        let folder = try Fixture.temporaryFolder()
        let layer = try Layer()
        let first = try trainer(layer, in: folder)
        try first.step { layer.loss() }
        try first.saveState()
        #expect {
            _ = try trainer(Layer(), key: "b", in: folder, strangers: .refused)
        } throws: { "\($0)".contains("belongs to another training (a); remove it to start anew") }
        #expect(try trainer(Layer(), in: folder).step == 1)
        var said: [String] = []
        #expect(try trainer(Layer(), key: "b", in: folder) { said.append($0) }.step == 0)
        #expect(said.count == 1 && said[0].contains("is not of this training; the training begins anew"), "\(said)")
    }

    @Test func aLossThatIsNoNumberMovesNothing() throws {
        let layer = try Layer()
        let trainer = try trainer(layer, in: try Fixture.temporaryFolder())
        try trainer.step { layer.loss() }
        let before = layer.matrix.floats
        for value in [Float.nan, .infinity] {
            #expect { try trainer.step { layer.loss() * value } } throws: { error in
                (error as? LossNotFinite).map { $0.step == 2 && !$0.value.isFinite } ?? false
            }
            #expect(throws: LossNotFinite.self) { try trainer.observe(value, endsRound: true) }
        }
        #expect(trainer.step == 1 && layer.matrix.floats == before && trainer.best == nil)
    }

    @Test func aWishToStopSavesAtOnce() throws {
        let folder = try Fixture.temporaryFolder()
        let (layer, interruption) = (try Layer(), Interruption())
        let trainer = try trainer(layer, in: folder)
        try trainer.step { layer.loss() }
        try trainer.saveIfDue(interruption)
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: TrainingState.name).path))
        interruption.request()
        try trainer.saveIfDue(interruption)
        #expect(try TrainingState(folder.appending(path: TrainingState.name)).progress.isSound)
    }
}

import Foundation
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

/// One training on several ranks: what it ends with is what one rank ends with, to the bit.
@Suite struct CrewTrainingTests {
    private static func numbers(_ count: Int, _ purpose: String) -> [Float] {
        var stream = RandomStream(seed: 7, purpose: purpose)
        return (0..<count).map { _ in stream.normal() }
    }

    /// What a rank has in the end: parameters and validation losses, step by step.
    private struct Outcome: Equatable {
        let weight: [UInt32]
        let losses: [Double]
    }

    /// A linear layer on 23 rows in parts of 3, from where the folder's state stands to its end or to `stop`.
    @Sendable private static func train(_ folder: URL, _ ranks: Ranks, stop: Int? = nil) throws -> Outcome {
        let weight = Tensor(numbers(40, "weight"), shape: [4, 10]).asParameter()
        let (x, y) = (Tensor(numbers(230, "x"), shape: [23, 10]), Tensor(numbers(92, "y"), shape: [23, 4]))
        let trainer = try Trainer(
            [TrainedParameter("weight", weight)],
            TrainingPlan(steps: 9, schedule: .linear(LinearSchedule(base: 0.1, warmup: 2, total: 9))), key: "crew",
            folder: folder, crew: ranks.everyone)
        let parts = batches(Array(0..<23), of: 3).map { (part: $0, share: Double($0.count) / 23) }
        var losses: [Double] = []
        while !trainer.isFinished, trainer.step < stop ?? .max {
            let step = try trainer.step(over: parts) { rows in
                let difference = x.rows(at: rows).linear(weight) - y.rows(at: rows)
                return (difference * difference).mean()
            }
            losses.append(step.loss)
            try trainer.note(["loss": step.loss])
        }
        try trainer.saveState()
        return Outcome(weight: weight.floats.map(\.bitPattern), losses: losses)
    }

    @Test(.oneThreadCount) func everyNumberOfRanksEndsTheSame() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let alone = try Self.train(folder.appending(path: "alone"), .alone)
        #expect(alone.losses.count == 9 && Set(alone.losses).count == 8)   // the first step's rate is 0
        for count in 2...5 {
            let (own, boxes) = (folder.appending(path: "\(count)"), LetterBoxes(count))
            for result in boxes.run({ try Self.train(own, $0) }) { #expect(try result.get() == alone) }
            #expect(boxes.left == 0)
            // Only one writes, and what it writes is what one alone writes.
            func log(_ folder: URL) throws -> Data { try Data(contentsOf: folder.appending(path: TrainingLog.name)) }
            #expect(try log(own) == log(folder.appending(path: "alone")))
        }
    }

    /// A state goes on on another number of ranks.
    @Test(.oneThreadCount) func statesGoOnOnAnyNumberOfRanks() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let alone = try Self.train(folder.appending(path: "alone"), .alone)
        let own = folder.appending(path: "own")
        for result in LetterBoxes(3).run({ try Self.train(own, $0, stop: 4) }) { _ = try result.get() }
        for result in LetterBoxes(2).run({ try Self.train(own, $0, stop: 7) }) {
            #expect(try result.get().losses == Array(alone.losses[4..<7]))
        }
        #expect(try Self.train(own, .alone).weight == alone.weight)
    }
}

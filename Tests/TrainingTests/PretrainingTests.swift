import Foundation
import SynRuns
import SynTensors
import Testing
import TestSupport
import SynTraining

@Suite(.serialized) struct PretrainingTests {
    /// Every miniature model takes a step, and a run that was stopped ends with the same state, to the bit.
    @Test(arguments: [MiniatureModel.bertMini, .clipMini, .vqgan, .inceptionMini])
    func stoppedRunsEndTheSame(_ model: MiniatureModel) throws {
        let work = try Fixture.temporaryFolder()
        var recipe = model.recipe
        (recipe.steps, recipe.batch, recipe.warmup) = (4, 4, 2)
        func run(_ name: String, stopAt: Int? = nil) throws -> PretrainingRun {
            let run = try PretrainingRun(
                try model.trainee(recipe, work: work), recipe, folder: work.appending(path: name))
            while !run.isFinished && run.done != stopAt { _ = try run.step() }
            try run.saveState()
            return run
        }
        let whole = try run("whole")
        _ = try run("parts", stopAt: 2)
        let parts = try run("parts")
        for (a, b) in zip(whole.trainee.weights.all, parts.trainee.weights.all) {
            #expect(a.name == b.name)
            #expect(a.tensor.detached.floats == b.tensor.detached.floats, "\(a.name) differs")
        }
    }

    /// Before a vocabulary or a folder is made.
    @Test func aBatchBeyondMemoryIsRefusedFirst() throws {
        let work = try Fixture.temporaryFolder()
        for model in MiniatureModel.allCases {
            let need = MemoryNeed.pretraining(model, batch: model.recipe.batch)
            #expect(need.bytes > 5e5 && need.bytes < 1e9, "\(model) \(need.bytes)")
            #expect {
                try MemoryNeed.pretraining(model, batch: 1000 * model.recipe.batch).check(available: need.bytes)
            } throws: { error in
                let said = "\(error)"
                return said.contains("this would need") && said.hasSuffix("lower --batch") && said.contains("the way back of")
            }
            var recipe = model.recipe
            recipe.batch = 1_000_000_000_000
            let folder = work.appending(path: "run")
            #expect(throws: Complaint.self) {
                _ = try PretrainingSession(model, recipe, work: work, folder: folder, threads: nil)
                    .run(savingTo: folder, command: "", interruption: Interruption()) { _, _ in }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: work.path).isEmpty)
    }

    @Test func anotherRecipeInTheSameFolderIsRefused() throws {
        let work = try Fixture.temporaryFolder()
        var recipe = MiniatureModel.bertMini.recipe
        (recipe.steps, recipe.batch) = (1, 2)
        let folder = work.appending(path: "run")
        let run = try PretrainingRun(try MiniatureModel.bertMini.trainee(recipe, work: work), recipe, folder: folder)
        _ = try run.step()
        try run.saveState()
        recipe.seed += 1
        #expect(throws: Complaint.self) {
            _ = try PretrainingRun(try MiniatureModel.bertMini.trainee(recipe, work: work), recipe, folder: folder)
        }
    }
}

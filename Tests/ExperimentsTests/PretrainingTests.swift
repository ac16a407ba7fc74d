import Experiments
import Foundation
import Tensors
import TestSupport
import Testing

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

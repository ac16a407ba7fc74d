import Foundation
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

@Suite(.serialized) struct PretrainingTests {
    private func training(
        _ model: MiniatureModel, _ recipe: Recipe, work: URL, in folder: URL
    ) throws -> Pretraining {
        try Pretraining(try model.task(recipe, work: work), recipe, name: model.name, folder: folder)
    }

    /// Every miniature model takes a step, and a run that was stopped ends with the same state, to the bit.
    @Test(arguments: [MiniatureModel.bertMini, .clipMini, .clipJudge2, .vqgan, .inceptionMini])
    func stoppedRunsEndTheSame(_ model: MiniatureModel) throws {
        let work = try Fixture.temporaryFolder()
        var recipe = model.recipe
        (recipe.steps, recipe.batch, recipe.warmup) = (4, 4, 2)
        func run(_ name: String, stopAt: Int? = nil) throws -> Pretraining {
            let run = try training(model, recipe, work: work, in: work.appending(path: name))
            while !run.isFinished && run.trainer.step != stopAt { try run.advance() }
            try run.trainer.saveState()
            return run
        }
        let whole = try run("whole")
        _ = try run("parts", stopAt: 2)
        let parts = try run("parts")
        for (a, b) in zip(whole.task.weights.all, parts.task.weights.all) {
            #expect(a.name == b.name)
            #expect(a.tensor.detached.floats == b.tensor.detached.floats, "\(a.name) differs")
        }
    }

    /// Lines that were written after the state that a killed run left are written again, and none twice.
    @Test func killedRunsLeaveTheSameLog() throws {
        let work = try Fixture.temporaryFolder()
        var recipe = MiniatureModel.bertMini.recipe
        (recipe.steps, recipe.batch) = (32, 2)
        func run(_ name: String, until last: Int = 32, saving: Int? = nil) throws -> String {
            let folder = work.appending(path: name)
            let run = try training(.bertMini, recipe, work: work, in: folder)
            while run.trainer.step < last {
                try run.advance()
                if run.trainer.step == saving { try run.trainer.saveState() }
            }
            return try String(contentsOf: folder.appending(path: TrainingLog.name), encoding: .utf8)
        }
        let whole = try run("whole")
        #expect(whole.split(separator: "\n").count == 3 && whole.contains("\"step\":10") && whole.contains("accuracy"))
        _ = try run("killed", until: 25, saving: 13)
        #expect(try run("killed") == whole)
    }

    /// Before a vocabulary or a folder is made.
    @Test func aBatchBeyondMemoryIsRefusedFirst() throws {
        let work = try Fixture.temporaryFolder()
        for model in MiniatureModel.all {
            let need = MemoryNeed.pretraining(model, batch: model.recipe.batch)
            #expect(need.bytes > 5e5 && need.bytes < 1e9, "\(model) \(need.bytes)")
            #expect {
                try MemoryNeed.pretraining(model, batch: 1000 * model.recipe.batch).check(available: need.bytes)
            } throws: { error in
                let said = "\(error)"
                return said.contains("this would need") && said.hasSuffix("lower --batch")
                    && said.contains("the way back of")
            }
            var recipe = model.recipe
            recipe.batch = 1_000_000_000_000
            let folder = work.appending(path: "run")
            #expect(throws: UserError.self) {
                _ = try PretrainingSession(model, recipe, work: work, folder: folder, threads: nil)
                    .run(savingTo: folder, command: "", interruption: Interruption()) { _, _ in }
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: work.path).isEmpty)
    }

    /// No portrait is seen by two models, none by a model and its evaluation, and none of them is the probe's.
    @Test func portraitsAreSharedByNoTwo() {
        #expect(Set(MiniatureModel.all.map(\.name)).count == MiniatureModel.all.count)
        let trained = MiniatureModel.all.map { model in
            let last = model.portraits.indices(step: model.recipe.steps - 1, batch: model.recipe.batch).upperBound
            // What comes before the first is for the vocabularies and for counting attributes.
            return model.portraits.first - 10_000..<last
        }
        let taken = trained + [PortraitRange.probe.first..<1_000_000, PortraitRange.heldOut.first..<100_010_000]
        for (i, range) in taken.enumerated() {
            for other in taken[..<i] { #expect(!range.overlaps(other), "\(range), \(other)") }
        }
    }

    @Test func anotherRecipeInTheSameFolderIsRefused() throws {
        let work = try Fixture.temporaryFolder()
        var recipe = MiniatureModel.bertMini.recipe
        (recipe.steps, recipe.batch) = (1, 2)
        let folder = work.appending(path: "run")
        let run = try training(.bertMini, recipe, work: work, in: folder)
        try run.advance()
        try run.trainer.saveState()
        recipe.seed += 1
        #expect {
            _ = try training(.bertMini, recipe, work: work, in: folder)
        } throws: { error in
            "\(error)".contains("belongs to another training (bert-mini, Recipe(") && "\(error)".contains("seed: 11")
        }
    }
}

import Foundation
import SynCheckpoints
import SynModels
import SynRuns
import SynTensors
import SynTraining
import TestSupport
import Testing

/// Miniature models by every objective.
@Suite(.serialized) struct PairTrainingTests {
    /// Beside each other for all tests: the vocabulary takes longer than the rest.
    private static let work = Result { try Fixture.temporaryFolder() }

    private func task(
        _ model: MiniatureModel, batch: Int = 10, part: Int? = nil, steps: Int = 4
    ) throws -> (task: any TrainingTask, recipe: Recipe) {
        var (model, recipe) = (model, model.recipe)
        (recipe.steps, recipe.batch, recipe.warmup) = (steps, batch, 2)
        model.part = part
        return (try model.task(recipe, work: Self.work.get()), recipe)
    }

    /// Real towers: the gradient of a batch in parts is that of the batch, and so is the loss.
    @Test(arguments: MiniatureModel.objectives) func partsHaveTheGradientOfTheWhole(_ model: MiniatureModel) throws {
        func gradient(_ part: Int?) throws -> (loss: Double, slopes: [Float], notes: [Measure]) {
            let task = try task(model, part: part).task
            let parameters = task.weights.parameters.map(\.tensor)
            var (loss, sums, notes): (Double, [Float]?, [Measure]) = (0, nil, [])
            for portion in try task.portions(step: 0) {
                let (part, told) = try portion.loss()
                loss += Double(part.item) * portion.share
                let found = gradients(of: part * Float(portion.share), for: parameters).flatMap(\.floats)
                sums = sums.map { zip($0, found).map { $0 + $1 } } ?? found
                notes = told
            }
            return (loss, sums ?? [], notes)
        }
        let whole = try gradient(nil)
        #expect(whole.slopes.contains { $0 != 0 })
        for part in [3, 1] {
            let parts = try gradient(part)
            let error = relativeError(parts.slopes, whole.slopes)
            print("\(model.name) in parts of \(part): \(error)")
            #expect(error < 2e-5, "\(model.name), \(part): \(error)")
            #expect(abs(parts.loss - whole.loss) < 1e-5 * max(1, abs(whole.loss)) && parts.notes == whole.notes)
        }
    }

    /// The same towers from the same beginning on the same portraits, under names of their own.
    @Test func objectivesShareAllElse() throws {
        let all = MiniatureModel.objectives
        #expect(
            all.map(\.name) == [
                "clip", "clip-cyclip", "clip-cloob", "clip-siglip", "clip-infoloob", "clip-hopfield",
            ])
        let first = try task(.clip).task.weights.all
        for model in all {
            #expect(model.recipe == MiniatureModel.clip.recipe && model.portraits == MiniatureModel.clip.portraits)
            for (name, tensor) in try task(model).task.weights.all where !name.hasPrefix("logit") {
                #expect(tensor.detached.floats == first.first { $0.name == name }?.tensor.detached.floats, "\(name)")
            }
        }
        #expect(MiniatureModel.clipSmall.learning(PairTraining(.siglip))?.name == "clip-small-siglip")
        #expect(MiniatureModel.clip.learning(PairTraining(.clip, scale: .fixed(30)))?.name == "clip-scale-30")
        #expect(MiniatureModel.bertMini.learning(PairTraining(.clip)) == nil)
        #expect(MiniatureModel.clip.onLot(2).portraits.first == MiniatureModel.clip.portraits.first + 20_000_000)
    }

    /// A fixed scale stays where it is, a learned one moves, SigLIP's bias too; all are kept, with who made them.
    @Test(arguments: MiniatureModel.objectives) func settingsAndScaleAreKept(_ model: MiniatureModel) throws {
        let folder = try Fixture.temporaryFolder()
        let (task, recipe) = try task(model, part: 4)
        let training = try Pretraining(task, recipe, name: model.key, folder: folder.appending(path: "work"))
        let before = task.weights.all.first { $0.name == "logit_scale" }?.tensor.item
        while !training.isFinished { try training.advance() }
        let place = folder.appending(path: "model")
        try task.save(to: place)
        let read = try CLIP(folder: place)
        let (pairing, after) = (try #require(model.pairing), read.logScale.item)
        #expect(read.configuration.objective == pairing.record)
        if case .fixed(let value) = pairing.scale {
            #expect(before == Float(log(value)) && abs(exp(after) - Float(value)) < 0.05)
        } else {
            #expect(after != before)
        }
        #expect((read.logitBias != nil) == (pairing.objective == .siglip))
        if let bias = read.logitBias {
            #expect(bias.item != -log(Float(9)) && abs(bias.item + log(Float(9))) < 0.1)
            let (x, y) = (Tensor([1, 0] as [Float], shape: [1, 2]), Tensor([1, 0] as [Float], shape: [1, 2]))
            #expect(abs(read.similarities(images: x, captions: y).item - exp(after) - bias.item) < 1e-4)
        }
        _ = try CLIPText(folder: place)
    }

    /// In parts, and by an objective with a bias: a run that was stopped ends with the same numbers, to the bit.
    @Test func stoppedRunsInPartsEndTheSame() throws {
        let folder = try Fixture.temporaryFolder()
        let model = try #require(MiniatureModel.clip.learning(PairTraining(.siglip)))
        func run(_ name: String, stopAt: Int? = nil) throws -> [[Float]] {
            let (task, recipe) = try task(model, batch: 6, part: 4)
            let run = try Pretraining(task, recipe, name: model.key, folder: folder.appending(path: name))
            while !run.isFinished && run.trainer.step != stopAt { try run.advance() }
            try run.trainer.saveState()
            return task.weights.all.map { $0.tensor.detached.floats }
        }
        let whole = try run("whole")
        _ = try run("parts", stopAt: 2)
        #expect(try run("parts") == whole)
    }

    @Test func memoryIsThatOfAPart() {
        var model = MiniatureModel.clip
        let whole = MemoryNeed.pretraining(model, batch: 4096).bytes
        model.part = 64
        #expect(MemoryNeed.pretraining(model, batch: 4096).bytes == whole / 64)
        #expect {
            try MemoryNeed.pretraining(model, batch: 4096).check(available: 1)
        } throws: { "\($0)".hasSuffix("lower --part") }
    }
}

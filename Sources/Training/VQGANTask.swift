import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynPortraits
import SynTensors

/// The miniature VQGAN learns to draw portraits again, none of them shown twice.
///
/// Where eyes and mouth lie, errors count up to four times. For the first steps the codebook stands aside; then it
/// starts from latents, and vectors that nothing chose for a while start again from latents of the moment.
package final class VQGANTask: TrainingTask {
    package let weights: Weights
    private let model: VQGAN
    private let recipe: Recipe
    private let range: PortraitRange
    private let world: PortraitWorld
    /// Steps before quantisation begins.
    private let freeSteps = 150
    /// Every so many steps unused codes start again; never in the last fifth.
    private let revivalPeriod = 50
    /// How often each code was chosen since the last revival. Saved with the weights, so that resuming is exact.
    private let usage: Tensor
    private let objective: Reconstruction
    private var latents: Tensor?
    private var tokens: [Int32] = []

    package init(
        _ configuration: VQGANConfiguration, _ recipe: Recipe, range: PortraitRange,
        world: PortraitWorld = PortraitWorld()
    ) throws {
        weights = Weights(fresh: recipe.seed)
        model = try VQGAN(weights.scope["first_stage_model"], configuration)
        usage = try weights.scope["training"].statistics("usage", [configuration.codeCount], initially: .zeros)
        self.recipe = recipe
        self.range = range
        self.world = world
        objective = Reconstruction(attention: Self.attention(size: configuration.resolution))
    }

    /// How much each pixel's error counts, [size, size, 3]: four times as much in
    /// the middle of the face as at the borders; 1 on average.
    private static func attention(size: Int) -> Tensor {
        let weights = (0..<size * size).map { pixel in
            let (x, y) = (Float(pixel % size) / Float(size) - 0.5, Float(pixel / size) / Float(size) - 0.53)
            return 1 + 3 * exp(-(x * x / 0.030 + y * y / 0.035))
        }
        let mean = weights.reduce(0, +) / Float(weights.count)
        return Tensor(weights.flatMap { [Float](repeating: $0 / mean, count: 3) }, shape: [size, size, 3])
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let indices = range.indices(step: step, batch: recipe.batch)
        let images = try PortraitBatch(world, indices, size: model.configuration.resolution).signed()
        let latents = model.latents(of: images)   // [batch, h, w, codeWidth]
        self.latents = latents.detached
        guard step >= freeSteps else {
            let loss = objective.loss(model.images(from: latents), images)
            return (loss, [])
        }
        let quantisation = model.quantised(latents)
        tokens = quantisation.tokens.integers
        let drawn = model.images(from: quantisation.straightThrough)
        let loss = objective.loss(drawn, images, quantisation)
        let error = (drawn.detached - images).squared().mean().item
        return (loss, [Measure("PSNR", Reconstruction.psnr(error))])
    }

    package func finishStep(_ step: Int) throws {
        guard let latents else { return }
        let codes = model.configuration.codeCount
        if step == freeSteps - 1 {
            try restart(Array(0..<codes), from: latents, step)
        } else if step >= freeSteps {
            var counts = usage.floats
            for token in tokens { counts[Int(token)] += 1 }
            let isDue = (step - freeSteps) % revivalPeriod == revivalPeriod - 1
            if isDue && step < recipe.steps * 4 / 5 {
                try restart(counts.indices.filter { counts[$0] == 0 }, from: latents, step)
            }
            usage.assign(isDue ? .zeros([codes]) : Tensor(counts, shape: [codes]))
        }
    }

    /// Puts random latents of the last batch in the place of codes.
    private func restart(_ codes: [Int], from latents: Tensor, _ step: Int) throws {
        guard !codes.isEmpty else { return }
        var stream = RandomStream(seed: recipe.seed, purpose: "codebook restart", index: step)
        let width = model.configuration.codeWidth
        let rows = latents.reshaped([-1, width]).floats
        let table = try weights.scope["first_stage_model", "quantize", "embedding"]
            .tensor("weight", [model.configuration.codeCount, width], initially: .zeros)
        var values = table.floats
        for code in codes {
            let row = stream.below(rows.count / width)
            for i in 0..<width { values[code * width + i] = rows[row * width + i] + 0.01 * stream.normal() }
        }
        table.assign(Tensor(values, shape: table.shape))
    }

    /// The tensors of the model without those of the training.
    package var modelTensors: [(name: String, tensor: Tensor)] {
        weights.all.filter { !$0.name.hasPrefix("training.") }.map { ($0.name, $0.tensor.detached) }
    }

    package func save(to folder: URL) throws {
        try AtomicFile.makeFolder(folder)
        try writeSafetensors(modelTensors, floats: .float16, to: folder.appending(path: "model.safetensors"))
    }

    package func evaluate() throws -> [Measure] { try Self.evaluate(model, world: world) }

    /// Peak signal-to-noise ratio of held-out reconstructions (over all pixels together) and the codebook's use.
    static func evaluate(_ model: VQGAN, world: PortraitWorld) throws -> [Measure] {
        var (squares, count, used) = (0.0, 0, Set<Int32>())
        for step in 0..<8 {
            let indices = PortraitRange.heldOut.indices(step: step, batch: 32)
            let images = try PortraitBatch(world, indices, size: model.configuration.resolution).signed()
            let tokens = model.tokens(of: images).detached
            let drawn = model.images(fromTokens: tokens).detached
            squares += zip(drawn.floats, images.floats).reduce(0) { sum, pair in
                let error = Double(min(max(pair.0, -1), 1) - pair.1)
                return sum + error * error
            }
            count += images.count
            used.formUnion(tokens.integers)
        }
        return [
            Measure("PSNR of held-out reconstructions, dB", Reconstruction.psnr(Float(squares / Double(count)))),
            Measure("codes used of \(model.configuration.codeCount)", Double(used.count)),
        ]
    }
}

import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynPortraits
import SynTensors

/// Trains the miniature VQGAN: reconstruction and codebook losses on portraits never shown twice.
///
/// Loss: mean |x − x̂| + mean (x − x̂)² + differences between neighbouring pixels (for crisp edges), where eyes and
/// mouth lie counting up to four times, and the codebook's own (van den Oord et al. 2017). There is no discriminator: drawn portraits have no photographic
/// texture that one would have to invent. For the first steps the codebook stands aside; then it starts from
/// latents, and vectors that nothing chose for a while start again from latents of the moment.
package final class VQGANTrainee: Trainee {
    package let weights: Weights
    private let model: VQGAN
    private let recipe: Recipe
    private let world: PortraitWorld
    /// Steps before quantisation begins.
    private let freeSteps = 150
    /// Every so many steps unused codes start again; never in the last fifth.
    private let revivalPeriod = 50
    /// How often each code was chosen since the last revival. Saved with the weights, so that resuming is exact.
    private let usage: Tensor
    /// How much each pixel's error counts: [h, w, 3].
    private let attention: Tensor
    private var latents: Tensor?
    private var tokens: [Int32] = []

    package init(_ configuration: VQGANConfiguration, _ recipe: Recipe, world: PortraitWorld = PortraitWorld()) throws {
        weights = Weights(fresh: recipe.seed)
        model = try VQGAN(weights.scope["first_stage_model"], configuration)
        usage = try weights.scope["training"].statistics("usage", [configuration.codeCount], initially: .zeros)
        self.recipe = recipe
        self.world = world
        attention = Self.attention(size: configuration.resolution)
    }

    /// Four times as much in the middle of the face as at the borders; 1 on average.
    private static func attention(size: Int) -> Tensor {
        let weights = (0..<size * size).map { pixel in
            let (x, y) = (Float(pixel % size) / Float(size) - 0.5, Float(pixel / size) / Float(size) - 0.53)
            return 1 + 3 * exp(-(x * x / 0.030 + y * y / 0.035))
        }
        let mean = weights.reduce(0, +) / Float(weights.count)
        return Tensor(weights.flatMap { [Float](repeating: $0 / mean, count: 3) }, shape: [size, size, 3])
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let indices = PortraitRange.vqgan.indices(step: step, batch: recipe.batch)
        let images = try PortraitBatch(world, indices, size: model.configuration.resolution).signed()
        let latents = model.latents(of: images)   // [batch, h, w, codeWidth]
        self.latents = latents.detached
        guard step >= freeSteps else {
            let loss = reconstructionLoss(model.images(from: latents), images)
            return (loss, [])
        }
        let quantisation = model.quantised(latents)
        tokens = quantisation.tokens.integers
        let drawn = model.images(from: quantisation.straightThrough)
        let loss = reconstructionLoss(drawn, images) + quantisation.loss(beta: 0.25, legacy: false)
        let error = (drawn.detached - images).squared().mean().item
        return (loss, [Measure("PSNR", psnr(error))])
    }

    private func reconstructionLoss(_ drawn: Tensor, _ images: Tensor) -> Tensor {
        let difference = (drawn - images) * attention   // [batch, h, w, 3]
        let (height, width) = (difference.size(1), difference.size(2))
        let down = difference.slice(axis: 1, from: 1, to: height) - difference.slice(axis: 1, from: 0, to: height - 1)
        let across = difference.slice(axis: 2, from: 1, to: width) - difference.slice(axis: 2, from: 0, to: width - 1)
        return difference.absolute().mean() + difference.squared().mean()
            + (down.absolute().mean() + across.absolute().mean())
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

    package func quality() throws -> [Measure] { try Self.quality(of: model, world: world) }

    /// Peak signal-to-noise ratio of held-out reconstructions (over all pixels together) and the codebook's use.
    static func quality(of model: VQGAN, world: PortraitWorld) throws -> [Measure] {
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
            Measure("PSNR of held-out reconstructions, dB", psnr(Float(squares / Double(count)))),
            Measure("codes used of \(model.configuration.codeCount)", Double(used.count)),
        ]
    }
}

/// Decibels for a mean squared error of values in −1...1, whose peak is 2.
func psnr(_ meanSquaredError: Float) -> Double { 10 * log10(4 / Double(max(meanSquaredError, 1e-12))) }

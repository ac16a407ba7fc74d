import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynPortraits
import SynTensors

/// The image transformer learns from the tokens of a finished VQGAN, without any caption (Esser et al. 2021,
/// section 3.2). Portraits are drawn and tokenised as they are needed and never shown twice.
package final class ImageTransformerTask: TrainingTask {
    package let weights: Weights
    private let model: ImageTransformer
    private let vqgan: VQGAN
    private let vqganTensors: [(name: String, tensor: Tensor)]
    private let vqganFolder: URL
    private let recipe: Recipe
    private let range: PortraitRange
    private let world: PortraitWorld

    /// `vqganFolder` is what `VQGANTask` saved.
    package init(
        _ configuration: ImageTransformerConfiguration, vqgan vqganConfiguration: VQGANConfiguration,
        vqganFolder: URL, _ recipe: Recipe, range: PortraitRange, world: PortraitWorld = PortraitWorld()
    ) throws {
        weights = Weights(fresh: recipe.seed)
        model = try ImageTransformer(weights.scope["transformer"], configuration)
        let stored = try Weights(reading: vqganFolder)
        vqgan = try VQGAN(stored.scope["first_stage_model"], vqganConfiguration)
        try stored.finish()
        vqganTensors = stored.all
        self.vqganFolder = vqganFolder
        self.recipe = recipe
        self.range = range
        self.world = world
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let loss = try nats(range.indices(step: step, batch: recipe.batch))
        return (loss, [Measure("bits per token", NextToken.bits(Double(loss.item)))])
    }

    private func nats(_ indices: Range<Int>) throws -> Tensor {
        let images = try PortraitBatch(world, indices, size: vqgan.configuration.resolution).signed()
        let tokens = vqgan.tokens(of: images)   // [batch, h·w]
        let input = ImageTransformer.teacherInput(tokens, start: [0])
        return NextToken.loss(model.logits(tokens: input), tokens)
    }

    /// A decoder folder: taming's project.yaml, and the transformer and VQGAN in one file as in its checkpoints.
    package func save(to folder: URL) throws {
        try AtomicFile.makeFolder(folder)
        try ImageDecoderConfiguration(transformer: model.configuration, vqgan: vqgan.configuration)
            .write(projectFile: folder.appending(path: "project.yaml"))
        try writeSafetensors(
            weights.all.map { ($0.name, $0.tensor.detached) } + vqganTensors, floats: .float16,
            to: folder.appending(path: "model.safetensors"))
        // How the first half was trained belongs to the whole.
        let record = vqganFolder.appending(path: PretrainingRecord.fileName)
        if let bytes = FileManager.default.contents(atPath: record.path) {
            try AtomicFile.write(bytes, to: folder.appending(path: "vqgan." + PretrainingRecord.fileName))
        }
    }

    package func evaluate() throws -> [Measure] {
        var total = 0.0
        for step in 0..<4 {
            total += Double(try nats(PortraitRange.heldOut.indices(step: step, batch: 64)).detached.item)
        }
        return [Measure("bits per token of held-out portraits", NextToken.bits(total / 4))]
            + (try VQGANTask.evaluate(vqgan, world: world))
    }
}

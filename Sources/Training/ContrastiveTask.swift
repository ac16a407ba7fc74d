import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynPortraits
import SynTensors
import SynTokenizers

/// A miniature model of two towers learns from portraits and one of each one's captions, with a learned scale.
package final class ContrastiveTask: TrainingTask {
    package let weights: Weights
    private let model: CLIP
    private let objective: any PairObjective
    private let recipe: Recipe
    private let range: PortraitRange
    private let tokenizerFolder: URL
    private let tokenizer: Tokenizer
    private let preprocessing: CLIPPreprocessing
    private let world: PortraitWorld

    /// `tokenizerFolder` has the vocabulary's files, which go along with the saved model.
    package init(
        _ configuration: CLIPConfiguration, _ objective: any PairObjective = Contrastive(), _ recipe: Recipe,
        range: PortraitRange, tokenizerFolder: URL, world: PortraitWorld = PortraitWorld()
    ) throws {
        self.objective = objective
        weights = Weights(fresh: recipe.seed)
        model = try CLIP(weights.scope, configuration)
        tokenizer = try Tokenizer(folder: tokenizerFolder)
        preprocessing = try CLIPPreprocessing(folder: tokenizerFolder)
        self.recipe = recipe
        self.range = range
        self.tokenizerFolder = tokenizerFolder
        self.world = world
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let batch = PortraitBatch(
            world, range.indices(step: step, batch: recipe.batch), size: model.configuration.vision.imageSize)
        var stream = RandomStream(seed: recipe.seed, purpose: "captions", index: step)
        let pairs = try vectors(batch, batch.captions(choosing: &stream))
        return (objective.loss(pairs), [Measure("top-1", Contrastive.accuracy(pairs.similarities))])
    }

    private func vectors(_ batch: PortraitBatch, _ captions: [String]) throws -> PairedVectors {
        let ids = captions.map { tokenizer.encode($0, maximumLength: model.text.maximumLength).ids }
        return PairedVectors(
            images: model.embed(images: try preprocessing.tensor(batch.images)), captions: try model.embed(ids: ids),
            logScale: model.logScale)
    }

    /// The scale stays at or below 100, as in the paper.
    package func finishStep(_ step: Int) throws {
        let limit = log(Float(100))
        if model.logScale.item > limit { model.logScale.detached.assign(Tensor(limit)) }
    }

    package func save(to folder: URL) throws {
        try HuggingFaceFolder.write(
            weights, configuration: model.configuration, companions: tokenizerFolder, to: folder)
    }

    /// Retrieval among 100 held-out portraits with one caption each, over five sets.
    package func evaluate() throws -> [Measure] {
        var (byCaption, byImage) = (0, 0)
        for set in 0..<5 {
            let batch = PortraitBatch(
                world, PortraitRange.heldOut.indices(step: set, batch: 100), size: model.configuration.vision.imageSize)
            let longest = batch.portraits.map { $0.captions.max { $0.utf8.count < $1.utf8.count } ?? "" }
            let table = try vectors(batch, longest).similarities.detached   // [images, captions]
            byImage += table.argmax().integers.enumerated().count { Int($0.element) == $0.offset }
            byCaption += table.transposed(axes: [1, 0]).argmax().integers.enumerated().count {
                Int($0.element) == $0.offset
            }
        }
        return [
            Measure("top-1 retrieval among 100, image by its longest caption", Double(byCaption) / 500),
            Measure("top-1 retrieval among 100, longest caption by its image", Double(byImage) / 500),
        ]
    }
}

import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynPortraits
import SynTensors
import SynTokenizers

/// Trains a miniature CLIP (Radford et al. 2021, section 2.3): each caption of a batch is to be nearest to its own
/// portrait, and each portrait to its own caption; the mean of both cross-entropies, with a learned scale.
package final class ContrastiveTrainee: Trainee {
    package let weights: Weights
    private let model: CLIP
    private let recipe: Recipe
    private let range: PortraitRange
    private let tokenizerFolder: URL
    private let tokenizer: Tokenizer
    private let preprocessing: CLIPPreprocessing
    private let world: PortraitWorld

    /// `tokenizerFolder` has the vocabulary's files, which go along with the saved model.
    package init(
        _ configuration: CLIPConfiguration, _ recipe: Recipe, range: PortraitRange, tokenizerFolder: URL,
        world: PortraitWorld = PortraitWorld()
    ) throws {
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
        let similarities = try similarities(batch, batch.captions(choosing: &stream))
        let count = similarities.size(0)
        let own = Tensor((0..<count).map(Int32.init), shape: [count])
        let loss = (similarities.crossEntropy(own) + similarities.transposed(axes: [1, 0]).crossEntropy(own)) * 0.5
        let right = zip(similarities.detached.argmax().integers, own.integers).count { $0 == $1 }
        return (loss, [Measure("top-1", Double(right) / Double(count))])
    }

    private func similarities(_ batch: PortraitBatch, _ captions: [String]) throws -> Tensor {
        let ids = captions.map { tokenizer.encode($0, maximumLength: model.text.maximumLength).ids }
        return model.similarities(
            images: model.embed(images: try preprocessing.tensor(batch.images)), captions: try model.embed(ids: ids))
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
    package func quality() throws -> [Measure] {
        var (byCaption, byImage) = (0, 0)
        for set in 0..<5 {
            let batch = PortraitBatch(
                world, PortraitRange.heldOut.indices(step: set, batch: 100), size: model.configuration.vision.imageSize)
            let longest = batch.portraits.map { $0.captions.max { $0.utf8.count < $1.utf8.count } ?? "" }
            let table = try similarities(batch, longest).detached   // [images, captions]
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

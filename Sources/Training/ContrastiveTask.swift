import Foundation
import SynCheckpoints
import SynImages
import SynModels
import SynPortraits
import SynTensors
import SynTokenizers

/// A miniature model of two towers learns from portraits and one of each one's captions.
package final class ContrastiveTask: TrainingTask {
    package let weights: Weights
    package let model: CLIP
    private let pairing: PairTraining
    private let objective: any PairObjective
    private let recipe: Recipe
    /// Portraits whose way back is kept at once; nil for all of a batch.
    private let part: Int?
    private let range: PortraitRange
    private let tokenizerFolder: URL
    private let tokenizer: Tokenizer
    private let preprocessing: CLIPPreprocessing
    private let world: PortraitWorld

    /// `tokenizerFolder` has the vocabulary's files, which go along with the saved model.
    package init(
        _ configuration: CLIPConfiguration, _ pairing: PairTraining = PairTraining(.clip), _ recipe: Recipe,
        part: Int? = nil, range: PortraitRange, tokenizerFolder: URL, world: PortraitWorld = PortraitWorld()
    ) throws {
        (self.pairing, objective, self.part) = (pairing, pairing.objective.loss, part)
        weights = Weights(fresh: recipe.seed)
        model = try CLIP(weights.scope, pairing.start(configuration, batch: recipe.batch))
        tokenizer = try Tokenizer(folder: tokenizerFolder)
        preprocessing = try CLIPPreprocessing(folder: tokenizerFolder)
        self.recipe = recipe
        self.range = range
        self.tokenizerFolder = tokenizerFolder
        self.world = world
    }

    /// A batch: pictures, and the ids of one caption of each.
    private struct Batch {
        let images: [Image]
        let ids: [[Int32]]
        var count: Int { images.count }
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        let pairs = try vectors(batch(step: step))
        return (objective.loss(pairs), Self.notes(pairs.cosines))
    }

    package func portions(step: Int) throws -> [TrainingPortion] {
        let batch = try batch(step: step)
        return try TrainingPortion.portions(
            of: batch.count, part: part, objective, vectors: { try self.vectors(batch, $0) }, notes: Self.notes)
    }

    private static func notes(_ cosines: Tensor) -> [Measure] { [Measure("top-1", Contrastive.accuracy(cosines))] }

    private func batch(step: Int) throws -> Batch {
        let drawn = PortraitBatch(
            world, range.indices(step: step, batch: recipe.batch), size: model.configuration.vision.imageSize)
        var stream = RandomStream(seed: recipe.seed, purpose: "captions", index: step)
        return try batch(drawn, drawn.captions(choosing: &stream))
    }

    private func batch(_ drawn: PortraitBatch, _ captions: [String]) throws -> Batch {
        Batch(
            images: drawn.images,
            ids: captions.map { tokenizer.encode($0, maximumLength: model.text.maximumLength).ids })
    }

    private func vectors(_ batch: Batch, _ rows: Range<Int>? = nil) throws -> PairedVectors {
        let rows = rows ?? 0..<batch.count
        return pairing.pairs(
            images: model.embed(images: try preprocessing.tensor(Array(batch.images[rows]))),
            captions: try model.embed(ids: Array(batch.ids[rows])), of: model)
    }

    package func finishStep(_ step: Int) throws { pairing.hold(model) }

    package func save(to folder: URL) throws {
        try HuggingFaceFolder.write(
            weights, configuration: model.configuration, companions: tokenizerFolder, to: folder)
    }

    /// Retrieval among 100 held-out portraits with one caption each, over five sets.
    package func evaluate() throws -> [Measure] {
        var (byCaption, byImage) = (0, 0)
        for set in 0..<5 {
            let drawn = PortraitBatch(
                world, PortraitRange.heldOut.indices(step: set, batch: 100), size: model.configuration.vision.imageSize)
            let longest = drawn.portraits.map { $0.captions.max { $0.utf8.count < $1.utf8.count } ?? "" }
            let table = try vectors(batch(drawn, longest)).cosines   // [images, captions]
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

import Foundation
import SynCheckpoints
import SynModels
import SynPortraits
import SynRuns
import SynTensors
import SynTokenizers

/// A miniature BERT learns from captions alone (Devlin et al. 2018, section 3.1): of 15 % of the tokens, 80 % are
/// hidden, 10 % replaced by any other and 10 % left, and all are to be guessed.
package final class MaskedLanguageTask: TrainingTask {
    package let weights: Weights
    private let model: MaskedLanguageModel
    private let recipe: Recipe
    private let range: PortraitRange
    private let tokenizerFolder: URL
    private let tokenizer: Tokenizer
    private let maskID: Int32
    private let world: PortraitWorld

    package init(
        _ configuration: BERTConfiguration, _ recipe: Recipe, range: PortraitRange, tokenizerFolder: URL,
        world: PortraitWorld = PortraitWorld()
    ) throws {
        weights = Weights(fresh: recipe.seed)
        model = try MaskedLanguageModel(weights.scope, configuration)
        tokenizer = try Tokenizer(folder: tokenizerFolder)
        guard let maskID = tokenizer.maskID else {
            throw UserError(.badData, "the tokenizer in \(tokenizerFolder.path) has no [MASK] token")
        }
        self.maskID = maskID
        self.recipe = recipe
        self.range = range
        self.tokenizerFolder = tokenizerFolder
        self.world = world
    }

    package func loss(step: Int) throws -> (loss: Tensor, notes: [Measure]) {
        var stream = RandomStream(seed: recipe.seed, purpose: "masks", index: step)
        let (logits, targets) = try guesses(range.indices(step: step, batch: recipe.batch), &stream)
        return (
            MaskedLanguage.loss(logits, targets), [Measure("accuracy", MaskedLanguage.accuracy(logits, targets))]
        )
    }

    /// Logits of the hidden tokens [hidden, vocabulary] and what they were.
    private func guesses(_ indices: Range<Int>, _ stream: inout RandomStream) throws -> (Tensor, Tensor) {
        var (rows, hidden, answers): ([[Int32]], [(row: Int, place: Int)], [Int32]) = ([], [], [])
        for (row, index) in indices.enumerated() {
            let captions = world.portrait(at: index).captions
            var ids = tokenizer.encode(
                captions[stream.below(captions.count)], maximumLength: model.encoder.maximumLength
            ).ids
            // At least one token of every caption is hidden; [CLS] and [SEP] never.
            let always = 1 + stream.below(max(ids.count - 2, 1))
            for place in 1..<max(ids.count - 1, 2) where place == always || stream.uniform() < 0.15 {
                hidden.append((row, place))
                answers.append(ids[place])
                let fate = stream.uniform()
                if fate < 0.8 {
                    ids[place] = maskID
                } else if fate < 0.9 {
                    ids[place] = Int32(stream.below(model.encoder.vocabularySize))
                }
            }
            rows.append(ids)
        }
        let batch = try model.encoder.batch(rows)
        let states = try model.encoder.hiddenStates(of: batch)
        let last = states[states.count - 1].reshaped([batch.count * batch.time, model.encoder.hiddenSize])
        let chosen = last.rows(at: hidden.map { $0.row * batch.time + $0.place })   // [hidden, width]
        return (model.logits(chosen), Tensor(answers, shape: [answers.count]))
    }

    package func save(to folder: URL) throws {
        try HuggingFaceFolder.write(
            weights, configuration: model.encoder.configuration, companions: tokenizerFolder, to: folder)
    }

    package func evaluate() throws -> [Measure] {
        var stream = RandomStream(seed: recipe.seed, purpose: "held-out masks")
        let (logits, targets) = try guesses(PortraitRange.heldOut.indices(step: 0, batch: 1000), &stream)
        return [
            Measure("accuracy on hidden tokens of held-out captions", MaskedLanguage.accuracy(logits, targets)),
            Measure("nats per hidden token", Double(MaskedLanguage.loss(logits, targets).item)),
        ]
    }
}

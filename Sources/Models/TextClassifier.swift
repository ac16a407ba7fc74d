import Foundation
import SynCheckpoints
import SynTensors

/// How the ids of two texts become one list for a classifier, as transformers' tokenizers join them.
package enum PairJoining: Sendable {
    /// start A end B end, the second text's tokens and the last end of type 1: BERT.
    case typed
    /// start A end end B end: RoBERTa and CLIP.
    case doubled
    /// A B: GPT-2.
    case plain
}

/// A text's or a pair's ids with its special tokens, and which of the two texts each token is of where that is told.
package struct ClassifierText: Sendable, Equatable {
    package let ids: [Int32]
    package let types: [Int32]?

    package init(_ ids: [Int32], types: [Int32]? = nil) { (self.ids, self.types) = (ids, types) }
}

/// A text encoder with a head of its own, both trained: what GLUE asks of an encoder.
///
/// Heads are those of transformers' `…ForSequenceClassification`, and for CLIP that of Chen et al.'s released code.
package protocol TextClassifier: Sendable {
    var joining: PairJoining { get }
    /// The most tokens that a text may have, special ones included.
    var maximumLength: Int { get }
    /// Everything an optimiser moves, by the names of transformers' checkpoints.
    var parameters: [(name: String, tensor: Tensor)] { get }

    /// [batch, outputs]. With `dropout`, as in training, values drop out where transformers drops them.
    func logits(_ texts: [ClassifierText], dropout: Dropout?) throws -> Tensor
}

extension TextClassifier {
    package func logits(_ texts: [ClassifierText]) throws -> Tensor { try logits(texts, dropout: nil) }
}

/// Names that a checkpoint may have beside its encoder: heads, of which new ones take the place.
private let heads = ["classifier.*", "score.*"]

/// BERT and RoBERTa (`BertForSequenceClassification`, `RobertaForSequenceClassification`).
package struct BERTClassifier: TextClassifier {
    private let encoder: BERT
    /// BERT's pooler, or the first layer of RoBERTa's head: a linear layer and tanh on the first token's state.
    private let dense: Linear
    private let output: Linear
    private let isRoBERTa: Bool
    package let parameters: [(name: String, tensor: Tensor)]

    /// - Parameter head: also gives the pooler where a BERT's checkpoint has none.
    package init(folder: URL, outputs: Int, head: Weights) throws {
        let configuration = try ConfigurationFile.read(BERTConfiguration.self, in: folder)
        let weights = try Weights(reading: folder, trainable: true)
        let root = try weights.scope(holding: configuration.needed, usually: ["", configuration.modelType + "."])
        encoder = try BERT(root, configuration)
        try weights.finish(ignoring: BERT.ignoredNames + heads)
        isRoBERTa = configuration.modelType == "roberta"
        let size = configuration.hiddenSize
        let start = Initialisation.normal(deviation: configuration.initialDeviation)
        let place = head.scope["classifier"]
        if isRoBERTa {
            dense = try Linear(place["dense"], from: size, to: size, initially: start)
            output = try Linear(place["out_proj"], from: size, to: outputs, initially: start)
        } else {
            let missing = head.scope["bert", "pooler", "dense"]
            dense = try encoder.pooler ?? Linear(missing, from: size, to: size, initially: start)
            output = try Linear(place, from: size, to: outputs, initially: start)
        }
        // RoBERTa's head has no use for a pooler.
        parameters =
            weights.parameters.filter { [isRoBERTa] in !isRoBERTa || !$0.name.contains("pooler.") } + head.parameters
    }

    package var joining: PairJoining { isRoBERTa ? .doubled : .typed }
    package var maximumLength: Int { encoder.maximumLength }

    package func logits(_ texts: [ClassifierText], dropout: Dropout?) throws -> Tensor {
        let batch = try encoder.batch(texts.map(\.ids))
        let types = encoder.configuration.typeCount > 1 ? texts.compactMap(\.types) : []
        let states = try encoder.hiddenStates(
            of: batch, types: types.count == texts.count ? types : nil, dropout: dropout)
        func dropped(_ x: Tensor) -> Tensor { dropout?(x) ?? x }
        let first = batch.spans.states(states[states.count - 1], at: texts.map { _ in 0 })   // [batch, hidden]
        let pooled = dense(isRoBERTa ? dropped(first) : first, then: .tanh)
        return output(dropped(pooled))   // [batch, outputs]
    }
}

/// CLIP's text tower: the state at the last token, the last norm, dropout, the projection, a linear layer
/// (`CLIPForSequenceClassification` of Chen et al.'s released code). Nothing drops out in the tower itself.
package struct CLIPTextClassifier: TextClassifier {
    private let encoder: CLIPText
    private let output: Linear
    package let parameters: [(name: String, tensor: Tensor)]

    package init(folder: URL, outputs: Int, head: Weights) throws {
        guard ConfigurationFile.exists(in: folder) else {
            throw ModelError(
                "\(folder.path) has no config.json: a CLIP with OpenAI's names is not trained as a whole; give its "
                    + "folder in Hugging Face's form.")
        }
        let configuration = try CLIPTextConfiguration(folder: folder)
        let weights = try Weights(reading: folder, trainable: true)
        let root = try configuration.place(in: weights)
        encoder = try CLIPText(root, configuration, projects: root.has("text_projection"))
        try weights.finish(ignoring: CLIPText.ignoredNames + heads)
        let width = encoder.hasProjection ? configuration.projectionSize : configuration.hiddenSize
        output = try Linear(
            head.scope["classifier"], from: width, to: outputs, initially: .normal(deviation: 0.02))
        parameters = weights.parameters + head.parameters
    }

    package var joining: PairJoining { .doubled }
    package var maximumLength: Int { encoder.maximumLength }

    package func logits(_ texts: [ClassifierText], dropout: Dropout?) throws -> Tensor {
        let batch = try encoder.batch(texts.map(\.ids))
        let states = encoder.hiddenStates(of: batch)
        let last = batch.spans.states(states[states.count - 1], at: texts.map { $0.ids.count - 1 })   // [batch, hidden]
        let normal = encoder.tower.finalNorm(last)
        let dropped = dropout?(normal) ?? normal
        return output(encoder.projection?(dropped) ?? dropped)   // [batch, outputs]
    }
}

/// GPT-2: one linear layer without bias on the last token's state (`GPT2ForSequenceClassification`).
package struct GPT2Classifier: TextClassifier {
    private let encoder: GPT2
    private let output: Linear
    package let parameters: [(name: String, tensor: Tensor)]

    package init(folder: URL, outputs: Int, head: Weights) throws {
        let configuration = try ConfigurationFile.read(GPT2Configuration.self, in: folder)
        let weights = try Weights(reading: folder, trainable: true)
        let body = try weights.scope(holding: configuration.needed, usually: ["", "transformer."])
        encoder = try GPT2(body.lastWord == "transformer" ? body.parent : body, configuration)
        try weights.finish(ignoring: GPT2.ignoredNames + heads)
        output = try Linear(
            head.scope["score"], from: configuration.hiddenSize, to: outputs, bias: false,
            initially: .normal(deviation: 0.02))
        // The last matrix of a language model whose settings untie it is of no use here.
        parameters = weights.parameters.filter { !$0.name.hasPrefix("lm_head.") } + head.parameters
    }

    package var joining: PairJoining { .plain }
    package var maximumLength: Int { encoder.maximumLength }

    package func logits(_ texts: [ClassifierText], dropout: Dropout?) throws -> Tensor {
        let batch = try encoder.batch(texts.map(\.ids))
        let states = encoder.hiddenStates(of: batch, dropout: dropout)
        let last = batch.spans.states(states[states.count - 1], at: texts.map { $0.ids.count - 1 })   // [batch, hidden]
        return output(last)   // [batch, outputs]
    }
}

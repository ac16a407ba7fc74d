import Foundation
import SynCheckpoints
import SynTensors

/// BERT or RoBERTa with the head that guesses hidden words: what both are pretrained as.
///
/// Names and structure are those of `BertForMaskedLM` and `RobertaForMaskedLM`. The head's last matrix is the
/// table of word embeddings unless the settings untie them.
package struct MaskedLanguageModel: Sendable {
    package let encoder: BERT
    let transform: Linear
    let norm: LayerNorm
    let decoder: Tensor   // [vocabulary, hidden]
    let bias: Tensor   // [vocabulary]
    let activation: Activation

    package init(_ weights: WeightScope, _ configuration: BERTConfiguration) throws {
        encoder = try BERT(weights[configuration.modelType], configuration)
        let size = configuration.hiddenSize
        let isRoBERTa = configuration.modelType == "roberta"
        let head = isRoBERTa ? weights["lm_head"] : weights["cls", "predictions"]
        let start = Initialisation.normal(deviation: configuration.initialDeviation)
        transform = try Linear(
            isRoBERTa ? head["dense"] : head["transform", "dense"], from: size, to: size, initially: start)
        norm = try LayerNorm(
            isRoBERTa ? head["layer_norm"] : head["transform", "LayerNorm"], size: size,
            epsilon: configuration.normEpsilon)
        bias = try head.tensor("bias", [configuration.vocabularySize], initially: .zeros)
        decoder =
            configuration.tiesWordEmbeddings
            ? encoder.embedding.words.table
            : try head["decoder"].matrix("weight", [configuration.vocabularySize, size], initially: start)
        // RoBERTa's head has no say in its activation; BERT's uses the encoder's.
        activation = isRoBERTa ? .gelu : try Activation(huggingFace: configuration.activation)
    }

    /// Beside position numbers: the head for sentence pairs, and the tied tensors that older versions saved twice.
    static let ignoredNames = [
        "*embeddings.position_ids", "*embeddings.token_type_ids", "cls.seq_relationship.*",
        "cls.predictions.decoder.bias", "lm_head.decoder.bias",
    ]

    /// Reads a folder with `config.json` and `model.safetensors`.
    package init(folder: URL, precision: Precision = .float32, trainable: Bool = false) throws {
        let configuration = try ConfigurationFile.read(BERTConfiguration.self, in: folder)
        let weights = try Weights(reading: folder, precision: precision, trainable: trainable)
        let needed = Weights.Needed("\(configuration.modelType).embeddings.word_embeddings.weight")
        try self.init(weights.scope(holding: [needed]), configuration)
        let tied = configuration.tiesWordEmbeddings ? ["cls.predictions.decoder.weight", "lm_head.decoder.weight"] : []
        try weights.finish(ignoring: Self.ignoredNames + tied)
    }

    /// Logits over the vocabulary for final states of the encoder: those of the hidden words suffice in training.
    package func logits(_ states: Tensor) -> Tensor {
        norm(transform(states, then: activation)).linear(decoder, bias)   // [.., vocabulary]
    }
}

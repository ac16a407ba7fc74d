import SynCheckpoints
import SynTensors

/// The numbers of a BERT or RoBERTa, as `config.json` holds them; a missing key has Hugging Face's default.
package struct BERTConfiguration: Sendable, Codable, Equatable {
    /// `bert` or `roberta`.
    package var modelType = "bert"
    package var architectures = ["BertModel"]
    package var vocabularySize = 30522
    package var hiddenSize = 768
    package var layerCount = 12
    package var headCount = 12
    package var feedForwardSize = 3072
    package var activation = "gelu"
    package var positionCount = 512
    package var typeCount = 2
    package var normEpsilon: Float = 1e-12
    /// −1: there is none.
    package var paddingID: Int32 = 0
    /// New weights start as N(0, initialDeviation²), biases at zero.
    package var initialDeviation: Float = 0.02
    package var tiesWordEmbeddings = true
    /// Written for loaders that take the type of the weights from here.
    package var elementType = "float32"

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case architectures
        case vocabularySize = "vocab_size"
        case hiddenSize = "hidden_size"
        case layerCount = "num_hidden_layers"
        case headCount = "num_attention_heads"
        case feedForwardSize = "intermediate_size"
        case activation = "hidden_act"
        case positionCount = "max_position_embeddings"
        case typeCount = "type_vocab_size"
        case normEpsilon = "layer_norm_eps"
        case paddingID = "pad_token_id"
        case initialDeviation = "initializer_range"
        case tiesWordEmbeddings = "tie_word_embeddings"
        case elementType = "dtype"
    }

    private enum RefusedKeys: String, CodingKey {
        case positionKind = "position_embedding_type"
        case isDecoder = "is_decoder"
        case crossAttention = "add_cross_attention"
        case quantization = "quantization_config"
        case prunedHeads = "pruned_heads"
        case ropeTheta = "rope_theta"
        case ropeScaling = "rope_scaling"
        case ropeParameters = "rope_parameters"
        case rotaryBase = "rotary_emb_base"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&modelType, .modelType)
        if modelType == "roberta" {
            architectures = ["RobertaModel"]
            vocabularySize = 50265
            paddingID = 1
        }
        try found.updateUnlessNull(&architectures, .architectures)
        try found.update(&vocabularySize, .vocabularySize)
        try found.update(&hiddenSize, .hiddenSize)
        try found.update(&layerCount, .layerCount)
        try found.update(&headCount, .headCount)
        try found.update(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&positionCount, .positionCount)
        try found.update(&typeCount, .typeCount)
        try found.update(&normEpsilon, .normEpsilon)
        if let ids = try found.tokenIDs(.paddingID) {
            guard ids.count < 2 else {
                throw ModelError("pad_token_id is a list of \(ids.count) ids, but there can be one.")
            }
            if modelType == "roberta", try found.decodeNil(forKey: .paddingID) {
                throw ModelError("pad_token_id is null, but RoBERTa counts its positions from it.")
            }
            paddingID = ids.first ?? -1
        }
        if let deviation = try? found.decode(Float.self, forKey: .initialDeviation), deviation.isFinite {
            initialDeviation = deviation
        }
        try found.updateUnlessNull(&tiesWordEmbeddings, .tiesWordEmbeddings)

        let others = try decoder.container(keyedBy: RefusedKeys.self)
        if let kind = try others.decodeIfPresent(String.self, forKey: .positionKind), kind != "absolute" {
            throw ModelError("position_embedding_type is \(kind), but only absolute positions are implemented.")
        }
        try others.refuse(
            [.isDecoder, .crossAttention], "this is an encoder, whose tokens see each other and nothing else")
        try others.refuse(
            [.ropeTheta, .ropeScaling, .ropeParameters, .rotaryBase], "only absolute positions are implemented")
        try others.refuse([.quantization], "quantised weights are not read; save the model in float32")
        try others.refuse([.prunedHeads], "layers with other numbers of heads are not implemented")
        try validate()
    }

    /// RoBERTa counts its positions from the padding id on, so that so many rows of the table are never reached.
    var firstPosition: Int { modelType == "roberta" ? Int(paddingID) + 1 : 0 }

    /// The most tokens of a text.
    var maximumLength: Int { positionCount - firstPosition }

    /// What an encoder of these settings cannot be without, named from where it stands.
    var needed: [Weights.Needed] {
        [
            .init("embeddings.word_embeddings.weight", [vocabularySize, hiddenSize]),
            .init("encoder.layer.\(layerCount - 1).output.dense.weight", [hiddenSize, feedForwardSize]),
        ]
    }

    /// What fills the ends of shorter captions of a batch; no token sees it.
    var fillingID: Int32 { max(paddingID, 0) }

    private func validate() throws {
        try requirePositive([
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("intermediate_size", feedForwardSize),
            ("max_position_embeddings", positionCount), ("type_vocab_size", typeCount),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("hidden_size \(hiddenSize) cannot be divided among \(headCount) heads.")
        }
        try requireEpsilon("layer_norm_eps", normEpsilon)
        guard paddingID >= -1, Int(paddingID) < vocabularySize, firstPosition < positionCount else {
            throw ModelError("pad_token_id \(paddingID) is outside the vocabulary or the positions.")
        }
        _ = try Activation(huggingFace: activation)
        let layer = 4 * (hiddenSize + 1) * hiddenSize + 2 * hiddenSize * feedForwardSize
        try requireRoom(
            forNumbers: (vocabularySize + positionCount + typeCount) * hiddenSize + layerCount * layer,
            in: "a model of these settings (\(layerCount) layers of width \(hiddenSize), \(vocabularySize) words)")
    }
}

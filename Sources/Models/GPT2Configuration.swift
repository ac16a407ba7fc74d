import SynCheckpoints
import SynTensors

/// The numbers of a GPT-2, as `config.json` holds them; a missing key has Hugging Face's default, which is the small
/// published model's. Sizes may also have the names that they have in other models, as the library reads them.
package struct GPT2Configuration: Sendable, Decodable, Equatable {
    package var vocabularySize = 50257
    package var positionCount = 1024
    package var hiddenSize = 768
    package var layerCount = 12
    package var headCount = 12
    /// Nil in the file: four times the hidden size.
    package var feedForwardSize = 3072
    package var activation = "gelu_new"
    package var normEpsilon: Float = 1e-5
    /// Whether attention scores are divided by √headSize, and whether by the layer's number too.
    package var scalesScores = true
    package var scalesByLayer = false
    /// What a text may end with; the tokenizer adds it only when told to.
    package var endIDs: [Int32] = [50256]
    package var tiesWordEmbeddings = true

    enum CodingKeys: String, CodingKey {
        case vocabularySize = "vocab_size"
        case positionCount = "n_positions"
        case hiddenSize = "n_embd"
        case layerCount = "n_layer"
        case headCount = "n_head"
        case feedForwardSize = "n_inner"
        case activation = "activation_function"
        case normEpsilon = "layer_norm_epsilon"
        case scalesScores = "scale_attn_weights"
        case scalesByLayer = "scale_attn_by_inverse_layer_idx"
        case endID = "eos_token_id"
        case tiesWordEmbeddings = "tie_word_embeddings"
        case positionCountSynonym = "max_position_embeddings"
        case hiddenSizeSynonym = "hidden_size"
        case layerCountSynonym = "num_hidden_layers"
        case headCountSynonym = "num_attention_heads"
        case crossAttention = "add_cross_attention"
        case quantization = "quantization_config"
        case prunedHeads = "pruned_heads"
        case ropeTheta = "rope_theta"
        case ropeScaling = "rope_scaling"
        case ropeParameters = "rope_parameters"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&vocabularySize, .vocabularySize)
        try found.update(&positionCount, .positionCount, or: .positionCountSynonym)
        try found.update(&hiddenSize, .hiddenSize, or: .hiddenSizeSynonym)
        try found.update(&layerCount, .layerCount, or: .layerCountSynonym)
        try found.update(&headCount, .headCount, or: .headCountSynonym)
        try requirePositive([("n_embd", hiddenSize)])
        feedForwardSize = 4 * hiddenSize
        try found.updateUnlessNull(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&normEpsilon, .normEpsilon)
        try found.update(&scalesScores, .scalesScores)
        try found.update(&scalesByLayer, .scalesByLayer)
        try found.updateUnlessNull(&tiesWordEmbeddings, .tiesWordEmbeddings)
        if let ids = try found.tokenIDs(.endID) { endIDs = ids }
        try found.refuse([.crossAttention], "this model reads text only")
        try found.refuse([.ropeTheta, .ropeScaling, .ropeParameters], "only absolute positions are implemented")
        try found.refuse([.quantization], "quantised weights are not read; save the model in float32")
        try found.refuse([.prunedHeads], "layers with other numbers of heads are not implemented")
        try validate()
    }

    /// What a model of these settings cannot be without, named from where it stands.
    var needed: [Weights.Needed] {
        [
            .init("wte.weight", [vocabularySize, hiddenSize]),
            .init("h.\(layerCount - 1).mlp.c_fc.weight", [hiddenSize, feedForwardSize]),
        ]
    }

    /// What a layer's attention scores are multiplied by.
    func scale(ofLayer index: Int) -> Float {
        let size = Float(hiddenSize / headCount)
        return (scalesScores ? 1 / size.squareRoot() : 1) / (scalesByLayer ? Float(index + 1) : 1)
    }

    private func validate() throws {
        try requirePositive([
            ("vocab_size", vocabularySize), ("n_positions", positionCount), ("n_layer", layerCount),
            ("n_head", headCount), ("n_inner", feedForwardSize),
        ])
        guard hiddenSize % headCount == 0 else {
            throw ModelError("n_embd \(hiddenSize) cannot be divided among \(headCount) heads.")
        }
        try requireEpsilon("layer_norm_epsilon", normEpsilon)
        _ = try Activation(huggingFace: activation)
        let layer = 4 * (hiddenSize + 1) * hiddenSize + 2 * hiddenSize * feedForwardSize
        try requireRoom(
            forNumbers: (vocabularySize + positionCount) * hiddenSize + layerCount * layer,
            in: "a model of these settings (\(layerCount) layers of width \(hiddenSize), \(vocabularySize) words)")
    }
}

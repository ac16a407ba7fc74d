import Tensors

/// The numbers of a GPT-2, as `config.json` holds them; a missing key has Hugging Face's default, which is the small
/// published model's.
public struct GPT2Configuration: Sendable, Decodable, Equatable {
    public var vocabularySize = 50257
    public var positionCount = 1024
    public var hiddenSize = 768
    public var layerCount = 12
    public var headCount = 12
    /// Nil in the file: four times the hidden size.
    public var feedForwardSize = 3072
    public var activation = "gelu_new"
    public var normEpsilon: Float = 1e-5
    /// Whether attention scores are divided by √headSize, and whether by the layer's number too.
    public var scalesScores = true
    public var scalesByLayer = false
    /// What a text may end with; the tokenizer adds it only when told to.
    public var endID: Int32? = 50256
    public var tiesWordEmbeddings = true

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
        case crossAttention = "add_cross_attention"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let found = try decoder.container(keyedBy: CodingKeys.self)
        try found.update(&vocabularySize, .vocabularySize)
        try found.update(&positionCount, .positionCount)
        try found.update(&hiddenSize, .hiddenSize)
        try found.update(&layerCount, .layerCount)
        try found.update(&headCount, .headCount)
        try requirePositive([("n_embd", hiddenSize)])
        feedForwardSize = 4 * hiddenSize
        try found.update(&feedForwardSize, .feedForwardSize)
        try found.update(&activation, .activation)
        try found.update(&normEpsilon, .normEpsilon)
        try found.update(&scalesScores, .scalesScores)
        try found.update(&scalesByLayer, .scalesByLayer)
        try found.update(&tiesWordEmbeddings, .tiesWordEmbeddings)
        if found.contains(.endID) { endID = try found.decodeIfPresent(Int32.self, forKey: .endID) }
        if try found.decodeIfPresent(Bool.self, forKey: .crossAttention) == true {
            throw ModelError("add_cross_attention is true, but this model reads text only.")
        }
        try validate()
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
            throw ModelError("n_embd \(hiddenSize) can not be divided among \(headCount) heads.")
        }
        _ = try Activation(huggingFace: activation)
    }
}

import Foundation
import SynCheckpoints
import SynTensors

/// GPT-2 (Radford et al. 2019): a causal language model, here as an encoder whose every layer can be looked at.
///
/// Follows `GPT2Model` and `GPT2LMHeadModel` of Hugging Face transformers, whose folders it reads. As there, the last
/// hidden state is the one after the final norm.
package struct GPT2: TextEncoder {
    package let configuration: GPT2Configuration
    let words: Embedding
    let positions: Embedding
    let layers: [GPT2Layer]
    let finalNorm: LayerNorm
    /// The last matrix of the language model: the table of words unless the settings untie them.
    let head: Tensor   // [vocabulary, hidden]

    /// `root` stands at `wte` and `h`, or, for a model with its head, at `transformer`.
    package init(_ root: WeightScope, _ configuration: GPT2Configuration) throws {
        let weights = root.has("transformer.wte") ? root["transformer"] : root
        let size = configuration.hiddenSize
        self.configuration = configuration
        words = try Embedding(weights["wte"], count: configuration.vocabularySize, size: size)
        positions = try Embedding(weights["wpe"], count: configuration.positionCount, size: size)
        layers = try (0..<configuration.layerCount).map {
            try GPT2Layer(weights["h", $0], configuration, scale: configuration.scale(ofLayer: $0))
        }
        finalNorm = try LayerNorm(weights["ln_f"], size: size, epsilon: configuration.normEpsilon)
        head =
            configuration.tiesWordEmbeddings || !root.has("lm_head")
            ? words.table : try root["lm_head"].matrix("weight", [configuration.vocabularySize, size])
    }

    /// The tied head that some versions save twice, and the triangles of ones that old versions masked with.
    package static let ignoredNames = ["lm_head.weight", "*.attn.bias", "*.attn.masked_bias"]

    /// Reads a folder with `config.json` and `model.safetensors`.
    package init(folder: URL, precision: Precision = .float32) throws {
        let configuration = try ConfigurationFile.read(GPT2Configuration.self, in: folder)
        let weights = try Weights(reading: folder, precision: precision)
        let body = try weights.scope(holding: configuration.needed, usually: ["", "transformer."])
        try self.init(body.lastWord == "transformer" ? body.parent : body, configuration)
        try weights.finish(ignoring: Self.ignoredNames)
    }

    package var hiddenSize: Int { configuration.hiddenSize }
    package var layerCount: Int { layers.count }
    package var maximumLength: Int { configuration.positionCount }
    package var vocabularySize: Int { configuration.vocabularySize }

    package func vectorSize(_ pooling: Pooling) -> Int { hiddenSize }

    /// Packed where that saves work, otherwise padded.
    package func batch(_ ids: [[Int32]]) throws -> TokenBatch {
        try TokenBatch(
            ids, padding: 0, maximumLength: maximumLength, vocabularySize: vocabularySize,
            packed: layers.first?.attention.packingPays ?? false)
    }

    package var family: TextEncoderFamily { .causal }
    package var poolings: Set<Pooling> { Set(Pooling.allCases).subtracting([.pooler]) }

    /// The embedding output, each layer's output but the last, and the last after the final norm: as transformers
    /// gives them, each [batch, time, hidden].
    package func hiddenStates(of batch: TokenBatch, dropout: Dropout? = nil) -> [Tensor] {
        states(of: batch, dropout: dropout).map(batch.spans.padded)
    }

    package func hiddenStates(ids: [[Int32]]) throws -> [Tensor] { hiddenStates(of: try batch(ids)) }

    /// The same as the batch has its tokens: [1, tokens, hidden] each where these are packed.
    private func states(of batch: TokenBatch, dropout: Dropout? = nil) -> [Tensor] {
        let embedded = words(batch.ids) + batch.places(positions)   // [batch, time, hidden]
        var states = [dropout?(embedded) ?? embedded]
        let mask = batch.mask(causal: true)
        for layer in layers { states.append(layer(states[states.count - 1], mask: mask, dropout: dropout)) }
        states[states.count - 1] = finalNorm(states[states.count - 1])
        return states
    }

    /// What comes next after each position, as logits over the vocabulary: [batch, time, vocabulary].
    package func logits(of batch: TokenBatch) -> Tensor {
        let states = hiddenStates(of: batch)
        return states[states.count - 1].linear(head, nil)
    }

    /// One vector per caption. `probe` is the mean, as for other encoders that learnt from text alone; `eos` needs a
    /// caption that ends with the end token; `last` is the token before it, or the last one where there is none.
    package func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        let batch = try batch(ids)
        let ends = try ends(ids, pooling)
        let states = states(of: batch)
        func pooled(_ states: Tensor) -> Tensor { batch.spans.pooled(states, pooling, of: family, ends: ends) }
        return CaptionVectors(
            vectors: pooled(states[states.count - 1]), layers: everyLayer ? states.map(pooled) : [])
    }

    /// Where each caption has its end token, nil where it has none; throws where the pooling reads one.
    private func ends(_ ids: [[Int32]], _ pooling: Pooling) throws -> [Int?] {
        if pooling == .pooler { throw ModelError("GPT-2 has no pooler; choose another pooling, such as mean.") }
        return try ids.enumerated().map { row, tokens in
            if tokens.last.map(configuration.endIDs.contains) ?? false { return tokens.count - 1 }
            guard pooling == .eos else { return nil }
            throw ModelError(
                "Caption \(row + 1) of the batch does not end with the end token; GPT-2's tokenizer adds one only "
                    + "when tokenizer_config.json says add_eos_token. Choose another pooling, such as last.")
        }
    }
}

/// One layer of GPT-2: attention to what came before, then a two-layer perceptron, each on a normalised copy of its
/// input and added to it.
struct GPT2Layer: Sendable {
    let attentionNorm: LayerNorm
    let attention: SelfAttention
    let mlpNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let activation: Activation

    init(_ weights: WeightScope, _ shape: GPT2Configuration, scale: Float) throws {
        let size = shape.hiddenSize
        attentionNorm = try LayerNorm(weights["ln_1"], size: size, epsilon: shape.normEpsilon)
        attention = SelfAttention(
            .fused(try Linear(transposing: weights["attn", "c_attn"], from: size, to: 3 * size)),
            output: try Linear(transposing: weights["attn", "c_proj"], from: size, to: size), heads: shape.headCount,
            scale: scale)
        mlpNorm = try LayerNorm(weights["ln_2"], size: size, epsilon: shape.normEpsilon)
        expand = try Linear(transposing: weights["mlp", "c_fc"], from: size, to: shape.feedForwardSize)
        contract = try Linear(transposing: weights["mlp", "c_proj"], from: shape.feedForwardSize, to: size)
        activation = try Activation(huggingFace: shape.activation)
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask, dropout: Dropout? = nil) -> Tensor {
        let attended = attention(
            attentionNorm(x, output: expand.computeType), mask: mask, addingTo: x,
            dropout: dropout)   // [batch, time, hidden]
        let normed = mlpNorm(attended, output: expand.computeType)
        let inner = expand(normed, then: activation, output: expand.computeType)
        return contract(inner, addingTo: attended, dropout: dropout)
    }
}

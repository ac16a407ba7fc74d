import Foundation
import SynCheckpoints
import SynTensors

/// BERT (Devlin et al. 2018) and RoBERTa (Liu et al. 2019): encoders in which every token sees every other.
///
/// Follows `BertModel` and `RobertaModel` of Hugging Face transformers, whose folders it reads, with or without
/// the heads that a pretrained checkpoint carries.
package struct BERT: TextEncoder {
    package let configuration: BERTConfiguration
    let embedding: BERTEmbedding
    let layers: [BERTLayer]
    /// The first token's linear layer; RoBERTa's published checkpoints have none.
    let pooler: Linear?

    /// `weights` stands at `embeddings` and `encoder`; a checkpoint with heads has them below `bert` or `roberta`.
    package init(_ weights: WeightScope, _ configuration: BERTConfiguration) throws {
        self.configuration = configuration
        embedding = try BERTEmbedding(weights["embeddings"], configuration)
        layers = try (0..<configuration.layerCount).map {
            try BERTLayer(weights["encoder", "layer", $0], configuration)
        }
        pooler =
            weights.has("pooler")
            ? try Linear(
                weights["pooler", "dense"], from: configuration.hiddenSize, to: configuration.hiddenSize)
            : nil
    }

    /// What a folder may hold beside the encoder without a word: pretraining heads, and buffers that older versions
    /// saved.
    package static let ignoredNames = [
        "cls.*", "lm_head.*", "*embeddings.position_ids", "*embeddings.token_type_ids",
    ]

    /// Reads a folder with `config.json` and `model.safetensors`, or a file of weights beside a `config.json`.
    package init(folder: URL, precision: Precision = .float32, trainable: Bool = false) throws {
        let configuration = try ConfigurationFile.read(BERTConfiguration.self, in: folder)
        let weights = try Weights(reading: folder, precision: precision, trainable: trainable)
        try self.init(
            weights.scope(holding: configuration.needed, usually: ["", configuration.modelType + "."]), configuration)
        try weights.finish(ignoring: Self.ignoredNames)
    }

    package var hiddenSize: Int { configuration.hiddenSize }
    package var layerCount: Int { layers.count }
    package var maximumLength: Int { configuration.maximumLength }
    package var vocabularySize: Int { configuration.vocabularySize }
    package var hasPooler: Bool { pooler != nil }
    package var family: TextEncoderFamily { .bidirectional }
    package var poolings: Set<Pooling> { Set(Pooling.allCases).subtracting(hasPooler ? [] : [.pooler]) }

    package func vectorSize(_ pooling: Pooling) -> Int { hiddenSize }

    /// Packed where that saves work, otherwise padded.
    package func batch(_ ids: [[Int32]]) throws -> TokenBatch {
        try TokenBatch(
            ids, padding: configuration.fillingID, maximumLength: maximumLength, vocabularySize: vocabularySize,
            packed: layers.first?.attention.packingPays ?? false)
    }

    /// The embedding output and each layer's output, each [batch, time, hidden].
    ///
    /// `types` says which sentence of a pair a token belongs to; without it all belong to the first.
    package func hiddenStates(
        of batch: TokenBatch, types: [[Int32]]? = nil, dropout: Dropout? = nil
    ) throws -> [Tensor] {
        try states(of: batch, types: types, dropout: dropout).map(batch.spans.padded)
    }

    package func hiddenStates(ids: [[Int32]]) throws -> [Tensor] { try hiddenStates(of: batch(ids)) }

    /// The same as the batch has its tokens: [1, tokens, hidden] each where these are packed.
    private func states(of batch: TokenBatch, types: [[Int32]]? = nil, dropout: Dropout? = nil) throws -> [Tensor] {
        let mask = batch.mask(causal: false)
        var states = [try embedding(batch, types: types, dropout: dropout)]   // [batch, time, hidden]
        for layer in layers { states.append(layer(states[states.count - 1], mask: mask, dropout: dropout)) }
        return states
    }

    package func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        let batch = try batch(ids)
        let states = try states(of: batch)
        let ends = batch.lengths.map { $0 - 1 }
        func pooled(_ states: Tensor) -> Tensor { batch.spans.pooled(states, pooling, of: family, ends: ends) }
        var vectors = pooled(states[states.count - 1])   // [batch, hidden]
        if pooling == .pooler {
            guard let pooler else {
                throw ModelError(
                    "This encoder's checkpoint has no trained pooler; choose another pooling, such as mean.")
            }
            vectors = pooler(vectors, then: .tanh)
        }
        return CaptionVectors(vectors: vectors, layers: everyLayer ? states.map(pooled) : [])
    }
}

/// The sum of a token's word, position and type, normalised.
struct BERTEmbedding: Sendable {
    let words: Embedding
    let positions: Embedding
    let types: Embedding
    let norm: LayerNorm
    let paddingID: Int32
    let firstPosition: Int

    init(_ weights: WeightScope, _ shape: BERTConfiguration) throws {
        let start = Initialisation.normal(deviation: shape.initialDeviation)
        words = try Embedding(
            weights["word_embeddings"], count: shape.vocabularySize, size: shape.hiddenSize, initially: start)
        positions = try Embedding(
            weights["position_embeddings"], count: shape.positionCount, size: shape.hiddenSize, initially: start)
        types = try Embedding(
            weights["token_type_embeddings"], count: shape.typeCount, size: shape.hiddenSize, initially: start)
        norm = try LayerNorm(weights["LayerNorm"], size: shape.hiddenSize, epsilon: shape.normEpsilon)
        paddingID = shape.paddingID
        firstPosition = shape.firstPosition
    }

    func callAsFunction(_ batch: TokenBatch, types given: [[Int32]]?, dropout: Dropout?) throws -> Tensor {
        if let stranger = given?.joined().first(where: { $0 < 0 || $0 >= types.table.size(0) }) {
            throw ModelError("The token type \(stranger) is not below \(types.table.size(0)), the number of types.")
        }
        let typed = try given.map { try types(batch.companion($0)) } ?? types.first(1).reshaped([-1])
        let placed = firstPosition == 0 ? batch.places(positions) : positions(countedPositions(batch))
        let sum = words(batch.ids) + typed + placed   // [batch, time, hidden]
        let normal = norm(sum)
        return dropout?(normal) ?? normal
    }

    /// RoBERTa's way: real tokens are numbered from `firstPosition`, each padding token stands at its own id.
    private func countedPositions(_ batch: TokenBatch) -> Tensor {
        let ids = batch.ids.integers
        var positions: [Int32] = []
        positions.reserveCapacity(ids.count)
        for (start, length) in zip(
            batch.spans.starts, batch.isPacked ? batch.lengths : batch.lengths.map { _ in batch.time })
        {
            var next = Int32(firstPosition)
            for id in ids[start..<start + length] {
                positions.append(id == paddingID ? paddingID : next)
                if id != paddingID { next += 1 }
            }
        }
        return Tensor(positions, shape: batch.ids.shape)
    }
}

/// BERT's encoder layer (Devlin et al. 2018, section 3): attention, then a two-layer perceptron, each followed by
/// a residual sum and a layer norm.
struct BERTLayer: Sendable {
    let attention: SelfAttention
    let attentionNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let outputNorm: LayerNorm
    let activation: Activation

    init(_ weights: WeightScope, _ shape: BERTConfiguration) throws {
        let size = shape.hiddenSize
        func linear(_ scope: WeightScope, from: Int, to: Int) throws -> Linear {
            try Linear(scope, from: from, to: to, initially: .normal(deviation: shape.initialDeviation))
        }
        attention = SelfAttention(
            query: try linear(weights["attention", "self", "query"], from: size, to: size),
            key: try linear(weights["attention", "self", "key"], from: size, to: size),
            value: try linear(weights["attention", "self", "value"], from: size, to: size),
            output: try linear(weights["attention", "output", "dense"], from: size, to: size),
            heads: shape.headCount)
        attentionNorm = try LayerNorm(
            weights["attention", "output", "LayerNorm"], size: size, epsilon: shape.normEpsilon)
        expand = try linear(weights["intermediate", "dense"], from: size, to: shape.feedForwardSize)
        contract = try linear(weights["output", "dense"], from: shape.feedForwardSize, to: size)
        outputNorm = try LayerNorm(weights["output", "LayerNorm"], size: size, epsilon: shape.normEpsilon)
        activation = try Activation(huggingFace: shape.activation)
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask, dropout: Dropout?) -> Tensor {
        let attended = attentionNorm(attention(x, mask: mask, addingTo: x, dropout: dropout))   // [batch, time, hidden]
        let inner = expand(attended, then: activation, output: expand.computeType)
        return outputNorm(contract(inner, addingTo: attended, dropout: dropout))   // [batch, time, hidden]
    }
}

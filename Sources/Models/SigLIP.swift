import Foundation
import SynCheckpoints
import SynTensors

/// SigLIP (Zhai et al. 2023): a text tower and a vision tower that place captions and pictures in one space, trained to
/// tell of every pair by itself, with a sigmoid, whether it belongs together.
///
/// Follows `SiglipModel` of Hugging Face transformers, whose folders it reads.
package struct SigLIP: Sendable {
    package let configuration: SigLIPConfiguration
    package let text: SigLIPText
    package let vision: SigLIPVision
    /// The logarithm of the scale, and what is added: [1] each.
    package let logScale, bias: Tensor

    package init(_ weights: WeightScope, _ configuration: SigLIPConfiguration) throws {
        try configuration.requireOneSpace()
        self.configuration = configuration
        text = try SigLIPText(weights["text_model"], configuration.text)
        vision = try SigLIPVision(weights["vision_model"], configuration.vision)
        logScale = try weights.tensor("logit_scale", [1], initially: .constant(Float(log(10.0))))
        bias = try weights.tensor("logit_bias", [1], initially: .constant(-10))
    }

    /// Reads a folder with `config.json` and `model.safetensors`.
    package init(folder: URL, precision: Precision = .float32) throws {
        let configuration = try ConfigurationFile.read(SigLIPConfiguration.self, in: folder)
        let weights = try Weights(reading: folder, precision: precision)
        try self.init(weights.scope, configuration)
        try weights.finish(ignoring: SigLIPText.positionNumbers)
    }

    /// Height and width of the images it sees.
    package var imageSize: Int { vision.imageSize }

    /// Caption vectors in the shared space, not normalised: [batch, projection].
    package func embed(ids: [[Int32]]) throws -> Tensor { try text.captionVectors(ids: ids) }

    /// Image vectors in the shared space, not normalised: [batch, projection].
    package func embed(images: Tensor) -> Tensor { vision.summary(images) }

    /// e^logScale times the cosine of every image with every caption, plus the bias: [images, captions]. The sigmoid of
    /// a number is the probability that the two belong together.
    package func similarities(images: Tensor, captions: Tensor) -> Tensor {
        let cosines = images.l2Normalised().matmul(captions.l2Normalised(), transposeRight: true)
        return cosines * logScale.exp() + bias
    }
}

/// SigLIP's text tower: a transformer whose tokens all see each other, the padding behind a text included. The state at
/// the last position, which is padding unless the text fills it, is projected into the shared space.
///
/// Follows `SiglipTextModel`; reads its folders and those of a whole `SiglipModel`, of which it uses the text half. Its
/// tokenizer adds an end token and no start token.
package struct SigLIPText: TextEncoder {
    package let configuration: SigLIPTextConfiguration
    let tower: TextTower
    let projection: Linear

    /// `weights` stands at `embeddings`, `encoder` and `head`.
    package init(_ weights: WeightScope, _ configuration: SigLIPTextConfiguration) throws {
        self.configuration = configuration
        tower = try TextTower(weights, configuration)
        projection = try Linear(weights["head"], from: configuration.hiddenSize, to: configuration.projectionSize)
    }

    /// Position numbers that older versions saved.
    static let positionNumbers = ["*embeddings.position_ids"]

    package init(folder: URL, precision: Precision = .float32) throws {
        let shape = try SigLIPTextConfiguration(folder: folder)
        let weights = try Weights(reading: folder, precision: precision)
        try self.init(try shape.towerPlace(in: weights), shape)
        try weights.finish(ignoring: ["vision_model.*", "logit_scale", "logit_bias"] + Self.positionNumbers)
    }

    package var family: TextEncoderFamily { .contrastive }
    package var poolings: Set<Pooling> { Set(Pooling.allCases) }
    package var hasProjection: Bool { true }
    package var hiddenSize: Int { configuration.hiddenSize }
    package var layerCount: Int { configuration.layerCount }
    package var maximumLength: Int { configuration.positionCount }
    package var vocabularySize: Int { configuration.vocabularySize }

    package func vectorSize(_ pooling: Pooling) -> Int {
        pooling == .probe || pooling == .pooler ? configuration.projectionSize : hiddenSize
    }

    /// The embedding output and each layer's output, before the last norm: each [batch, time, hidden].
    package func hiddenStates(ids: [[Int32]]) throws -> [Tensor] {
        let batch = try batch(ids)
        return states(ids).map { $0.slice(axis: 1, from: 0, to: batch.time) }
    }

    /// `probe` and `pooler` are the projected state at the last position; `eos` and `last` are the last token of a
    /// text, which is its end token, and the one before it.
    package func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        let batch = try batch(ids)
        let states = states(ids)
        let isProjected = pooling == .probe || pooling == .pooler
        func pooled(_ states: Tensor) -> Tensor {   // [batch, hidden]
            guard !isProjected else {
                let last = maximumLength - 1
                return states.slice(axis: 1, from: last, to: last + 1).reshaped([batch.count, hiddenSize])
            }
            let own = states.slice(axis: 1, from: 0, to: batch.time)   // [batch, longest, hidden]
            return batch.spans.pooled(own, pooling, of: family, ends: batch.lengths.map { $0 - 1 })
        }
        let top = pooled(tower.finalNorm(states[states.count - 1]))   // [batch, hidden]
        return CaptionVectors(
            vectors: isProjected ? projection(top) : top, layers: everyLayer ? states.map(pooled) : [])
    }

    /// Every token's state through the last norm and the head: [tokens, projection] for each caption. The pooled state
    /// stands behind them, at the last position.
    package func tokenVectors(ids: [[Int32]]) throws -> [Tensor] {
        _ = try batch(ids)
        let states = states(ids)
        return projection(tower.finalNorm(states[states.count - 1])).cut(to: ids.map(\.count))
    }

    /// The texts without what is padded behind the longest.
    private func batch(_ ids: [[Int32]]) throws -> TokenBatch {
        try TokenBatch(
            ids, padding: configuration.paddingID, maximumLength: maximumLength, vocabularySize: vocabularySize)
    }

    /// States of all positions, padding and all: [batch, positions, hidden] each.
    private func states(_ ids: [[Int32]]) -> [Tensor] {
        let rows = ids.flatMap { $0 + Array(repeating: configuration.paddingID, count: maximumLength - $0.count) }
        let words = tower.words(Tensor(rows, shape: [ids.count, maximumLength]))   // [batch, positions, hidden]
        return tower.layers(words + tower.positions.table, mask: .none, dropout: nil)
    }
}

/// SigLIP's vision tower: a vision transformer without a class token, whose patches are pooled by attention.
package struct SigLIPVision: CLIPImageTower {
    package let configuration: SigLIPVisionConfiguration
    let patches: Tensor   // [hidden, channels, patch, patch]
    let patchBias: Tensor   // [hidden]
    let positions: Embedding
    let tower: CLIPTower
    let lastNorm: LayerNorm
    let head: SigLIPPoolingHead

    package init(_ weights: WeightScope, _ configuration: SigLIPVisionConfiguration) throws {
        let (size, patch) = (configuration.hiddenSize, configuration.patchSize)
        let embedding = weights["embeddings"]
        self.configuration = configuration
        patches = try embedding["patch_embedding"].matrix("weight", [size, configuration.channelCount, patch, patch])
        patchBias = try embedding["patch_embedding"].tensor("bias", [size], initially: .zeros)
        positions = try Embedding(
            embedding["position_embedding"], count: configuration.patchesPerSide * configuration.patchesPerSide,
            size: size)
        tower = try CLIPTower(weights["encoder"], configuration.tower)
        lastNorm = try LayerNorm(weights["post_layernorm"], size: size, epsilon: configuration.normEpsilon)
        head = try SigLIPPoolingHead(weights["head"], configuration)
    }

    package var imageSize: Int { configuration.imageSize }

    /// The patch embedding and each layer's output, each [batch, patches, hidden].
    ///
    /// `images` are [batch, height, width, channels] of the configured size, normalised as the checkpoint's
    /// preprocessing says.
    package func hiddenStates(_ images: Tensor, dropout: Dropout?) -> [Tensor] {
        let size = configuration.imageSize
        precondition(
            images.shape.dropFirst() == [size, size, configuration.channelCount],
            "images of \(images.shape) given to a tower for \(size) by \(size)")
        let grid = images.convolved(   // [batch, rows, columns, hidden]
            patches, patchBias, stride: configuration.patchSize)
        let row = grid.reshaped([images.size(0), -1, configuration.hiddenSize])   // [batch, patches, hidden]
        return tower(row + positions.table, mask: .none, dropout: dropout)
    }

    /// The normed patches, pooled: [batch, hidden].
    package func summary(_ images: Tensor, dropout: Dropout?) -> Tensor {
        let states = hiddenStates(images, dropout: dropout)
        return head(lastNorm(states[states.count - 1]))
    }
}

/// Attention of one learnt query to all patches, and a two-layer perceptron added to what it finds.
struct SigLIPPoolingHead: Sendable {
    let query: Tensor   // [1, 1, hidden]
    let attending: SelfAttention
    let norm: LayerNorm
    let expand: Linear
    let contract: Linear
    let activation: Activation

    init(_ weights: WeightScope, _ shape: SigLIPVisionConfiguration) throws {
        let size = shape.hiddenSize
        query = try weights.tensor("probe", [1, 1, size], initially: .normal(deviation: 1))
        attending = try SelfAttention(inBands: weights["attention"], size: size, heads: shape.headCount)
        norm = try LayerNorm(weights["layernorm"], size: size, epsilon: shape.normEpsilon)
        expand = try Linear(weights["mlp", "fc1"], from: size, to: shape.feedForwardSize)
        contract = try Linear(weights["mlp", "fc2"], from: shape.feedForwardSize, to: size)
        activation = try Activation(huggingFace: shape.activation)
    }

    /// x [batch, patches, hidden] → [batch, hidden].
    func callAsFunction(_ x: Tensor) -> Tensor {
        let (batch, size) = (x.size(0), x.size(2))
        let asked = attending.qkv.parts(query)[0]   // [1, 1, hidden]
        let answers = attending.qkv.parts(x)   // [batch, patches, hidden] each
        let found = attention(
            query: Tensor.zeros([batch, 1, size]) + asked, key: answers[1], value: answers[2], heads: attending.heads)
        let pooled = attending.output(found)   // [batch, 1, hidden]
        return contract(expand(norm(pooled), then: activation), addingTo: pooled).reshaped([batch, size])
    }
}

import Foundation
import SynCheckpoints
import SynTensors

/// CLIP's text tower (Radford et al. 2021, section 2.4): a causal transformer whose state at the end token, after
/// a last norm and a projection, is the caption's place in the space shared with images.
///
/// Follows `CLIPTextModel` and `CLIPTextModelWithProjection` of Hugging Face transformers; reads their folders and
/// those of a whole `CLIPModel`, of which it uses the text half, and that half of a checkpoint with OpenAI's names.
package struct CLIPText: TextEncoder {
    package let configuration: CLIPTextConfiguration
    let tower: TextTower
    /// Absent in checkpoints of the bare tower.
    let projection: Linear?

    /// `root` stands where `text_model` and `text_projection` stand, or, for a bare tower, at `embeddings`.
    package init(_ root: WeightScope, _ configuration: CLIPTextConfiguration, projects: Bool) throws {
        let size = configuration.hiddenSize
        let isBare = root.has("embeddings")
        let weights = isBare ? root : root["text_model"]
        self.configuration = configuration
        tower = try TextTower(weights, configuration)
        projection =
            projects
            ? try Linear(
                root["text_projection"], from: size, to: configuration.projectionSize, bias: false,
                initially: .normal(deviation: 1 / Float(size).squareRoot()))
            : nil
    }

    /// The vision half of a whole CLIP, and position numbers that older versions saved.
    package static let ignoredNames = [
        "vision_model.*", "visual_projection.*", "logit_scale", "logit_bias", "*embeddings.position_ids",
    ]

    /// Reads a folder of a text tower or of a whole CLIP, or a checkpoint with OpenAI's names.
    ///
    /// A tower's settings stand at the root of `config.json`, or below `text_config` where it was cut out of a whole
    /// model without rewriting them. A checkpoint without `text_projection` is a bare tower.
    /// `activation` must be given for a checkpoint with OpenAI's names that does not tell its own.
    package init(
        folder: URL, precision: Precision = .float32, trainable: Bool = false, activation: CLIPActivation? = nil
    ) throws {
        let configuration = ConfigurationFile.exists(in: folder) ? try CLIPTextConfiguration(folder: folder) : nil
        let weights = try Weights(reading: folder, precision: precision, trainable: trainable)
        if !trainable, let found = try OpenAICLIP(weights, at: folder, activation: activation) {
            try self.init(found)
            try weights.finish(ignoring: OpenAICLIP.ignoredBesideText)
            return
        }
        try CLIPActivation.requireNone(activation, at: folder)
        let shape = try configuration ?? CLIPTextConfiguration(folder: folder)
        let root = try shape.place(in: weights)
        try self.init(root, shape, projects: root.has("text_projection"))
        try weights.finish(ignoring: Self.ignoredNames)
    }

    package var hiddenSize: Int { configuration.hiddenSize }
    package var layerCount: Int { configuration.layerCount }
    package var maximumLength: Int { configuration.positionCount }
    package var vocabularySize: Int { configuration.vocabularySize }
    package var hasProjection: Bool { projection != nil }
    package var family: TextEncoderFamily { .contrastive }
    package var poolings: Set<Pooling> { Set(Pooling.allCases).subtracting(hasProjection ? [] : [.probe]) }

    package func vectorSize(_ pooling: Pooling) -> Int {
        pooling == .probe ? configuration.projectionSize : hiddenSize
    }

    /// Packed where that saves work, otherwise padded.
    package func batch(_ ids: [[Int32]]) throws -> TokenBatch {
        try TokenBatch(
            ids, padding: 0, maximumLength: maximumLength, vocabularySize: vocabularySize,
            packed: tower.layers.layers.first?.attention.packingPays ?? false)
    }

    /// The embedding output and each layer's output, before the last norm: each [batch, time, hidden].
    package func hiddenStates(of batch: TokenBatch, dropout: Dropout? = nil) -> [Tensor] {
        states(of: batch, dropout: dropout).map(batch.spans.padded)
    }

    package func hiddenStates(ids: [[Int32]]) throws -> [Tensor] { hiddenStates(of: try batch(ids)) }

    /// The same as the batch has its tokens: [1, tokens, hidden] each where these are packed.
    private func states(of batch: TokenBatch, dropout: Dropout? = nil) -> [Tensor] {
        tower.layers(
            tower.words(batch.ids) + batch.places(tower.positions), mask: batch.mask(causal: true), dropout: dropout)
    }

    package func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        let batch = try batch(ids)
        let ends = try endPositions(ids)
        let states = states(of: batch)
        func pooled(_ states: Tensor) -> Tensor { batch.spans.pooled(states, pooling, of: family, ends: ends) }
        var vectors = pooled(tower.finalNorm(states[states.count - 1]))   // [batch, hidden]
        if pooling == .probe {
            guard let projection else {
                throw ModelError("This text tower's checkpoint has no projection; choose another pooling, such as eos.")
            }
            vectors = projection(vectors)   // [batch, projection]
        }
        return CaptionVectors(vectors: vectors, layers: everyLayer ? states.map(pooled) : [])
    }

    /// Text vectors in the shared space, not normalised (Hugging Face's `text_embeds` before its norm).
    package func embed(ids: [[Int32]], dropout: Dropout? = nil) throws -> Tensor {
        guard let projection else { throw ModelError("This text tower's checkpoint has no projection.") }
        let batch = try batch(ids)
        let states = states(of: batch, dropout: dropout)
        let ends = batch.spans.states(states[states.count - 1], at: try endPositions(ids))   // [batch, hidden]
        return projection(tower.finalNorm(ends))   // [batch, projection]
    }

    /// Every token's state through the last norm and the projection: [tokens, projection] for each caption.
    package func tokenVectors(ids: [[Int32]]) throws -> [Tensor] {
        guard let projection else { throw ModelError("This text tower's checkpoint has no projection.") }
        let batch = try batch(ids)
        let states = states(of: batch)
        let vectors = batch.spans.padded(projection(tower.finalNorm(states[states.count - 1])))
        return vectors.cut(to: ids.map(\.count))   // vectors: [batch, time, projection]
    }

    /// Where each caption ends: at the first end token, or at the first of its largest ids when the settings carry
    /// the published checkpoints' wrong end token.
    func endPositions(_ ids: [[Int32]]) throws -> [Int] {
        try ids.enumerated().map { row, tokens in
            let end =
                configuration.endsAtLargestID
                ? tokens.max().flatMap { tokens.firstIndex(of: $0) } : tokens.firstIndex(of: configuration.endID)
            guard let end else {
                throw ModelError(
                    "Caption \(row + 1) of the batch lacks the end token \(configuration.endID); the tokenizer must "
                        + "add it and keep it when it truncates.")
            }
            return end
        }
    }
}

extension CLIPTextConfiguration {
    /// Where a text tower stands: at `text_model` and `text_projection`, or, bare, at `embeddings`.
    func place(in weights: Weights) throws -> WeightScope {
        let tower = try towerPlace(in: weights)
        guard tower.lastWord == "text_model" else { return tower }
        let whole = tower.parent
        whole.settle()   // what stands beside the tower is the model's too
        return whole
    }

    /// A text tower's settings, from its own `config.json` or from a whole CLIP's.
    init(folder: URL) throws {
        self =
            try TowerFile.isWhole("clip", in: folder)
            ? try ConfigurationFile.read(CLIPConfiguration.self, in: folder).textInSharedSpace
            : try ConfigurationFile.read(CLIPTextConfiguration.self, in: folder)
    }
}

import SynTensors

/// What a text encoder learnt from, which decides what its own way to a text's vector is.
package enum TextEncoderFamily: Sendable {
    /// From text alone, each token seeing the whole text: BERT's. Its vector is the mean over tokens.
    case bidirectional
    /// From text alone, each token seeing what came before: GPT-2's. Its vector is the mean over tokens.
    case causal
    /// From pictures with their captions: CLIP's. Its vector is a projection of one token's state.
    case contrastive
}

/// Caption vectors, and on request the same pooling of every layer.
package struct CaptionVectors: Sendable {
    /// [batch, vectorSize]
    package let vectors: Tensor
    /// The embedding output and each layer's output, pooled at the same tokens but not projected or otherwise
    /// transformed: [batch, hidden] each. Empty unless asked for.
    package let layers: [Tensor]
}

/// A model that reads token ids, one list for each caption with its special tokens and without padding.
///
/// Captions of a batch do not influence each other: padding is hidden from every token.
package protocol TextEncoder: Sendable {
    var family: TextEncoderFamily { get }
    /// The poolings it has; asking for another is an error.
    var poolings: Set<Pooling> { get }
    /// Whether `probe` ends with a projection into a space shared with pictures.
    var hasProjection: Bool { get }
    /// The width of a token's state.
    var hiddenSize: Int { get }
    /// Transformer layers, the embedding not counted.
    var layerCount: Int { get }
    /// The most tokens that a caption may have, special ones included.
    var maximumLength: Int { get }
    /// Ids are below this number.
    var vocabularySize: Int { get }

    /// The width of a caption vector.
    func vectorSize(_ pooling: Pooling) -> Int

    /// The embedding output and the output of every layer, each [batch, time, hidden] with time the longest length.
    /// What stands at padded positions means nothing. As in transformers, GPT-2's last is taken after the final norm,
    /// CLIP's before.
    func hiddenStates(ids: [[Int32]]) throws -> [Tensor]

    /// One vector per caption.
    func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors
}

extension TextEncoder {
    package var hasProjection: Bool { false }
    /// Whether it learnt from pictures too.
    package var isContrastive: Bool { family == .contrastive }

    /// One vector per caption: [batch, vectorSize].
    package func captionVectors(ids: [[Int32]], pooling: Pooling = .probe) throws -> Tensor {
        try encode(ids: ids, pooling: pooling, everyLayer: false).vectors
    }
}

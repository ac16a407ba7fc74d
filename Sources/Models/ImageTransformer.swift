import SynCheckpoints
import SynTensors

/// The autoregressive model over image tokens of Taming Transformers (Esser et al. 2021, section 3.2): a minGPT.
///
/// The sequence is a start token (0) followed by the image's tokens, row by row; the logits at a position belong
/// to the token that comes next. Vectors of a *prefix* may stand in front of the start token: they have no
/// position of their own, every token sees them, and nothing is predicted from them. An adapter's caption
/// vector enters the frozen model this way.
///
/// Tensors are named as below `transformer.` in taming's checkpoints.
package struct ImageTransformer: Sendable {
    package let configuration: ImageTransformerConfiguration
    let embedding: ImageTokenEmbedding
    let blocks: [ImageTransformerBlock]
    let finalNorm: LayerNorm
    let head: Linear

    /// Where the weights are; nil for the CPU.
    package var device: (any Device)? { finalNorm.scale.device }

    /// The type of frozen weights, and of numbers between two products.
    package var computeType: ElementType { head.weight.elementType }

    package init(_ weights: WeightScope, _ configuration: ImageTransformerConfiguration) throws {
        let width = configuration.width
        self.configuration = configuration
        embedding = try ImageTokenEmbedding(weights, configuration)
        blocks = try (0..<configuration.layerCount).map {
            try ImageTransformerBlock(weights["blocks", $0], configuration)
        }
        finalNorm = try LayerNorm(weights["ln_f"], size: width, epsilon: 1e-5)
        head = try Linear(
            weights["head"], from: width, to: configuration.vocabularySize, bias: false,
            initially: .normal(deviation: 0.02))
    }

    /// Logits of the token after each of `tokens`. Differentiable, by the prefix too.
    ///
    /// With `dropout`, as in training, values drop out at the rates of the configuration.
    ///
    /// - Parameters:
    ///   - tokens: Int32 [batch, time], the start token first; at most `blockSize` of them.
    ///   - prefix: [batch, count, width], or nothing.
    ///   - skipped: how many of the first tokens nothing is asked of: all but the last of several start tokens.
    /// - Returns: [batch, time − skipped, vocabulary]; the prefix has no logits.
    package func logits(
        tokens: Tensor, prefix: Tensor? = nil, skipping skipped: Int = 0, dropout: Dropout? = nil
    ) -> Tensor {
        var x = embedding(tokens, from: 0)   // [batch, time, width]
        if let prefix { x = concatenated([prefix, x], axis: 1) }   // [batch, count + time, width]
        if let dropout { x = dropout(x, rate: configuration.embeddingDropout) }
        for block in blocks { x = block(x, dropout: dropout) }
        let silent = (prefix?.size(1) ?? 0) + skipped
        if silent > 0 { x = x.slice(axis: 1, from: silent, to: x.size(1)) }
        return head(finalNorm(x))   // [batch, time − skipped, vocabulary]
    }

    /// The start tokens and all of `tokens` [batch, n] but the last.
    package static func teacherInput(_ tokens: Tensor, start: [Int32]) -> Tensor {
        let batch = tokens.size(0)
        let first = Tensor((0..<batch).flatMap { _ in start }, shape: [batch, start.count])
        return concatenated([first, tokens.slice(axis: 1, from: 0, to: tokens.size(1) - 1)], axis: 1)
    }
}

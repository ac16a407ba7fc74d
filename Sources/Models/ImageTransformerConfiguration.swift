/// The numbers of an image transformer, as taming's `transformer_config.params` has them.
package struct ImageTransformerConfiguration: Sendable, Equatable {
    /// How many different image tokens there are: the size of the VQGAN's codebook.
    package var vocabularySize: Int
    /// The most tokens one pass may see, the start token included. A prefix has no position and does not count.
    package var blockSize: Int
    package var layerCount: Int
    package var headCount: Int
    /// Numbers per token inside the network (`n_embd`).
    package var width: Int
    /// Chances of dropping out in training: of summed embeddings, attention weights, and what each block adds.
    package var embeddingDropout: Float
    package var attentionDropout: Float
    package var residualDropout: Float

    package init(
        vocabularySize: Int, blockSize: Int, layerCount: Int, headCount: Int, width: Int,
        embeddingDropout: Float = 0, attentionDropout: Float = 0, residualDropout: Float = 0
    ) {
        self.vocabularySize = vocabularySize
        self.blockSize = blockSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.width = width
        self.embeddingDropout = embeddingDropout
        self.attentionDropout = attentionDropout
        self.residualDropout = residualDropout
    }
}

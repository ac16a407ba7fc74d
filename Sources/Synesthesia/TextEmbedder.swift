import SynEmbedding
import SynModels
import SynRuns

/// A frozen text encoder with its tokenizer: captions to vectors.
///
/// A folder of a BERT, RoBERTa, GPT-2 or CLIP as Hugging Face's tools write it, of sentence-transformers, or of a CLIP
/// with OpenAI's names; or `org/name[@revision]` in the shared Hugging Face cache. Nothing is downloaded.
public struct TextEmbedder: Sendable {
    /// How the states of a caption's tokens become its vector.
    public enum Pooling: String, Sendable, CaseIterable {
        /// As Chen et al. 2023: the mean over tokens for BERT-style encoders, the projected end token for CLIP.
        case probe
        case mean
        /// The first token's state.
        case cls
        /// The end token's state.
        case eos
        /// The last token's state before the end token.
        case last
        /// The trained pooler's output, where the model has one.
        case pooler
    }

    let embedder: SynEmbedding.TextEmbedder
    let pooling: SynModels.Pooling

    /// - Parameters:
    ///   - model: its folder, or `org/name[@revision]` in the shared Hugging Face cache.
    ///   - pooling: one that the model does not have is an error.
    public init(_ model: String, pooling: Pooling = .probe) throws(SynesthesiaError) {
        embedder = try explained { try SynEmbedding.TextEmbedder(folder: modelFolder(model)) }
        self.pooling = SynModels.Pooling(rawValue: pooling.rawValue) ?? .probe
    }

    /// How many numbers a vector has.
    public var vectorSize: Int { embedder.encoder.vectorSize(pooling) }

    /// Vectors of captions, in their order.
    public struct Embeddings: Sendable, Equatable {
        /// One for each caption, each of `vectorSize` numbers in single precision.
        public let vectors: [[Float]]
        /// Captions that were longer than the model reads and lost their end.
        public let truncated: Int
    }

    /// - Throws where a number of a vector is not finite, naming the damaged weights.
    public func embed(_ captions: [String]) throws(SynesthesiaError) -> Embeddings {
        guard !captions.isEmpty else { return Embeddings(vectors: [], truncated: 0) }
        let result = try explained { try embedder.embed(captions, pooling: pooling) }
        let numbers = result.vectors.floats   // [captions, d]
        let rows = stride(from: 0, to: numbers.count, by: vectorSize).map { Array(numbers[$0..<$0 + vectorSize]) }
        return Embeddings(vectors: rows, truncated: result.truncated)
    }
}

import Foundation
import SynEmbedding
import SynImages
import SynModels
import SynProbe
import SynRuns
import SynTensors
import Synchronization

/// A frozen image decoder (VQGAN and transformer) that draws from a prefix: a folder with taming's `project.yaml` and
/// weights.
public struct FaceDecoder: Sendable {
    let decoder: ImageDecoder
    let folder: URL
    private let drawing = DrawingParts()

    /// - Parameter model: a folder, or `org/name[@revision]` in the shared Hugging Face cache.
    public init(_ model: String) throws(SynesthesiaError) {
        (decoder, folder) = try explained {
            let folder = try modelFolder(model)
            return (try ImageDecoder(folder: folder), folder)
        }
    }

    /// The height and width of the pictures, in pixels.
    public var pictureSize: Int { decoder.configuration.vqgan.resolution }

    /// How image tokens are drawn.
    public struct Sampling: Sendable, Equatable {
        /// How many of the likeliest tokens are drawn from, at least 1.
        public var topK = 250
        /// Above 0; 1 draws from the decoder's own distribution.
        public var temperature: Double = 1
        /// W: logits without prefix + W · (with − without); 1 as published (Ho and Salimans 2022 for others).
        public var guidance: Double = 1

        /// What is not given is as published.
        public init(topK: Int = 250, temperature: Double = 1, guidance: Double = 1) {
            (self.topK, self.temperature, self.guidance) = (topK, temperature, guidance)
        }
    }

    /// A picture for each vector, in their order.
    ///
    /// Each picture draws from a random stream of its own, named by the seed and its place.
    public func draw(
        _ embeddings: TextEmbedder.Embeddings, through adapter: PrefixAdapter, seed: UInt64 = 0,
        sampling: Sampling = Sampling()
    ) throws(SynesthesiaError) -> [Picture] {
        guard !embeddings.vectors.isEmpty else { return [] }
        guard embeddings.vectors.allSatisfy({ $0.count == adapter.adapter.vectorSize }) else {
            throw SynesthesiaError(
                .settings,
                "the adapter takes vectors of \(adapter.adapter.vectorSize) numbers, but these have "
                    + "\(embeddings.vectors[0].count)"
            )
        }
        guard adapter.adapter.width == decoder.configuration.transformer.width else {
            throw SynesthesiaError(
                .settings,
                "the adapter's prefixes are \(adapter.adapter.width) wide, but the decoder's are "
                    + "\(decoder.configuration.transformer.width)")
        }
        return try explained {
            let sampler = try TokenSampler(topK: sampling.topK, temperature: Float(sampling.temperature))
            let vectors = Tensor(
                embeddings.vectors.flatMap { $0 }, shape: [embeddings.vectors.count, adapter.adapter.vectorSize])
            let faces = TokenGenerator(drawing.of(decoder), sampler, guidance: Float(sampling.guidance))
            let streams = embeddings.vectors.indices.map { FaceGenerator.stream(seed: seed, number: $0, caption: 0) }
            let tokens = try faces.tokens(prefixes: adapter.adapter(vectors), streams: streams)
            let drawn = try decoder.images(fromTokens: tokens)   // [n, side, side, 3]
            try NonFinite.refuse(drawn, "a pixel", model: folder)
            return Image.images(from: drawn, range: .signed).map(Picture.init)
        }
    }
}

/// The decoder's weights in the order in which drawing reads them: made at the first drawing, then kept.
private final class DrawingParts: Sendable {
    private let made = Mutex<CachedDecoder?>(nil)

    func of(_ decoder: ImageDecoder) -> CachedDecoder {
        made.withLock { made in
            if let made { return made }
            let new = CachedDecoder(decoder)
            made = new
            return new
        }
    }
}

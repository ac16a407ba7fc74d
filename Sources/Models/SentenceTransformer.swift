import Foundation
import SynCheckpoints
import SynTensors

/// A folder of the sentence-transformers library: an encoder, and what becomes of its token states, as
/// `modules.json` lists it (Reimers and Gurevych 2019).
///
/// Its `probe` pooling is the folder's own way to a sentence vector: its pooling, its dense layers, its normalisation,
/// its cut. Every other pooling, and the vectors of single layers, are the inner encoder's; layers asked for beside
/// `probe` are pooled the folder's way, without what follows the pooling.
package struct SentenceTransformer: TextEncoder {
    package let encoder: any TextEncoder
    /// Nil where the encoder gives a text's vector by itself: a CLIP.
    package let pooling: SentencePooling?
    /// What follows the pooling, in order.
    let steps: [Step]
    /// The most tokens of a sentence, where the folder sets a limit below the encoder's own.
    let limit: Int?
    /// How many tokens at a sentence's beginning the pooling passes over: a prompt's.
    private var passed = 0

    enum Step: Sendable {
        case dense(SentenceDense)
        case norm(LayerNorm)
        case normalise
        /// So many numbers are kept.
        case cut(Int)

        func callAsFunction(_ x: Tensor) -> Tensor {
            switch self {
            case .dense(let layer): layer(x)   // [batch, out]
            case .norm(let layer): layer(x)
            case .normalise: x.l2Normalised()
            case .cut(let size): x.slice(axis: 1, from: 0, to: size)
            }
        }
    }

    /// `encoder` is what the folder's first module holds; `folder` is where its `modules.json` stands.
    init(_ encoder: any TextEncoder, _ folder: SentenceTransformerFolder) throws {
        self.encoder = encoder
        pooling = folder.pooling
        limit = folder.limits.maximumLength
        var width = folder.pooling.map { encoder.hiddenSize * $0.kinds.count } ?? encoder.vectorSize(.probe)
        var steps = try folder.rest.map { module -> Step in
            switch module {
            case .dense(let url):
                let layer = try SentenceDense(folder: url, from: width)
                width = layer.outputSize
                return .dense(layer)
            case .norm(let url): return .norm(try Self.norm(url, of: width))
            case .normalise: return .normalise
            }
        }
        if let size = folder.settings.dimensions, size < width {
            steps.append(.cut(size))
            width = size
        }
        self.steps = steps
        vectorWidth = width
    }

    private let vectorWidth: Int

    /// The same for sentences whose first so many tokens do not count in the pooling.
    func passing(over tokens: Int) -> Self {
        var copy = self
        copy.passed = tokens
        return copy
    }

    package var family: TextEncoderFamily { encoder.family }
    /// Its own way, and the inner encoder's others.
    package var poolings: Set<Pooling> { encoder.poolings.union([.probe]) }
    package var hasProjection: Bool { encoder.hasProjection }
    package var hiddenSize: Int { encoder.hiddenSize }
    package var layerCount: Int { encoder.layerCount }
    package var maximumLength: Int { min(limit ?? .max, encoder.maximumLength) }
    package var vocabularySize: Int { encoder.vocabularySize }

    package func vectorSize(_ pooling: Pooling) -> Int {
        pooling == .probe ? vectorWidth : encoder.vectorSize(pooling)
    }

    package func hiddenStates(ids: [[Int32]]) throws -> [Tensor] { try encoder.hiddenStates(ids: ids) }

    package func encode(ids: [[Int32]], pooling: Pooling, everyLayer: Bool) throws -> CaptionVectors {
        guard pooling == .probe else { return try encoder.encode(ids: ids, pooling: pooling, everyLayer: everyLayer) }
        guard let own = self.pooling else {
            let found = try encoder.encode(ids: ids, pooling: .probe, everyLayer: everyLayer)
            return CaptionVectors(vectors: steps.reduce(found.vectors) { $1($0) }, layers: found.layers)
        }
        let states = try encoder.hiddenStates(ids: ids)
        let batch = TokenSpans(ids.map(\.count))
        let pooled = own(states[states.count - 1], batch, passing: passed)
        return CaptionVectors(
            vectors: steps.reduce(pooled) { $1($0) },
            layers: everyLayer ? states.map { own($0, batch, passing: passed) } : [])
    }

    private struct NormSettings: Decodable {
        let dimension: Int
    }

    private static func norm(_ folder: URL, of width: Int) throws -> LayerNorm {
        let settings = try ConfigurationFile.read(NormSettings.self, in: folder)
        guard settings.dimension == width else {
            throw ModelError(
                "\(folder.path)/config.json: the norm takes \(settings.dimension) numbers, but \(width) come out of "
                    + "the "
                    + "module before it.")
        }
        let weights = try Weights(reading: folder)
        let layer = try LayerNorm(weights.scope["norm"], size: width, epsilon: 1e-5)   // PyTorch's default
        try weights.finish()
        return layer
    }
}

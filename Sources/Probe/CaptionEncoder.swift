import SynEmbedding
import SynModels
import SynRuns
import SynTensors

/// Captions to vectors by a frozen encoder and a pooling, or by chance: the probe's E.
package enum CaptionEncoder: Sendable {
    case frozen(TextEmbedder, Pooling)
    /// The baseline: for each caption one fixed vector of so many standard normal numbers, from the run's seed and the
    /// caption's words.
    case random(size: Int)

    /// The encoder that the settings name, which are not those of no caption.
    package init(_ settings: EncoderSettings, locator: ModelLocator) throws {
        guard settings.style != .random else {
            self = .random(size: settings.size ?? 512)
            return
        }
        let folder = try locator.folder(of: settings.path ?? "")
        let embedder = try TextEmbedder(folder: folder, name: settings.name, activation: settings.activation)
        guard embedder.isContrastive == (settings.style == .clip) else {
            let found = embedder.isContrastive ? "clip" : "bert"
            throw UserError(
                .settings,
                "the settings give \(settings.name) the style \(settings.style.rawValue), but \(folder.path) holds "
                    + "one of style \(found)"
            )
        }
        self = .frozen(embedder, settings.pooling)
    }

    /// Nil for the random baseline.
    package var embedder: TextEmbedder? { if case .frozen(let embedder, _) = self { embedder } else { nil } }

    package var vectorSize: Int {
        switch self {
        case .frozen(let embedder, let pooling): embedder.encoder.vectorSize(pooling)
        case .random(let size): size
        }
    }

    /// Vectors in the order of the captions: [captions, d].
    package func vectors(
        _ captions: [String], seed: UInt64 = 0, progress: (Int) throws -> Void = { _ in }
    ) throws -> Tensor {
        switch self {
        case .frozen(let embedder, let pooling):
            return try embedder.embed(captions, pooling: pooling, progress: progress).vectors
        case .random(let size):
            let rows = captions.flatMap { caption -> [Float] in
                var stream = RandomStream(seed: seed, purpose: "random caption vector " + caption)
                return (0..<size).map { _ in stream.normal() }
            }
            return Tensor(rows, shape: [captions.count, size])
        }
    }
}

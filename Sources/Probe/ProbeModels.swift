import Foundation
import SynCheckpoints
import SynEmbedding
import SynMetrics
import SynModels
import SynRuns
import SynTensors

/// The frozen networks of a probe, each opened once; text encoders aside, of which only one at a time is needed.
final class ProbeModels {
    let decoder: ImageDecoder
    let judges: Judges
    /// The decoder as it draws, with rounded weights where the settings ask for them.
    private(set) lazy var drawing = DrawingDecoder(decoder, roundingToInt8: roundsToInt8)
    private let roundsToInt8: Bool
    /// What encoders put before captions, in words.
    var prompts: [String] = []

    init(_ settings: ProbeSettings, _ shelf: ModelShelf, _ precision: Precision) throws {
        decoder = try ImageDecoder(folder: try shelf.folder(of: settings.decoder), precision: precision)
        judges = try Judges(settings.scores, shelf: shelf)
        roundsToInt8 = settings.sampling.weights == .int8
    }
}

extension CaptionEncoder {
    /// The encoder that the settings name.
    init(_ encoder: EncoderSettings, shelf: ModelShelf) throws {
        if encoder.style == .random {
            self.init(randomOfSize: encoder.size ?? 512)
            return
        }
        let pooling = Pooling(rawValue: encoder.pooling.rawValue) ?? .probe
        let folder = try shelf.folder(of: encoder.path ?? "")
        try self.init(
            folder: folder, pooling: pooling, activation: encoder.activation.map(CLIPActivation.init))
        guard isContrastive == (encoder.style == .clip) else {
            let found = isContrastive ? "clip" : "bert"
            throw Complaint(
                .settings,
                "the settings give \(encoder.name) the style \(encoder.style.rawValue), but \(folder.path) holds one of style \(found)"
            )
        }
    }
}

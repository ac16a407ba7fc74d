import SynCheckpoints
import SynEmbedding
import SynMetrics
import SynModels
import SynRuns

/// The frozen networks of a probe, each opened once. Their weights are mapped from the files as they are needed.
final class ProbeModels {
    let decoder: ImageDecoder
    let scorer: ImageScorer
    /// The second judge, where the settings name one.
    let secondJudge: CLIPScore?
    /// The decoder as it draws, with rounded weights where the settings ask for them.
    private(set) lazy var drawing = CachedDecoder(decoder, roundingToInt8: roundsToInt8)
    private let roundsToInt8: Bool
    /// By name.
    private let encoders: [String: CaptionEncoder]
    /// What encoders put before captions, in words.
    let prompts: [String]

    /// Opens every model, and looks whether the work with them has room in memory.
    init(_ settings: ProbeSettings, _ data: ProbeData, _ locator: ModelLocator, _ precision: Precision) throws {
        decoder = try ImageDecoder(
            folder: try locator.folder(of: settings.decoder), precision: precision, device: try settings.device.open())
        scorer = try ImageScorer(settings.scores, locator: locator)
        secondJudge = try settings.scores.secondClip.map {
            try CLIPScore(folder: try locator.folder(of: $0), precision: settings.scores.precision.resolved)
        }
        roundsToInt8 = settings.sampling.weights == .int8
        let named = try settings.encoders.filter { $0.style != .noCaption }.map {
            ($0.name, try CaptionEncoder($0, locator: locator))
        }
        encoders = Dictionary(named, uniquingKeysWith: { $1 })
        prompts = named.compactMap { name, encoder in encoder.embedder?.reader.remark.map { "\(name): \($0)" } }
        let vectorSize = named.map(\.1.vectorSize).max() ?? 0
        for need in MemoryNeed.probe(settings, data, decoder.configuration, vectorSize: vectorSize) { try need.check() }
    }

    /// What is computed where, if not all on the CPU.
    var deviceNote: String? {
        decoder.device.map { "the decoder and adapters on \($0.name), encoders and judges on the CPU" }
    }

    /// Nil where there is no caption.
    func encoder(_ name: String) -> CaptionEncoder? { encoders[name] }
}

import SynRuns

/// One adapter and the pictures drawn with it: an encoder, a seed, K prefix tokens, a guidance of W; and the paths that
/// follow from them.
///
///     ENCODER/seed-S/                       the probe itself
///     ablation/ENCODER-kK/seed-S/           adapters with another number of prefix tokens
///     …/images/, images-wW/                 pictures, by guidance
struct Trial: Hashable, Sendable {
    let encoder: String
    let seed: Int
    let prefixTokens: Int
    let guidance: Double
    /// False where there is no caption, and so nothing to train.
    let hasAdapter: Bool
    /// What the settings ask for where they say nothing of an ablation.
    private let usual: Usual

    private struct Usual: Hashable {
        let prefixTokens: Int
        let guidance: Double
    }

    /// The trial as published, with the settings' own prefix and guidance, unless others are given.
    init(_ encoder: String, seed: Int, _ settings: ProbeSettings, prefixTokens: Int? = nil, guidance: Double? = nil) {
        usual = Usual(prefixTokens: settings.adapter.prefixTokens, guidance: settings.sampling.guidance)
        (self.encoder, self.seed) = (encoder, seed)
        hasAdapter = !settings.encoders.contains { $0.name == encoder && $0.style == .noCaption }
        self.prefixTokens = prefixTokens ?? usual.prefixTokens
        self.guidance = guidance ?? usual.guidance
    }

    private var hasUsualPrefix: Bool { prefixTokens == usual.prefixTokens }

    // As short as reads back as the same number: different guidances never share a folder.
    private var suffix: String { guidance == usual.guidance ? "" : "-w\(guidance.shortest)" }

    /// As progress and remarks call it.
    var title: String {
        "\(encoder), seed \(seed)" + (hasUsualPrefix ? "" : ", K \(prefixTokens)")
            + (suffix.isEmpty ? "" : ", W \(guidance.shortest)")
    }

    /// Where its adapter stands, below the run's folder.
    var folder: String { (hasUsualPrefix ? encoder : "ablation/\(encoder)-k\(prefixTokens)") + "/seed-\(seed)" }

    // Below `folder`:
    var imagesName: String { "images\(suffix)" }
    var samplesName: String { "samples\(suffix).jsonl" }
    var scoresName: String { "scores\(suffix).json" }
}

import Files
import Foundation

/// Where one adapter, its pictures and its scores stand in a run's folder.
///
///     ENCODER/seed-S/                       the probe itself
///     ablation/ENCODER-kK/seed-S/           adapters with another number of prefix tokens
///     …/images/, images-wW/                 pictures, by guidance
struct RunFolder {
    /// What `scores.json` holds.
    struct Scores: Codable {
        let verdict: Judges.Verdict
        let bestLoss: Double?
        let lastLoss: Double?
        let seconds: Double

        enum CodingKeys: String, CodingKey {
            case verdict = "scores"
            case bestLoss = "best_validation_loss"
            case lastLoss = "last_validation_loss"
            case seconds
        }

        func taking(seconds: Double) -> Scores {
            Scores(verdict: verdict, bestLoss: bestLoss, lastLoss: lastLoss, seconds: seconds)
        }
    }

    /// The same for real pictures, with each pair's scores.
    struct Truth: Codable {
        let verdict: Judges.Verdict
        let records: [SampleRecord]
    }

    let title: String
    let adapterFolder: URL
    let imageFolder: URL
    private let suffix: String

    init(_ root: URL, _ variant: ProbeRun.Variant, _ settings: ProbeSettings) {
        let isPublished = variant.prefixTokens == settings.adapter.prefixTokens
        let place = isPublished ? variant.encoder : "ablation/\(variant.encoder)-k\(variant.prefixTokens)"
        adapterFolder = root.appending(path: "\(place)/seed-\(variant.seed)")
        suffix = variant.guidance == settings.sampling.guidance ? "" : "-w\(String(format: "%g", variant.guidance))"
        imageFolder = adapterFolder.appending(path: "images\(suffix)")
        let extras = (isPublished ? "" : ", K \(variant.prefixTokens)") + (suffix.isEmpty ? "" : String(format: ", W %g", variant.guidance))
        title = "\(variant.encoder), seed \(variant.seed)\(extras)"
    }

    var adapterFile: URL { adapterFolder.appending(path: "adapter.safetensors") }
    var trainingLog: URL { adapterFolder.appending(path: "training.jsonl") }
    var samplesFile: URL { adapterFolder.appending(path: "samples\(suffix).jsonl") }
    private var scoresFile: URL { adapterFolder.appending(path: "scores\(suffix).json") }

    /// The scores if this variant is finished.
    func scores() throws -> Scores? { try Self.read(Scores.self, scoresFile) }

    func save(_ scores: Scores) throws { try Self.write(scores, scoresFile) }

    static func read<Record: Decodable>(_ type: Record.Type, _ url: URL) throws -> Record? {
        guard let bytes = FileManager.default.contents(atPath: url.path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            throw Complaint(.badData, "\(url.path) is not what this version writes; remove it to compute it again")
        }
    }

    static func write(_ record: some Encodable, _ url: URL) throws {
        try AtomicFile.write(json: record, to: url)
    }

    /// Makes a folder the run's own, or checks that it is: its `settings.yaml` must say the same, but for the number of
    /// threads, which is no part of the experiment.
    static func claim(_ root: URL, _ settings: ProbeSettings) throws {
        let url = root.appending(path: "settings.yaml")
        let text = try settings.yaml
        guard let bytes = FileManager.default.contents(atPath: url.path) else { return try AtomicFile.write(text, to: url) }
        func lines(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("threads:") } }
        let (old, new) = (lines(String(decoding: bytes, as: UTF8.self)), lines(text))
        guard old != new else { return }
        let changed = zip(old, new).first { $0 != $1 }.map { "\"\($0.trimmingCharacters(in: .whitespaces))\" there, \"\($1.trimmingCharacters(in: .whitespaces))\" now" }
        throw Complaint(
            .settings,
            "\(root.path) holds a run with other settings (\(changed ?? "a different number of lines")); "
                + "choose another output or remove that folder")
    }
}

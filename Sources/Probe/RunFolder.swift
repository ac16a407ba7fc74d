import SynFiles
import Foundation
import SynMetrics
import SynRuns

/// Where one adapter, its pictures and its scores stand in a run's folder, and whether they are what was written there.
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
    }

    /// The same for real pictures, with each pair's scores.
    struct Truth: Codable {
        let verdict: Judges.Verdict
        let records: [SampleRecord]

        static let fileName = "real/scores.json"
    }

    let title: String
    let adapterFolder: URL
    let imageFolder: URL
    let checksums: Checksums
    private let suffix: String

    init(_ folder: ProbeFolder, _ variant: ProbeRun.Variant, _ settings: ProbeSettings) throws {
        try self.init(folder.root, variant, settings) { try folder.checksums(in: $0) }
    }

    /// For who only reads, perhaps while another process writes there.
    init(reading root: URL, _ variant: ProbeRun.Variant, _ settings: ProbeSettings) throws {
        try self.init(root, variant, settings) { try Checksums($0, isReadOnly: true) }
    }

    private init(
        _ root: URL, _ variant: ProbeRun.Variant, _ settings: ProbeSettings, _ checksums: (URL) throws -> Checksums
    ) throws {
        let isPublished = variant.prefixTokens == settings.adapter.prefixTokens
        let place = isPublished ? variant.encoder : "ablation/\(variant.encoder)-k\(variant.prefixTokens)"
        adapterFolder = root.appending(path: "\(place)/seed-\(variant.seed)")
        // As short as reads back as the same number: different ones never share a folder.
        let guidance = variant.guidance.shortest
        suffix = variant.guidance == settings.sampling.guidance ? "" : "-w\(guidance)"
        imageFolder = adapterFolder.appending(path: "images\(suffix)")
        let extras = (isPublished ? "" : ", K \(variant.prefixTokens)") + (suffix.isEmpty ? "" : ", W \(guidance)")
        title = "\(variant.encoder), seed \(variant.seed)\(extras)"
        self.checksums = try checksums(adapterFolder)
    }

    var trainingLog: URL { adapterFolder.appending(path: AdapterTraining.logName) }
    var samplesFile: URL { adapterFolder.appending(path: samplesName) }
    private var samplesName: String { "samples\(suffix).jsonl" }
    private var scoresName: String { "scores\(suffix).json" }

    /// The name of a picture, as checksums have it.
    func picture(_ file: String) -> String { "images\(suffix)/\(file)" }

    /// What a finished training leaves.
    static let trained = ["adapter.safetensors", "adapter-last.safetensors", AdapterTraining.logName]

    /// The scores if this variant is finished and nothing of it has changed since.
    func finished(_ jobs: [GenerationJob]) -> Scores? {
        let read = Self.trained + [samplesName, scoresName]
        guard read.allSatisfy({ checksums.finding($0, thoroughly: true) == .intact }),
            jobs.allSatisfy({ checksums.isIntact(picture($0.file)) }),
            let bytes = try? WholeFile.read(adapterFolder.appending(path: scoresName)),
            let scores = try? JSONDecoder().decode(Scores.self, from: Data(bytes)), scores.verdict.count == jobs.count
        else { return nil }
        return scores
    }

    /// Looks after the state of a finished training, which only mending a lost adapter would need: one that is not as it was
    /// written goes, and one that is gone is not looked for any more.
    func settleState(_ remark: (String) -> Void) throws {
        let name = AdapterTraining.stateName
        let finding = checksums.finding(name)
        guard finding != .unlisted, let word = checksums.word(name, finding) else { return }
        remark("\(word); its training is finished and goes on without" + (finding == .changed ? ", so it is removed" : ""))
        if finding == .changed { unlink(adapterFolder.appending(path: name).path) }
        try checksums.forget { $0 == name }
    }

    /// The scores as they are, of however many captions; nil where there are none yet.
    func scores() throws -> Scores? {
        let finding = checksums.finding(scoresName, thoroughly: true)
        if finding == .missing { return nil }
        let url = adapterFolder.appending(path: scoresName)
        guard finding == .intact, let scores = try? JSONDecoder().decode(Scores.self, from: Data(try WholeFile.read(url))) else {
            let word = checksums.word(scoresName, finding) ?? "\(url.relativePath) is not what this version writes"
            throw Complaint(.badData, "\(word); synesthesia probe makes it again")
        }
        return scores
    }

    func save(_ scores: Scores, _ samples: [SampleRecord]) throws {
        try JSONLines.write(samples, to: samplesFile)
        try checksums.note(samplesName)
        try AtomicFile.write(json: scores, to: adapterFolder.appending(path: scoresName))
        try checksums.note(scoresName)
    }

    /// After a training that ended with another adapter than the one before: what was drawn with that one goes.
    func forgetPictures() throws {
        try checksums.forget { $0.hasPrefix("images") || $0.hasPrefix("samples") || $0.hasPrefix("scores") }
    }

    /// What is to be told of files that are not what was written, a sentence each.
    func words(_ jobs: [GenerationJob]) -> [String] {
        let files = (Self.trained + [samplesName, scoresName]).compactMap { name in
            checksums.word(name, checksums.finding(name, thoroughly: true))
        }
        let pictures = jobs.compactMap { checksums.word(picture($0.file), checksums.finding(picture($0.file))) }
        switch pictures.count {
        case 0: return files
        case 1: return files + pictures
        default: return files + ["\(pictures.count) pictures of \(imageFolder.relativePath) are gone or have been changed since they were written"]
        }
    }
}

import Foundation
import SynFiles
import SynMetrics
import SynRuns

/// Where a trial's adapter, pictures and scores stand in a run's folder, and whether they are what was written there.
struct TrialFolder {
    let trial: Trial
    let adapterFolder: URL
    let imageFolder: URL
    let checksums: Checksums

    init(_ folder: ProbeFolder, _ trial: Trial) throws {
        try self.init(folder.root, trial) { try folder.checksums(in: $0) }
    }

    /// For a piece of work of many: `rank` where other ranks write in the same folder at the same time.
    init(_ folder: ProbeFolder, _ trial: Trial, sharedBy rank: Int?) throws {
        try self.init(folder.root, trial) { try folder.checksums(in: $0, sharedBy: rank) }
    }

    /// For who only reads, perhaps while another process writes there.
    init(reading root: URL, _ trial: Trial) throws {
        try self.init(root, trial) { try Checksums($0, isReadOnly: true) }
    }

    private init(_ root: URL, _ trial: Trial, _ checksums: (URL) throws -> Checksums) throws {
        self.trial = trial
        adapterFolder = root.appending(path: trial.folder)
        imageFolder = adapterFolder.appending(path: trial.imagesName)
        self.checksums = try checksums(adapterFolder)
    }

    var trainingLog: URL { adapterFolder.appending(path: AdapterTraining.logName) }
    var samplesFile: URL { adapterFolder.appending(path: trial.samplesName) }

    /// The name of a picture, as checksums have it.
    func picture(_ file: String) -> String { "\(trial.imagesName)/\(file)" }

    /// What a finished training leaves.
    static let trained = ["adapter.safetensors", "adapter-last.safetensors", AdapterTraining.logName]

    private var trained: [String] { trial.hasAdapter ? Self.trained : [] }

    var isTrained: Bool { trained.allSatisfy { checksums.finding($0, thoroughly: true) == .intact } }

    /// The scores if this trial is finished and nothing of it has changed since.
    func finished(_ requests: [FaceRequest]) -> TrialScores? {
        let read = trained + [trial.samplesName, trial.scoresName]
        guard read.allSatisfy({ checksums.finding($0, thoroughly: true) == .intact }),
            requests.allSatisfy({ checksums.isIntact(picture($0.file)) }),
            let bytes = try? WholeFile.read(adapterFolder.appending(path: trial.scoresName)),
            let scores = try? JSONDecoder().decode(TrialScores.self, from: Data(bytes)),
            scores.measured.count == requests.count
        else { return nil }
        return scores
    }

    /// Looks after the state of a finished training, which only mending a lost adapter would need: one that is not as
    /// it was written goes, and one that is gone is not looked for any more.
    func settleState(_ remark: (String) -> Void) throws {
        let name = AdapterTraining.stateName
        let finding = checksums.finding(name)
        guard finding != .unlisted, let word = checksums.word(name, finding) else { return }
        remark(
            "\(word); its training is finished and goes on without" + (finding == .changed ? ", so it is removed" : ""))
        if finding == .changed { unlink(adapterFolder.appending(path: name).path) }
        try checksums.forget { $0 == name }
    }

    /// The scores as they are, of however many captions; nil where there are none yet.
    func scores() throws -> TrialScores? {
        let finding = checksums.finding(trial.scoresName, thoroughly: true)
        if finding == .missing { return nil }
        let url = adapterFolder.appending(path: trial.scoresName)
        guard finding == .intact,
            let scores = try? JSONDecoder().decode(TrialScores.self, from: Data(try WholeFile.read(url)))
        else {
            let word =
                checksums.word(trial.scoresName, finding) ?? "\(url.relativePath) is not what this version writes"
            throw UserError(.badData, "\(word); synesthesia probe makes it again")
        }
        return scores
    }

    func save(_ scores: TrialScores, _ samples: [SampleRecord]) throws {
        try JSONLines.write(samples, to: samplesFile)
        try checksums.note(trial.samplesName)
        try AtomicFile.write(json: scores, to: adapterFolder.appending(path: trial.scoresName))
        try checksums.note(trial.scoresName)
    }

    /// After a training that ended with another adapter than the one before: what was drawn with that one goes.
    func forgetPictures() throws {
        try checksums.forget { $0.hasPrefix("images") || $0.hasPrefix("samples") || $0.hasPrefix("scores") }
    }

    /// What is to be told of files that are not what was written, a sentence each.
    func words(_ requests: [FaceRequest]) -> [String] {
        // The log of a training under way is noted when the training ends; till then the training vouches for it.
        let names = trained.filter { !isUnderWay || $0 != AdapterTraining.logName }
        let files = (names + [trial.samplesName, trial.scoresName]).compactMap { name in
            checksums.word(name, checksums.finding(name, thoroughly: true))
        }
        let pictures = requests.compactMap { checksums.word(picture($0.file), checksums.finding(picture($0.file))) }
        switch pictures.count {
        case 0: return files
        case 1: return files + pictures
        default:
            return files + [
                "\(pictures.count) pictures of \(imageFolder.relativePath) are gone or have been changed since they "
                    + "were written"
            ]
        }
    }

    /// Whether a training was begun here and has not ended.
    private var isUnderWay: Bool {
        checksums.finding(AdapterTraining.logName) == .unlisted
            && checksums.finding(Adapter.fileName) == .missing
    }
}

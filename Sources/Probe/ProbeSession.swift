import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynRuns
import SynTensors

/// A probe's folder while a process works in it: what is asked for, from which models and data, what of it is to do,
/// and who is told how far it is. The stages of the probe share it.
final class ProbeSession {
    let settings: ProbeSettings
    let root: URL
    let locator: ModelLocator
    let data: ProbeData
    let plan: ProbePlan
    /// Of the frozen transformer; captions are always encoded in Float32.
    let precision: Precision
    let inputs: RunInputs
    let folder: ProbeFolder
    let clock: RunClock
    let interruption: Interruption
    let remark: (String) -> Void
    private let show: (WorkProgress) -> Void
    private var progress: RunProgress?
    let ranks: Ranks
    /// Of several ranks, this one's part in the work of all.
    var shared: SharedWork?
    private var opened: ProbeModels?

    /// Checks everything before any long work: the data, the run's folder, and of a folder that is new all models.
    init(
        _ settings: ProbeSettings, locator: ModelLocator, ranks: Ranks = .alone, interruption: Interruption,
        remark: @escaping (String) -> Void, progress: @escaping (WorkProgress) -> Void
    ) throws {
        self.ranks = ranks
        (self.settings, self.locator, self.interruption, self.remark) = (settings, locator, interruption, remark)
        show = progress
        root = URL(filePath: settings.output)
        if let threads = settings.threads {
            Threads.count = threads
        } else if ranks.neighbours > 1, Machine.isWhole {
            Threads.count = max(1, Threads.count / ranks.neighbours)   // ranks that nobody gave cores of their own
        }
        precision = settings.precision.resolved(on: settings.device)
        // Settings that cannot run must not make a folder theirs, so a new one is made last.
        let isThere = root.isFolder
        var early = isThere ? try ProbeFolder(root, rank: ranks.number, remark: remark) : nil
        if ranks.isFirst { try early?.check(settings) }
        data = try ProbeNeeds(settings).check(locator)
        plan = ProbePlan(settings, data)
        if plan.captions.isEmpty, let seen = data.seen {
            throw UserError(
                .settings,
                "none of the \(seen.captions) captions of data.test is new to training (\(seen.words) stand there word "
                    + "for word, \(seen.statements) as the same statements); set data.unseen-only to false or take "
                    + "more portraits")
        }
        if !isThere { opened = try ProbeModels(settings, data, locator, precision) }
        let inputs = try RunInputs(
            models: try settings.models.map { ($0.owner, try locator.folder(of: $0.name)) },
            data: data.inputs + [.precision(precision, settings.device)], known: early?.knownInputs ?? ChecksumTable()
        ) { done, total in
            if total > 1_000_000_000 {
                progress(
                    WorkProgress(
                        task: "checksums of models and data, MB", done: done / 1_000_000, total: total / 1_000_000,
                        note: ""))
            }
            try interruption.check()
        }
        if early == nil {
            try AtomicFile.makeFolder(root)
            early = try ProbeFolder(root, remark: remark)
            try early?.check(settings)   // another process may have made it in between
        }
        guard let folder = early else { throw UserError(.failed, "\(root.path) cannot be made") }
        (self.folder, self.inputs) = (folder, inputs)
        try folder.check(inputs)
        guard ranks.isFirst else {
            clock = try RunClock.ofRank(ranks.number, in: root)
            return
        }
        clock = RunClock(root)
        if !clock.takeUp() || (folder.isKnown && !clock.isThere) {
            remark(
                "\(root.relativePath)/times.json is gone or has been changed; a report will only tell the times from "
                    + "now on"
            )
            clock.save()
        }
        clock.takeUpRanks()
        if let split = data.split { try folder.keep(split, as: ProbeFolder.splitName) }
    }

    /// Makes the folder this run's, and opens the models if that was not done yet.
    func begin() throws {
        _ = try models()
        folder.sweep()
        try folder.claim(settings, inputs.table)
        clock.save()
    }

    /// The frozen networks, opened when they are first needed.
    func models() throws -> ProbeModels {
        if let opened { return opened }
        let models = try ProbeModels(settings, data, locator, precision)
        opened = models
        return models
    }

    func folder(_ trial: Trial) throws -> TrialFolder { try TrialFolder(folder, trial) }

    /// What a person should know before: what is odd about the data but does no harm, what `precision: auto` chose, and
    /// what encoders put before captions.
    var remarks: [String] {
        [data.remark, settings.precision.remark(on: settings.device)].compactMap(\.self)
            + (opened?.deviceNote.map { ["device cuda: \($0)"] } ?? []) + (opened?.prompts ?? [])
    }

    // MARK: - Progress

    /// Begins to tell how much of some trials is done.
    func beginTelling(_ trials: [Trial], drawing: Bool = true) {
        let steps = settings.adapter.steps(for: data.training.count)
        progress = RunProgress(plan.parts(trials, of: settings, steps: steps, drawing: drawing), clock) {
            ProcessInfo.processInfo.systemUptime
        }
    }

    func beginNext() { progress?.beginNext() }

    func endTelling() { progress = nil }

    /// Begins a piece of work that several ranks share out: paces are noted, but nobody's place in the whole is told.
    func beginPiece() {
        progress = RunProgress([], clock) { ProcessInfo.processInfo.systemUptime }
    }

    /// Tells how far a task is; throws once a stop was wished for.
    ///
    /// - Parameters:
    ///   - further: how much work of that kind the running part has after this task.
    ///   - stops: false where those who work on the task together agree when to stop.
    func tell(
        _ task: String, _ done: Int, of total: Int, kind: RunProgress.Kind? = nil, further: Int = 0, note: String = "",
        stops: Bool = true
    ) throws {
        clock.tick()
        if let kind { progress?.tell(kind, done, of: total, further: further) }
        shared?.listen()
        if let work = shared?.progress {
            // Of many ranks' work the whole is told, by the one that knows it.
            let left = work.left > 0 ? "about \(RunProgress.text(work.left / Double(ranks.count))) left" : ""
            show(
                WorkProgress(
                    task: "pieces on \(ranks.count) ranks", done: work.done, total: work.total, note: "",
                    left: hasRates ? left : ""))
        } else {
            show(
                WorkProgress(
                    task: task, done: done, total: total, note: note, place: progress?.place ?? "",
                    left: progress?.leftText ?? ""))
        }
        if stops { try interruption.check() }
    }

    private var hasRates: Bool { WorkRates(measuredBy: clock).areMeasured }

    /// Seconds that a trial has taken all ranks so far.
    func seconds(of trial: Trial) -> Double {
        clock.seconds(ofPart: trial.title)
            + (ranks.isAlone
                ? 0 : RunClock.others(than: ranks.number, in: root).reduce(0) { $0 + $1.seconds(ofPart: trial.title) })
    }
}

extension RunInputs.Item {
    /// What `precision: auto` came to, and on which kind of device: it must not differ between the sittings of a run.
    fileprivate static func precision(_ precision: Precision, _ device: DeviceSetting) -> RunInputs.Item {
        var hash = ContentHash()
        hash.add(part: precision.rawValue)
        if device != .cpu { hash.add(part: device.rawValue) }
        return RunInputs.Item(
            owner: "machine", name: "precision of the decoder", source: .content(hash: hash.hexadecimal))
    }
}

extension ProbeSettings {
    /// Every model that the settings name, by what it is to the run.
    fileprivate var models: [(owner: String, name: String)] {
        [("decoder", decoder)] + encoders.compactMap { encoder in encoder.path.map { ("encoder \(encoder.name)", $0) } }
            + [("scores.clip", scores.clip), ("scores.inception", scores.inception)]
            + (scores.attributes.map { [("scores.attributes", $0)] } ?? [])
            + (scores.secondClip.map { [("scores.second-clip", $0)] } ?? [])
    }
}

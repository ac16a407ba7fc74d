import Foundation
import SynEmbedding
import SynReports
import SynRuns

/// The text-to-image probe, whole: features, one adapter per encoder and seed, pictures, scores, ablation, report.
///
/// Everything finished is on disk and is not done again, so the same command goes on where the last one stopped
/// and ends with the same adapters, pictures and scores. What is read back is compared with its checksum first; what
/// was changed since it was written is made again, with a remark. A finished run gives back the report that it wrote.
package final class ProbeRun {
    private let session: ProbeSession
    private let features: ProbeFeatures
    private let training: TrialTraining
    private let drawing: TrialDrawing
    private let scoring: TrialScoring
    private let report: StoredReport
    private let pages: FurtherPages
    private let shared: SharedProbe
    /// The report of a run that was finished before.
    private let stored: ProbeReport?

    /// Checks everything before any long work: the data, the run's folder, and all models, which are opened unless the
    /// run is finished.
    ///
    /// - Parameter ranks: those that share the work; this has to be the first, on all others ``ProbeHelper`` works.
    package init(
        _ settings: ProbeSettings, locator: ModelLocator, ranks: Ranks = .alone, interruption: Interruption,
        remark: @escaping (String) -> Void = { _ in }, pages: FurtherPages = FurtherPages(),
        progress: @escaping (WorkProgress) -> Void
    ) throws {
        session = try ProbeSession(
            settings.limited, locator: locator, ranks: ranks, interruption: interruption, remark: remark,
            progress: progress)
        features = try ProbeFeatures(session)
        training = TrialTraining(session: session, features: features)
        drawing = TrialDrawing(session: session, features: features)
        scoring = TrialScoring(session, features)
        shared = SharedProbe(session, features, training, drawing, scoring)
        report = StoredReport(session)
        self.pages = pages
        stored = try report.read()
        if stored == nil {
            try session.begin()
        } else {
            try session.folder.mend(session.settings, session.inputs.table)
        }
    }

    /// What a person should know before.
    package var remarks: [String] { session.remarks }

    /// Whether the whole run was done before, so that its report is given back as it is.
    package var isFinished: Bool { stored != nil }

    /// Runs what is not done yet and writes the report.
    package func run() throws -> ProbeReport {
        if !session.ranks.isAlone { _ = session.ranks.everyone.fromFirst([stored == nil ? 1 : 0]) }
        if let stored {
            try features.mend { _ = try textReport() }
            return stored
        }
        let (plan, clock) = (session.plan, session.clock)
        defer { clock.save() }
        if !session.ranks.isAlone {
            for trial in plan.trials where try session.folder(trial).finished(plan.requests) == nil {
                try tellDamage(trial)
            }
            try withRanks(plan.trials)
        }
        var scores = try session.finishedScores(plan.trials)
        let rest = plan.trials.filter { scores[$0] == nil }
        session.beginTelling(rest)
        for trial in rest {
            session.beginNext()
            scores[trial] = try complete(trial)
        }
        session.endTelling()
        let real = try clock.measure("real pictures") { try scoring.real() }
        let text = try clock.measure("text study") { try textReport() }
        let glue = try clock.measure("fine-tuning") { try glueReport() }
        try features.mend { _ = try textReport() }
        clock.save()
        let written = try report.write(ProbeReportBuilder(session, scores, real).report(), text: text, glue: glue)
        features.shards.removeAll()
        return written
    }

    /// Does the work of these trials together with all ranks, and takes up what they leave.
    private func withRanks(_ trials: [Trial], trainingOnly: Bool = false) throws {
        defer { session.clock.takeUpRanks() }
        try shared.work(trials, trainingOnly: trainingOnly)
        try session.folder.takeUpRanks()
    }

    /// The first stages alone: adapters of the named encoders and seeds, of all where none is named. Returns their
    /// folders.
    package func trainAdapters(encoders: [String] = [], seeds: [Int] = []) throws -> [String] {
        let chosen = try session.plan.published(encoders: encoders, seeds: seeds, of: session.settings)
        defer { session.clock.save() }
        if !session.ranks.isAlone {
            _ = session.ranks.everyone.fromFirst([1])
            try withRanks(chosen, trainingOnly: true)
        }
        session.beginTelling(chosen.filter(\.hasAdapter), drawing: false)
        return try chosen.filter(\.hasAdapter).map { trial in
            session.beginNext()
            let folder = try session.folder(trial)
            try train(trial, folder)
            return folder.adapterFolder.relativePath
        }
    }

    /// Makes what is missing of a trial, or is not what was written.
    private func complete(_ trial: Trial) throws -> TrialScores {
        let (folder, clock) = (try session.folder(trial), session.clock)
        try tellDamage(trial)
        return try clock.measure(part: trial.title) {
            try train(trial, folder)
            try clock.measure("pictures") { try drawing.run(trial, in: folder) }
            return try clock.measure("scores") { try scoring.run(trial, in: folder) }
        }
    }

    private func tellDamage(_ trial: Trial) throws {
        for word in try session.folder(trial).words(session.plan.requests) {
            session.remark("\(word); it is made again")
        }
    }

    private func train(_ trial: Trial, _ folder: TrialFolder) throws {
        guard !folder.isTrained else { return }
        try session.clock.measure("adapters") { try training.run(trial, in: folder) }
    }

    /// What the encoders know of the drawn world's captions without pictures; nil where nobody asked.
    private func textReport() throws -> TextStudyReport? {
        guard session.settings.textStudy, let study = pages.text else { return nil }
        let models = try session.models()
        let embedders = session.settings.encoders.compactMap { models.encoder($0.name)?.embedder }
        guard !embedders.isEmpty else { return nil }
        let source = TextFeatureSource(keepingIn: features.cache, interruption: session.interruption) {
            // the study looks for interruptions itself
            try? self.session.tell($0.task, $0.done, of: $0.total, note: $0.note)
        }
        return try study(embedders, source)
    }

    /// What the chosen encoders learn to say of the drawn world's captions; nil where none is.
    private func glueReport() throws -> GLUEReport? {
        let chosen = session.settings.encoders.filter { session.settings.glueStudy.contains($0.name) }
        guard !chosen.isEmpty, let study = pages.glue else { return nil }
        let folder = session.root.appending(path: ProbeFolder.glueStudyName)
        return try study(chosen, folder, session.interruption) {
            // The study looks for interruptions itself.
            try? self.session.tell(
                "fine-tuning \($0.task)", $0.done, of: $0.total,
                note: [$0.place, $0.left].filter { !$0.isEmpty }.joined(separator: ", "))
        }
    }
}

extension ProbeSession {
    /// The scores of the trials that are finished and as they were written.
    func finishedScores(_ trials: [Trial]) throws -> [Trial: TrialScores] {
        try trials.reduce(into: [:]) { scores, trial in
            let folder = try folder(trial)
            guard let found = folder.finished(plan.requests) else { return }
            try folder.settleState(remark)
            scores[trial] = found
        }
    }
}

import Foundation
import SynFiles
import SynRuns
import SynTensors

/// One rank's part in a probe that many ranks work on: pieces of ``ProbeWork``, done in the run's folder, which is the
/// only thing that ranks know of each other's results by.
final class SharedProbe {
    private let session: ProbeSession
    private let features: ProbeFeatures
    private let training: TrialTraining
    private let drawing: TrialDrawing
    private let scoring: TrialScoring
    /// The last trial that was drawn for here.
    private var drawn: (trial: Trial, folder: TrialFolder, prefixes: Tensor?)?

    init(
        _ session: ProbeSession, _ features: ProbeFeatures, _ training: TrialTraining, _ drawing: TrialDrawing,
        _ scoring: TrialScoring
    ) {
        (self.session, self.features) = (session, features)
        (self.training, self.drawing, self.scoring) = (training, drawing, scoring)
    }

    /// Does pieces until nobody has any left to do.
    ///
    /// - Parameters:
    ///   - trials: the same on all ranks, whatever is done of them.
    ///   - trainingOnly: whether adapters are all that is wanted.
    func work(_ trials: [Trial], trainingOnly: Bool = false) throws {
        let ranks = session.ranks
        var done: Set<ProbeWork.Task> = []
        if ranks.isFirst {
            let all = work(trials, trainingOnly, [])
            done = try self.done(all.tasks)
        }
        // Who trains an adapter with whom depends on what is done, so all have to hear of it.
        let adapters = trials.filter { done.contains(.training($0)) }.map(\.folder)
        let told = ranks.everyone.fromFirst([UInt8](adapters.joined(separator: "\n").utf8))
        let trained = Set(String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init))
        if !ranks.isFirst { done = Set(trials.filter { trained.contains($0.folder) }.map { .training($0) }) }
        let work = work(trials, trainingOnly, done)
        let shared = SharedWork(work.list, ranks, session.interruption)
        session.shared = shared
        session.beginPiece()
        defer {
            session.shared = nil
            session.clock.save()
        }
        try shared.run { piece in
            session.beginPiece()
            let crew = work.list.pieces[piece].crew.map { Crew(ranks, $0) }
            try perform(work.tasks[piece], crew)
            session.clock.tick()
        }
    }

    private func work(_ trials: [Trial], _ trainingOnly: Bool, _ done: Set<ProbeWork.Task>) -> ProbeWork {
        ProbeWork(
            session.settings, trials, ProbeWork.Counts(session.data, session.plan),
            batch: FaceGenerator.batch(session.settings.sampling.batch, onDevice: session.settings.device != .cpu),
            rates: WorkRates(measuredBy: session.clock), ranks: session.ranks.count, trainingOnly: trainingOnly,
            isDone: done.contains)
    }

    /// What stands in the folder as it was written.
    private func done(_ tasks: [ProbeWork.Task]) throws -> Set<ProbeWork.Task> {
        let scores = try session.finishedScores(session.plan.trials)
        let hasReal = session.realScores != nil
        let trials = Set(tasks.compactMap { if case .training(let trial) = $0 { trial } else { nil } })
        let trained = try Set(trials.filter { try session.folder($0).isTrained })
        return try Set(
            tasks.filter { task in
                switch task {
                case .tokens(let split, _), .joinedTokens(let split): features.isKept("tokens-\(split.rawValue)")
                case .vectors(let encoder, let split, _), .joinedVectors(let encoder, let split):
                    features.isKept("\(encoder)-\(split.rawValue)")
                case .silentPrefix(let count): features.isKept("silent-prefix-\(count)")
                case .rate(let encoder, let count): features.isKept(ProbeFeatures.rateName(encoder, count))
                case .training(let trial): trained.contains(trial)
                case .drawing(let trial, let range):
                    try scores[trial] != nil
                        || session.plan.requests[range].allSatisfy {
                            let folder = try session.folder(trial)
                            return folder.checksums.isIntact(folder.picture($0.file))
                        }
                case .judging(let trial, _), .scoring(let trial): scores[trial] != nil
                case .references: scores.count == session.plan.trials.count
                case .realScores: hasReal
                }
            })
    }

    private func perform(_ task: ProbeWork.Task, _ crew: Crew?) throws {
        let clock = session.clock
        try features.refresh()
        switch task {
        case .tokens(let split, let shard):
            try clock.measure("features") { try features.keepTokens(split, shard: shard) }
        case .joinedTokens(let split): _ = try clock.measure("features") { try features.tokens(split) }
        case .vectors(let encoder, let split, let shard):
            try clock.measure("features") { try features.keepVectors(encoder, split, shard: shard) }
        case .joinedVectors(let encoder, let split):
            try clock.measure("features") { try features.joinVectors(encoder, split) }
        case .silentPrefix(let count):
            var adapter = session.settings.adapter
            adapter.prefixTokens = count
            _ = try clock.measure("adapters") { try features.start(of: adapter) }
        case .rate(let encoder, let count):
            let settings = try session.settings.encoder(encoder)
            _ = try clock.measure("adapters") { try features.rateChoice(settings, prefixTokens: count) }
        case .training(let trial):
            // Nobody else writes in the folder before its adapter is there; but only one of a crew does now.
            let folder =
                crew?.isLed ?? true
                ? try TrialFolder(session.folder, trial, sharedBy: nil) : try TrialFolder(reading: session.root, trial)
            try clock.measure(part: trial.title) {
                try clock.measure("adapters") { try training.run(trial, in: folder, by: crew) }
            }
            clock.save()
        case .drawing(let trial, let range):
            let (folder, prefixes) = try place(trial)
            try clock.measure(part: trial.title) {
                try clock.measure("pictures") { try drawing.run(trial, in: folder, range, prefixes: prefixes) }
            }
        case .references: try clock.measure("real pictures") { try scoring.keepReferences() }
        case .judging(let trial, let range):
            // Whoever drew the pictures is done with the folder; they are only read here.
            let folder = try TrialFolder(reading: session.root, trial)
            try clock.measure(part: trial.title) {
                try clock.measure("scores") { try scoring.keepVerdicts(on: range, of: trial, in: folder) }
            }
        case .scoring(let trial):
            drawn = nil
            // All pictures of the folder are drawn, and no other trial of it is scored now.
            let folder = try TrialFolder(session.folder, trial, sharedBy: nil)
            _ = try clock.measure(part: trial.title) {
                try clock.measure("scores") { try scoring.run(trial, in: folder) }
            }
        case .realScores: _ = try clock.measure("real pictures") { try scoring.real() }
        }
    }

    /// Where a trial's pictures go, and what its adapter makes of all captions.
    private func place(_ trial: Trial) throws -> (TrialFolder, Tensor?) {
        if let drawn, drawn.trial == trial { return (drawn.folder, drawn.prefixes) }
        let folder = try TrialFolder(session.folder, trial, sharedBy: session.ranks.number)
        let prefixes = trial.hasAdapter ? try features.prefixes(of: trial, in: folder) : nil
        drawn = (trial, folder, prefixes)
        return (folder, prefixes)
    }
}

extension ProbeWork.Counts {
    init(_ data: ProbeData, _ plan: ProbePlan) {
        (drawn, requests) = (plan.captions.count, plan.requests.count)
        for split in data.splits {
            pictures[split] = data.samples(split).count
            captions[split] = data.samples(split).reduce(0) { $0 + $1.captions.count }
        }
    }
}

import SynEmbedding
import SynFiles
import SynRuns

extension GLUEStudy {
    /// What a rank does of a study by itself.
    private enum Piece {
        case trial(FineTuningTrial)
        /// Linear probes of an encoder on a task, both by their places.
        case probe(encoder: Int, data: Int)
    }

    /// This rank's part in a study of many: trials and frozen probes are taken from one list, the longest first, and
    /// their results stay in the folder, from which the first rank then reads all. One process alone has nothing to do
    /// here.
    ///
    /// - Parameters:
    ///   - isFrozen: whether frozen probes are wanted, and `isTuned` whether trainings are.
    ///   - progress: told by every rank of its own pieces; by the first also how many are done.
    package func share(
        among ranks: Ranks, isTuned: Bool, isFrozen: Bool, interruption: Interruption,
        remark: (String) -> Void = { _ in }, progress: (WorkProgress) -> Void = { _ in }
    ) throws {
        guard !ranks.isAlone else { return }
        // The first rank alone holds the folder; the others ask it for work.
        let lock = ranks.isFirst ? try open() : nil
        defer { withExtendedLifetime(lock) {} }
        let trials = isTuned ? try trials() : []
        let keys = isFrozen ? try probeKeys() : [:]
        var (pieces, costs, done) = ([Piece](), [WorkList.Piece](), Set<Int>())
        func add(_ piece: Piece, _ name: String, cost: Double, isDone: @autoclosure () -> Bool) {
            if ranks.isFirst, isDone() { done.insert(pieces.count) }
            pieces.append(piece)
            costs.append(.init(name, cost: cost))
        }
        for trial in trials {
            add(
                .trial(trial), trial.title,
                cost: trial.encoder.work * Double(3 * trial.steps * trial.settings.batch),
                isDone: trial.kept() != nil)
        }
        if isFrozen {
            for (place, encoder) in encoders.enumerated() {
                for (task, data) in data.enumerated() {
                    let held = data.development.first?.examples.count ?? 0
                    let texts = min(data.train.count, FrozenProbes.mostExamples) + held
                    add(
                        .probe(encoder: place, data: task), Self.probeTitle(encoder, data),
                        cost: encoder.work * Double(texts),
                        isDone: keptProbe(encoder, data, key: keys[encoder.name] ?? "") != nil)
                }
            }
        }
        let shared = SharedWork(WorkList(costs, done: done), ranks, interruption)
        try shared.run { number in
            let name = costs[number].name
            func tell(_ step: Int, _ total: Int, _ note: String) {
                shared.listen()
                let all = shared.progress.map { "\($0.done) of \($0.total) pieces done by \(ranks.count) ranks" } ?? ""
                progress(WorkProgress(task: name, done: step, total: total, note: note, place: all))
            }
            switch pieces[number] {
            case .trial(let trial):
                _ = try trial.run(interruption: interruption, remark: remark) { tell($0, trial.steps, $1) }
            case .probe(let encoder, let task):
                let (encoder, data) = (encoders[encoder], data[task])
                _ = try makeProbe(encoder, data, key: keys[encoder.name] ?? "", interruption: interruption) {
                    tell($0, $1, "")
                }
            }
        }
    }
}

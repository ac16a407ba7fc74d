import Foundation
import SynEmbedding
import SynFiles
import SynReports
import SynRuns

/// Encoders fine-tuned on tasks with seeds, in one folder: what is finished there is kept, the rest is done.
package struct GLUEStudy {
    package let encoders: [TextEmbedder]
    package let data: [TaskData]
    package let seeds: [Int]
    package let settings: FineTuningSettings
    package let out: URL
    /// Tasks that were asked for and whose files are not there, a sentence each.
    package let leftOut: [String]

    package init(
        _ encoders: [TextEmbedder], _ data: [TaskData], seeds: [Int], _ settings: FineTuningSettings, out: URL,
        leftOut: [String] = []
    ) {
        (self.encoders, self.data, self.seeds, self.settings, self.out) = (encoders, data, seeds, settings, out)
        self.leftOut = leftOut
    }

    /// Every trial's result, in the order of encoders, tasks and seeds.
    ///
    /// - Parameters:
    ///   - progress: told after every step.
    ///   - remark: told what a person should know.
    package func run(
        interruption: Interruption = Interruption(), remark: (String) -> Void = { _ in },
        progress: (WorkProgress) -> Void = { _ in }
    ) throws -> [TrialResult] {
        let lock = try open()
        defer { withExtendedLifetime(lock) {} }
        try AtomicFile.write(try settings.yaml, to: out.appending(path: "fine-tuning.yaml"))
        let trials = try trials()
        var pace = TrialPace(trials)
        var results: [TrialResult] = []
        for (place, trial) in trials.enumerated() {
            if let kept = trial.kept() {
                results.append(kept)
                continue
            }
            results.append(
                try trial.run(interruption: interruption, remark: remark) { step, note in
                    pace.tell(place, step)
                    progress(
                        WorkProgress(
                            task: trial.title, done: step, total: trial.steps, note: note,
                            place: "trial \(place + 1) of \(trials.count)", left: pace.left))
                })
        }
        return results
    }

    /// Everything in one call: trainings, frozen probes, tests and curves. What is finished in the folder is kept.
    ///
    /// - Parameters:
    ///   - limit: of `--limit`, which marks the report.
    ///   - isFrozen: with frozen probes.
    ///   - start: when this sitting began.
    package func wholeReport(
        limit: Int? = nil, isFrozen: Bool = true, since start: ContinuousClock.Instant = .now,
        interruption: Interruption = Interruption(), remark: (String) -> Void = { _ in },
        progress: (WorkProgress) -> Void = { _ in }
    ) throws -> GLUEReport {
        let results = try run(interruption: interruption, remark: remark, progress: progress)
        let probes = isFrozen ? try probes(interruption: interruption, progress: progress) : []
        // With its fraction: a sitting of less than a second is a sitting, too.
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return GLUEReportBuilder(self, results).report(probes: probes, limit: limit, seconds: seconds)
    }

    /// Makes the folder and locks it.
    func open() throws -> FileLock {
        try AtomicFile.makeFolder(out)
        return try FileLock(folder: out)
    }

    /// In the order of encoders, tasks and seeds.
    func trials() throws -> [FineTuningTrial] {
        try encoders.flatMap { encoder in
            let hash = try ModelContents.hash(of: encoder.folder)
            return try data.flatMap { data in
                try seeds.map { try FineTuningTrial(encoder, modelHash: hash, data, settings, seed: $0, out: out) }
            }
        }
    }
}

/// How long the rest of a study will take, from how long steps of the same encoder took, and otherwise those of all.
struct TrialPace {
    /// By encoder: seconds and steps of this sitting.
    private var paces: [String: (seconds: Double, steps: Double)] = [:]
    private let encoders: [String]
    private var needs: [Int]
    private var last: (trial: Int, step: Int, time: Double)?

    init(_ trials: [FineTuningTrial]) {
        encoders = trials.map(\.encoder.name)
        needs = trials.map { $0.kept() == nil ? $0.steps : 0 }
    }

    mutating func tell(_ trial: Int, _ step: Int, now: Double = ProcessInfo.processInfo.systemUptime) {
        if let last, last.trial == trial, step > last.step {
            paces[encoders[trial], default: (0, 0)].seconds += now - last.time
            paces[encoders[trial], default: (0, 0)].steps += Double(step - last.step)
        } else if last?.trial != trial {
            total = needs[trial]
        }
        needs[trial] = max(0, total - step)
        last = (trial, step, now)
    }

    private var total = 0

    /// "about 14 min left"; empty while nothing is known.
    var left: String {
        let (seconds, steps) = paces.values.reduce((0.0, 0.0)) { ($0.0 + $1.seconds, $0.1 + $1.steps) }
        guard steps > 0 else { return "" }
        let rest = zip(encoders, needs).reduce(0.0) { sum, trial in
            let pace = paces[trial.0].flatMap { $0.steps > 0 ? $0.seconds / $0.steps : nil } ?? seconds / steps
            return sum + Double(trial.1) * pace
        }
        return "about \(RunProgress.text(rest)) left"
    }
}

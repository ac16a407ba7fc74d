import Experiments

/// One progress line after another, each for as long as its task lasts.
final class ProgressLines {
    private let shared: SharedOptions
    private var task = ""
    private var line: ProgressLine?

    init(_ shared: SharedOptions) { self.shared = shared }

    func show(_ progress: ProbeRun.Progress) {
        if progress.task != task {
            finish()
            task = progress.task
            line = shared.progress(progress.task, total: progress.total, done: progress.done)
        }
        line?.advance(to: progress.done, note: progress.note)
    }

    func finish() {
        line?.finish()
        line = nil
        task = ""
    }
}

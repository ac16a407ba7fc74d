import Experiments

/// The one progress line of a run of many tasks.
final class ProgressLines {
    private var line: RunLine

    init(_ shared: SharedOptions) { line = RunLine(style: .standardError(quiet: shared.quiet)) }

    func show(_ progress: ProbeRun.Progress) { line.show(progress) }

    func finish() { line.finish() }
}

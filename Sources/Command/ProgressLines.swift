import SynRuns

/// The one progress line of a run of many tasks.
final class ProgressLines {
    private var line: RunLine

    init(_ shared: SharedOptions) { line = RunLine(style: .standardError(quiet: shared.quiet)) }

    func show(_ progress: WorkProgress) { line.show(progress) }

    func finish() { line.finish() }
}

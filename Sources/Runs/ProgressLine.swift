import Foundation
import SynFiles
import SynModelHub

/// One line on standard error that tells how far a long task is, how fast, and how long it will still take.
///
/// On a terminal the line is redrawn in place, at most ten times a second. Elsewhere (a log file, a pipe) plain
/// lines are written: one at the start, one every 10 % or 60 s, one at the end. The rate is an exponential mean
/// over about ten seconds, later over a quarter of the time since the start: neither a pause nor many items told at
/// once make a wild guess of what is left. It counts only what was done in this run, not what an earlier one had
/// finished.
package struct ProgressLine {
    package enum Style: Sendable, Equatable {
        /// Redrawn in place, cut to so many columns.
        case live(columns: Int)
        case plain
        case silent

        /// What suits standard error, unless the user asked for quiet.
        package static func standardError(quiet: Bool) -> Style {
            if quiet { return .silent }
            guard isatty(STDERR_FILENO) == 1 else { return .plain }
            var size = winsize()
            let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            return .live(columns: known ? Int(size.ws_col) : 80)
        }
    }

    /// What is counted.
    package enum Unit: Sendable { case items, bytes }

    private let task: String
    private let total: Int
    private let unit: Unit
    private let style: Style
    private let now: () -> Double
    private let write: (String) -> Void
    private let start: Double
    private let firstCount: Int

    private var done: Int
    private var note = ""
    private var rate: Double?   // items per second
    private var measured: (time: Double, done: Int)
    private var drawn: (time: Double, tenth: Int)

    /// - Parameters:
    ///   - done: how many of `total` items an earlier run has finished.
    ///   - now: seconds on a clock that never goes back.
    ///   - write: receives the text; standard error by default.
    package init(
        _ task: String, total: Int, done: Int = 0, unit: Unit = .items, style: Style,
        now: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping (String) -> Void = ProgressLine.standardError
    ) {
        self.task = printable(task, limit: 80)   // may be a model's name from a file
        self.total = max(0, total)
        self.done = max(0, done)
        self.unit = unit
        self.style = style
        self.now = now
        self.write = write
        start = now()
        firstCount = self.done
        measured = (start, self.done)
        drawn = (start, 0)
        drawn.tenth = share(of: 10)
        switch style {
        case .live: draw()
        case .plain: write("\(self.task): \(counts) at the start\n")
        case .silent: break
        }
    }

    /// Tells that `count` items are done, with a short note such as the loss.
    package mutating func advance(to count: Int, note: String = "") {
        done = max(0, count)
        self.note = printable(note, limit: 120)
        let time = now()
        measure(time)
        let tenth = share(of: 10)
        let isDue =
            switch style {
            case .live: time - drawn.time >= 0.1
            case .plain: done < total && (tenth > drawn.tenth || time - drawn.time >= 60)
            case .silent: false
            }
        guard isDue else { return }
        drawn = (time, tenth)
        draw()
    }

    /// Ends the line with the count and the time taken; call it once, also when stopping early.
    package mutating func finish() {
        switch style {
        case .live(let columns): write("\r\(end.prefix(columns - 1))\u{1B}[K\n")
        case .plain: write(end + "\n")
        case .silent: break
        }
    }

    /// What a finished line says.
    var end: String {
        let seconds = max(now() - start, 0)
        let items = Double(done - firstCount)
        let speed = seconds > 0 && items > 0 ? ", \(pace(items / seconds))" : ""
        return "\(task): \(counts) in \(Self.duration(seconds))\(speed)\(note.isEmpty ? "" : ", \(note)")"
    }

    /// Writes to standard error; that nobody reads it must not end the work.
    package static func standardError(_ text: String) {
        Array(text.utf8).withUnsafeBytes { _ = Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private mutating func measure(_ time: Double) {
        let seconds = time - measured.time
        guard seconds >= 0.05, done > measured.done else { return }
        let current = Double(done - measured.done) / seconds
        let weight = 1 - exp(-seconds / max(10, (time - start) / 4))
        rate = rate.map { $0 + weight * (current - $0) } ?? current
        measured = (time, done)
    }

    private var parts: String {
        var parts = [counts]
        if let rate, rate > 0 {
            parts.append(pace(rate))
            parts.append("\(Self.duration(Double(total - done) / rate)) left")
        }
        if !note.isEmpty { parts.append(note) }
        return parts.joined(separator: ", ")
    }

    private var percent: Int { total == 0 ? 100 : share(of: 100) }

    /// How far it is, for a log.
    var plain: String { "\(task): \(percent) %, \(parts)" }

    /// The same for a terminal, with a bar.
    var live: String {
        let filled = min(max(percent / 5, 0), 20)
        let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: 20 - filled)
        return "\(task) \(bar) \(percent) %, \(parts)"
    }

    private func draw() {
        guard case .live(let columns) = style else { return write(plain + "\n") }
        write("\r\(live.prefix(columns - 1))\u{1B}[K")
    }

    /// How much of `parts` is done, rounded down.
    private func share(of parts: Int) -> Int {
        total == 0 ? 0 : min(parts, Int(Double(done) * Double(parts) / Double(total)))
    }

    private var counts: String {
        unit == .items ? "\(done) of \(total)" : "\(ByteCount.text(done)) of \(ByteCount.text(total))"
    }

    private func pace(_ rate: Double) -> String {
        unit == .items ? Self.rate(rate) : "\(ByteCount.text(Int(clamping: Int64(min(rate, 1e15)))))/s"
    }

    /// Items per second, or seconds per item when they are slow.
    static func rate(_ rate: Double) -> String {
        rate >= 1 ? "\(decimal(rate))/s" : "\(decimal(1 / rate)) s each"
    }

    private static func decimal(_ value: Double) -> String {
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    /// `0:07`, `12:30`, `3:05:00`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
    }
}

import Foundation

/// What standard error shows of a long run of many tasks: where in the whole it stands and how long that will take.
///
/// On a terminal one line is redrawn in place, and one is left for every encoder and seed that is done. In a log file a
/// line is written at the start, when an encoder and seed is done, and otherwise once a minute, in long runs less and
/// less often: as a twentieth of the time so far, at most half an hour.
package struct RunLine {
    private let style: ProgressLine.Style
    private let now: () -> Double
    private let write: (String) -> Void
    private let start: Double

    private var task = ""
    private var line: ProgressLine?
    private var taskStart = 0.0
    private var place = ""
    private var placeStart = 0.0
    private var left = ""
    private var written: Double?

    package init(
        style: ProgressLine.Style, now: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping (String) -> Void = ProgressLine.standardError
    ) {
        (self.style, self.now, self.write) = (style, now, write)
        start = now()
    }

    package mutating func show(_ progress: WorkProgress) {
        let time = now()
        if progress.place != place {
            endPlace(time)
            (place, placeStart) = (progress.place, time)
        }
        left = progress.left
        if progress.task != task {
            endTask(time)
            (task, taskStart) = (progress.task, time)
            line = ProgressLine(
                progress.task, total: progress.total, done: progress.done, style: .silent, now: now, write: write)
        }
        line?.advance(to: progress.done, note: progress.note)
        guard isDue(time), let line else { return }
        written = time
        let place = [place, left].filter { !$0.isEmpty }.joined(separator: ", ")
        switch style {
        case .live(let columns):
            write("\r\(((place.isEmpty ? "" : place + " · ") + line.live).prefix(columns - 1))\u{1B}[K")
        case .plain: write((place.isEmpty ? "" : place + ": ") + line.plain + "\n")
        case .silent: break
        }
    }

    /// Ends the line; call it once, when all is done.
    package mutating func finish() {
        let time = now()
        endTask(time)
        endPlace(time)
    }

    private func isDue(_ time: Double) -> Bool {
        switch style {
        case .live: time - (written ?? -1) >= 0.1
        case .plain: written.map { time - $0 >= min(max(60, (time - start) / 20), 1800) } ?? true
        case .silent: false
        }
    }

    private mutating func endPlace(_ time: Double) {
        guard !place.isEmpty else { return }
        say("\(place): done in \(ProgressLine.duration(time - placeStart))\(left.isEmpty ? "" : ", \(left)")", time)
        place = ""
    }

    /// Of a task that is no part of a place, and took long enough to be worth a line.
    private mutating func endTask(_ time: Double) {
        guard let line, place.isEmpty else { return self.line = nil }
        if time - taskStart >= 10 || style != .plain { say(line.end, time) }
        self.line = nil
        task = ""
    }

    private mutating func say(_ sentence: String, _ time: Double) {
        switch style {
        case .live(let columns): write("\r\(sentence.prefix(columns - 1))\u{1B}[K\n")
        case .plain: write(sentence + "\n")
        case .silent: return
        }
        written = time
    }
}

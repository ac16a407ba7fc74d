import Foundation
import SynFiles

/// How long each stage of a run has taken, over all its sittings: `times.json` in the run's folder.
///
/// Stages may stand within each other; only the innermost one's time counts. The file is written every few seconds
/// while work goes on, so that a kill loses no more.
package final class RunClock {
    private struct Times: Codable {
        /// By stage, in the order in which they first began.
        package var stages: [Stage] = []
        /// By one encoder's adapter with its pictures and scores.
        package var parts: [String: Double] = [:]
        /// By kind of work.
        package var paces: [String: Pace] = [:]

        package struct Stage: Codable {
            package let name: String
            package var seconds: Double
        }

        package var isSound: Bool {
            (stages.map(\.seconds) + parts.values + paces.values.flatMap { [$0.seconds, $0.units] })
                .allSatisfy { $0.isFinite && $0 >= 0 }
        }
    }

    /// What the file holds: the times, and a hash of them.
    private struct Kept: Codable {
        package let times: Times
        package let sha256: String

        package init(_ times: Times) throws {
            self.times = times
            var hash = ContentHash()
            hash.add(try JSONText.data(times, .line))
            sha256 = hash.hexadecimal
        }
    }

    /// Work done and the time it took.
    package struct Pace: Codable {
        package var units = 0.0
        package var seconds = 0.0
    }

    private let file: URL
    private let now: () -> Double
    private var times = Times()
    private var running: [String] = []
    private var part: String?
    private var last: Double
    private var saved: Double
    private var isKept = false

    package init(_ folder: URL, now: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }) {
        file = folder.appending(path: "times.json")
        self.now = now
        last = now()
        saved = last
    }

    /// Takes up the times of earlier sittings. Returns false where the file is there, but is not what this writes.
    package func takeUp() -> Bool {
        isKept = true
        guard isThere else { return true }
        guard let bytes = try? WholeFile.read(file) else { return false }
        guard let found = try? JSONDecoder().decode(Kept.self, from: Data(bytes)), found.times.isSound,
            (try? Kept(found.times).sha256) == found.sha256
        else { return false }
        times = found.times
        return true
    }

    /// Whether earlier sittings, or this one, have left their times.
    package var isThere: Bool { FileManager.default.fileExists(atPath: file.path) }

    /// Adds what ranks of a job that worked here have left in `times`, and removes it there.
    package func takeUpRanks() {
        let folder = file.deletingLastPathComponent().appending(path: Self.ranksName)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard !names.isEmpty else { return }
        for name in names.sorted() {
            let clock = RunClock(folder.appending(path: name))
            if clock.takeUp() { add(clock) }
        }
        save()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The clock of one of several ranks in a run's folder.
    package static func ofRank(_ number: Int, in folder: URL) throws -> RunClock {
        let own = folder.appending(path: "\(ranksName)/rank-\(number)")
        try AtomicFile.makeFolder(own)
        let clock = RunClock(own)
        _ = clock.takeUp()
        return clock
    }

    /// The clocks of all ranks in a run's folder but one, as they were last written.
    package static func others(than number: Int, in folder: URL) -> [RunClock] {
        let ranks = folder.appending(path: ranksName)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: ranks.path)) ?? []
        let folders = names.filter { $0 != "rank-\(number)" }.sorted().map { ranks.appending(path: $0) }
        return (folders + (number == 0 ? [] : [folder])).map { folder in
            let clock = RunClock(folder)
            _ = clock.takeUp()
            return clock
        }
    }

    private static let ranksName = "times"

    /// Adds the times of another run, which become part of this one.
    package func add(_ other: RunClock) {
        for stage in other.times.stages {
            if let place = times.stages.firstIndex(where: { $0.name == stage.name }) {
                times.stages[place].seconds += stage.seconds
            } else {
                times.stages.append(stage)
            }
        }
        times.parts.merge(other.times.parts, uniquingKeysWith: +)
        times.paces.merge(other.times.paces) { Pace(units: $0.units + $1.units, seconds: $0.seconds + $1.seconds) }
    }

    package var stages: [(name: String, seconds: Double)] { times.stages.map { ($0.name, $0.seconds) } }

    /// Seconds that a part of the run has taken.
    package func seconds(ofPart name: String) -> Double { times.parts[name] ?? 0 }

    package func pace(_ kind: String) -> Pace? { times.paces[kind] }

    /// Work of a kind that was done within `seconds`.
    package func note(_ kind: String, units: Double, seconds: Double) {
        times.paces[kind, default: Pace()].units += units
        times.paces[kind, default: Pace()].seconds += seconds
    }

    package func measure<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
        tick()
        running.append(stage)
        defer {
            tick()
            running.removeLast()
        }
        return try body()
    }

    /// The same for a part of the run, which goes through several stages.
    package func measure<Result>(part name: String, _ body: () throws -> Result) rethrows -> Result {
        tick()
        part = name
        defer {
            tick()
            part = nil
        }
        return try body()
    }

    /// Books the time since the last call, and writes the file if that is due.
    package func tick() {
        let time = now()
        let seconds = max(0, time - last)
        last = time
        if let stage = running.last {
            if let place = times.stages.firstIndex(where: { $0.name == stage }) {
                times.stages[place].seconds += seconds
            } else {
                times.stages.append(.init(name: stage, seconds: seconds))
            }
        }
        if let part { times.parts[part, default: 0] += seconds }
        if time - saved > 10 { save() }
    }

    /// Times are told beside results and decide none: that they cannot be written stops nothing.
    package func save() {
        guard isKept else { return }
        saved = now()
        if let kept = try? Kept(times) { try? AtomicFile.write(json: kept, to: file) }
    }
}

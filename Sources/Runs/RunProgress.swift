/// How far a whole run is and how long the rest of it will take, from how long the same kinds of work took before.
package struct RunProgress {
    package enum Kind: String, CaseIterable {
        case tokens, vectors, training, drawing, scoring
    }

    /// A part of the run: one adapter with its pictures and scores.
    package struct Part {
        /// What people are told: "encoder 2 of 5".
        package let place: String
        /// Work of each kind that is still to do.
        package var needs: [Kind: Int]

        package init(place: String, needs: [Kind: Int]) { (self.place, self.needs) = (place, needs) }
    }

    private var parts: [Part]
    private let clock: RunClock
    private let now: () -> Double
    private var current = -1
    private var running: (kind: Kind, done: Int, time: Double)?

    package init(_ parts: [Part], _ clock: RunClock, now: @escaping () -> Double) {
        (self.parts, self.clock, self.now) = (parts, clock, now)
    }

    package var place: String { parts.indices.contains(current) ? parts[current].place : "" }

    /// The next part begins; the first one, at the first call.
    package mutating func beginNext() {
        current += 1
        running = nil
    }

    /// Of the running part, `done` of `total` are done of one kind, and after them come `further` more.
    package mutating func tell(_ kind: Kind, _ done: Int, of total: Int, further: Int = 0) {
        let time = now()
        if let before = running, before.kind == kind, done > before.done {
            clock.note(kind.rawValue, units: Double(done - before.done), seconds: time - before.time)
        }
        running = (kind, done, time)
        if parts.indices.contains(current) { parts[current].needs[kind] = total - done + further }
    }

    /// Seconds to the end, and whether there is work beside whose pace is not known yet; nil where none is known.
    package var left: (seconds: Double, isAtLeast: Bool)? {
        guard parts.indices.contains(current) else { return nil }
        var (seconds, isAtLeast, isKnown) = (0.0, false, false)
        for part in parts[current...] {
            for kind in Kind.allCases {
                guard let count = part.needs[kind], count > 0 else { continue }
                if let pace = clock.pace(kind.rawValue), pace.units > 0 {
                    seconds += Double(count) * pace.seconds / pace.units
                    isKnown = true
                } else {
                    isAtLeast = true
                }
            }
        }
        return isKnown ? (seconds, isAtLeast) : nil
    }

    /// "about 14 min left".
    package var leftText: String {
        guard let left else { return "" }
        return "\(left.isAtLeast ? "at least" : "about") \(Self.text(left.seconds)) left"
    }

    package static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "years" }
        let whole = Int(seconds.rounded())
        switch whole {
        case ..<55: return "\(max(5, (whole + 4) / 5 * 5)) s"
        case ..<5700: return "\(max(1, (whole + 30) / 60)) min"
        case ..<172_800:
            let tens = (whole + 300) / 600
            return tens % 6 == 0 ? "\(tens / 6) h" : "\(tens / 6) h \(tens % 6 * 10) min"
        default: return "\((whole + 43_200) / 86_400) days"
        }
    }
}

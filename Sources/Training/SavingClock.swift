import SynRuns

/// When long work saves what it has: when a stop is wished for, and else as often as takes a hundredth of the time.
package struct SavingClock {
    private var last = ContinuousClock.now
    private var interval = Duration.seconds(1)

    package init() {}

    package mutating func saveIfDue(_ interruption: Interruption? = nil, _ save: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        guard interruption?.isRequested == true || start - last > interval else { return }
        try save()
        last = .now
        interval = max(.seconds(1), (last - start) * 100)
    }
}

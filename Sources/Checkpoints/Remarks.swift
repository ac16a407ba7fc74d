import Synchronization

/// What a reader did that the person should know though nothing is wrong: names found below a prefix, a head left
/// alone.
///
/// Readers of this house print nothing; the command listens. Each sentence is told once in a process.
package enum Remarks {
    private struct State: Sendable {
        var listener: (@Sendable (String) -> Void)?
        var told: Set<String> = []
    }

    private static let state = Mutex(State())

    /// Who hears of remarks from now on; nil for nobody.
    package static func listen(_ listener: (@Sendable (String) -> Void)?) { state.withLock { $0.listener = listener } }

    package static func tell(_ sentence: String) {
        let listener = state.withLock { state in
            state.told.insert(sentence).inserted ? state.listener : nil
        }
        listener?(sentence)
    }
}

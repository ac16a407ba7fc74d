import Synchronization

/// A wish to stop early, raised by Ctrl-C and looked at by long loops between two items.
///
/// The loop finishes the item at hand, saves it, and calls ``check()``; whoever raised the wish sees
/// ``Interrupted`` come back and knows that the same command will go on from there.
package final class Interruption: Sendable {
    private let wished = Atomic(false)

    package init() {}

    package var isRequested: Bool { wished.load(ordering: .relaxed) }

    package func request() { wished.store(true, ordering: .relaxed) }

    /// Throws ``Interrupted`` once a stop was requested. Call it only where everything finished is saved.
    package func check() throws {
        if isRequested { throw Interrupted() }
    }
}

/// The work stopped on request; what was finished is saved.
package struct Interrupted: Error, Sendable, CustomStringConvertible {
    package init() {}

    package var description: String {
        "interrupted; what was finished is saved, and the same command goes on from there"
    }
}

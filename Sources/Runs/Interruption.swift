import Synchronization

/// A wish to stop early, raised by Ctrl-C and looked at by long loops between two items.
///
/// The loop finishes the item at hand, saves it, and calls ``check()``; whoever raised the wish sees
/// ``Interrupted`` come back and knows that the same command will go on from there, or, where the work keeps nothing,
/// that it will begin anew.
package final class Interruption: Sendable {
    private let wished = Atomic(false)
    private let keeps: Bool

    /// - Parameter keeps: whether the work saves what is finished, so that it goes on when it is begun again.
    package init(keeps: Bool = true) { self.keeps = keeps }

    package var isRequested: Bool { wished.load(ordering: .relaxed) }

    package func request() { wished.store(true, ordering: .relaxed) }

    /// Throws ``Interrupted`` once a stop was requested. Work that keeps what is finished calls it only where that is
    /// saved.
    package func check() throws {
        if isRequested { throw Interrupted(keeps: keeps) }
    }
}

/// The work stopped on request.
package struct Interrupted: Error, Sendable, CustomStringConvertible {
    private let keeps: Bool

    /// - Parameter keeps: whether what was finished is saved.
    package init(keeps: Bool = true) { self.keeps = keeps }

    package var description: String {
        keeps
            ? "interrupted; what was finished is saved, and the same command goes on from there"
            : "interrupted; this command saves nothing on its way, and begins anew when it is made again"
    }
}

/// How the processes of one job reach each other: MPI's messages, or letter boxes in one process for tests.
///
/// All that ranks do together (see ``Crew``, ``WorkServer``) is made of these few, so there is little to get wrong in a
/// plug-in, and all of it is tested without MPI. Messages between two ranks with the same tag arrive in their order.
package protocol RankTransport: Sendable {
    /// How many processes there are, and which of them this one is, from 0.
    var count: Int { get }
    var number: Int { get }
    /// How many of them run on this machine.
    var neighbours: Int { get }

    /// Begins to send and returns at once; the bytes are kept until they are gone.
    func send(_ bytes: [UInt8], to rank: Int, _ tag: RankTag)
    /// A message that has arrived; nil where there is none. Never waits.
    func receive(from rank: Int?, _ tag: RankTag) -> (rank: Int, bytes: [UInt8])?
    /// Leaves in good order, once everybody does.
    func leave()
    /// Ends the whole job with this exit code.
    func abort(_ code: Int32)
}

/// What a message between ranks is about.
package enum RankTag: Int32, CaseIterable, Sendable {
    /// To rank 0: which piece is finished, and that the next is wanted.
    case ask = 1
    /// From rank 0: the next piece.
    case piece
    /// From rank 0: a stop was wished for somewhere.
    case stop
    /// Among the members of a crew.
    case crew
}

import Foundation
import Synchronization

/// The processes that work on one run together. A process that is alone has no transport, and nothing here costs it
/// anything.
package final class Ranks: Sendable {
    private let transport: (any RankTransport)?
    private let agreement = Atomic(false)

    package init(_ transport: any RankTransport) { self.transport = transport }

    private init() { transport = nil }

    /// One process without others.
    package static let alone = Ranks()

    package var count: Int { transport?.count ?? 1 }
    package var number: Int { transport?.number ?? 0 }
    package var isFirst: Bool { number == 0 }
    package var isAlone: Bool { count == 1 }
    /// How many of them share this machine, this one included.
    package var neighbours: Int { transport?.neighbours ?? 1 }

    package var everyone: Crew { Crew(self, 0..<count) }

    package func send(_ bytes: [UInt8], to rank: Int, _ tag: RankTag) { transport?.send(bytes, to: rank, tag) }

    package func receive(from rank: Int? = nil, _ tag: RankTag) -> (rank: Int, bytes: [UInt8])? {
        transport?.receive(from: rank, tag)
    }

    /// Waits for a message without keeping a core busy: ranks that share cores would take them from each other. A rank
    /// that is gone ends the job (see `Documentation/Clusters.md`), so this waits for nobody who cannot answer.
    package func wait(from rank: Int, _ tag: RankTag) -> [UInt8] {
        var patience = Patience()
        while true {
            if let message = transport?.receive(from: rank, tag) { return message.bytes }
            patience.wait()
        }
    }

    /// Whether all ranks have stopped together before the work was done, each with all it had saved.
    package var haveAgreedToStop: Bool { agreement.load(ordering: .relaxed) }

    func agreeToStop() { agreement.store(true, ordering: .relaxed) }

    package func leave() { transport?.leave() }

    package func abort(_ code: Int32) { transport?.abort(code) }
}

/// Pauses that grow while nothing happens: from none to a millisecond.
struct Patience {
    private var turns = 0

    mutating func wait() {
        turns += 1
        switch turns {
        case ..<100: sched_yield()
        case ..<1000: usleep(50)
        default: usleep(1000)
        }
    }
}

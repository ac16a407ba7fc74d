import Foundation
import Synchronization

/// Hands the pieces of a list to all ranks, from a thread of rank 0 that sleeps while nobody asks. Where somebody
/// wishes to stop, nobody gets another piece.
package final class WorkServer: Sendable {
    private struct State {
        var list: WorkList
        var waiting: [Int] = []
        var isStopped = false
        /// Who has been told that nothing more comes.
        var told: Set<Int> = []
    }

    private let ranks: Ranks
    private let interruption: Interruption
    private let state: Mutex<State>

    package init(_ list: WorkList, _ ranks: Ranks, _ interruption: Interruption) {
        (self.ranks, self.interruption) = (ranks, interruption)
        state = Mutex(State(list: list))
        let thread = Thread { [self] in serve() }
        thread.name = "work list"
        thread.start()
    }

    /// Pieces done, pieces there are, and seconds of work left.
    package var progress: (done: Int, total: Int, left: Double) {
        state.withLock { ($0.list.doneCount, $0.list.pieces.count, $0.list.left) }
    }

    /// For rank 0's own work.
    func next(after finished: Int?) -> WorkAnswer {
        if let finished { state.withLock { $0.list.finish(finished, by: 0) } }
        if interruption.isRequested { stop() }
        var patience = Patience()
        while true {
            if let answer = state.withLock({ answer(for: 0, &$0) }) { return answer }
            patience.wait()
        }
    }

    /// Ends when everybody has been told to.
    private func serve() {
        var patience = Patience()
        while state.withLock({ $0.told.count < ranks.count }) {
            if interruption.isRequested { stop() }
            if let message = ranks.receive(.ask) {
                let ask = WorkAsk(message.bytes)
                if ask.wishesToStop { stop() }
                state.withLock {
                    if let finished = ask.finished { $0.list.finish(finished, by: message.rank) }
                    $0.waiting.append(message.rank)
                }
                patience = Patience()
            }
            let answers = state.withLock { state in
                let answers = state.waiting.compactMap { rank in answer(for: rank, &state).map { (rank, $0) } }
                let gone = Set(answers.map(\.0))
                state.waiting.removeAll(where: gone.contains)
                return answers
            }
            for (rank, answer) in answers { ranks.send(answer.bytes, to: rank, .piece) }
            patience.wait()
        }
    }

    private func answer(for rank: Int, _ state: inout State) -> WorkAnswer? {
        if state.isStopped || state.list.isFinished {
            state.told.insert(rank)
            return state.isStopped && !state.list.isFinished ? .stop : .nothing
        }
        return state.list.take(for: rank).map(WorkAnswer.piece)
    }

    private func stop() {
        let isNew = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isNew else { return }
        interruption.request()
        for rank in 1..<max(ranks.count, 1) { ranks.send([], to: rank, .stop) }
    }
}

/// What rank 0 answers.
enum WorkAnswer: Equatable {
    case piece(Int)
    /// All is done.
    case nothing
    case stop

    var bytes: [UInt8] {
        let number =
            switch self {
            case .piece(let number): Int64(number)
            case .nothing: Int64(-1)
            case .stop: Int64(-2)
            }
        return withUnsafeBytes(of: number) { Array($0) }
    }

    init(_ bytes: [UInt8]) {
        let number = bytes.count == 8 ? bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) } : -1
        self = number >= 0 ? .piece(Int(number)) : number == -2 ? .stop : .nothing
    }
}

/// What a rank asks with.
struct WorkAsk {
    let finished: Int?
    let wishesToStop: Bool

    init(finished: Int?, wishesToStop: Bool) { (self.finished, self.wishesToStop) = (finished, wishesToStop) }

    var bytes: [UInt8] { withUnsafeBytes(of: Int64(finished ?? -1)) { Array($0) } + [wishesToStop ? 1 : 0] }

    init(_ bytes: [UInt8]) {
        let number = bytes.count == 9 ? bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) } : -1
        finished = number >= 0 ? Int(number) : nil
        wishesToStop = bytes.last == 1
    }
}

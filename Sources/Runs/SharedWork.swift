/// One rank's part in the work of all: takes pieces until none is left, and stops when anybody wishes to.
package final class SharedWork {
    private let ranks: Ranks
    private let interruption: Interruption
    private let server: WorkServer?

    /// - Parameter list: the same on every rank, but for what is done, which only rank 0 needs to know.
    package init(_ list: @autoclosure () throws -> WorkList, _ ranks: Ranks, _ interruption: Interruption) rethrows {
        (self.ranks, self.interruption) = (ranks, interruption)
        server = ranks.isFirst ? WorkServer(try list(), ranks, interruption) : nil
    }

    /// Of all ranks; only rank 0 knows.
    package var progress: (done: Int, total: Int, left: Double)? { server?.progress }

    /// Looks whether another rank wished to stop: long pieces call it now and then.
    package func listen() {
        if !ranks.isFirst, ranks.receive(from: 0, .stop) != nil { interruption.request() }
    }

    /// Does pieces with `perform`, which may throw ``Interrupted`` once what it has is saved. Returns when nothing is
    /// left to do; throws ``Interrupted`` on all ranks when one wished to stop. Any other error is this rank's alone,
    /// and whoever catches it has to end the job.
    package func run(_ perform: (Int) throws -> Void) throws {
        var finished: Int?
        var isStopped = false
        while true {
            let answer = next(after: finished, isStopped)
            finished = nil
            guard case .piece(let piece) = answer else {
                ranks.everyone.meet()
                while ranks.receive(.stop) != nil {}
                if answer == .stop {
                    ranks.agreeToStop()
                    throw Interrupted()
                }
                return
            }
            do {
                try perform(piece)
                finished = piece
            } catch is Interrupted {
                interruption.request()
                isStopped = true
            }
        }
    }

    private func next(after finished: Int?, _ isStopped: Bool) -> WorkAnswer {
        if let server { return server.next(after: finished) }
        let wish = isStopped || interruption.isRequested
        ranks.send(WorkAsk(finished: finished, wishesToStop: wish).bytes, to: 0, .ask)
        return WorkAnswer(ranks.wait(from: 0, .piece))
    }
}

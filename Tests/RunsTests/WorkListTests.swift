import SynRuns
import Testing

/// The order in which pieces are given out, and how long that takes.
@Suite struct WorkListTests {
    private func piece(_ cost: Double, _ needs: [Int] = [], crew: Range<Int>? = nil) -> WorkList.Piece {
        WorkList.Piece("", cost: cost, needs: needs, crew: crew)
    }

    @Test func longChainsComeFirst() {
        // 1 is short, but 3 hangs on it.
        var list = WorkList([piece(5), piece(1), piece(4), piece(9, [1])])
        #expect([list.take(for: 0), list.take(for: 0), list.take(for: 0)] == [1, 0, 2])
        #expect(list.take(for: 0) == nil)
        list.finish(1, by: 0)
        #expect(list.take(for: 0) == 3)
        for piece in [0, 2, 3] { list.finish(piece, by: 0) }
        #expect(list.isFinished && list.left == 0)
    }

    @Test func doneIsNotGivenOut() {
        var list = WorkList([piece(5), piece(1, [0]), piece(2, [1])], done: [0, 1])
        #expect(list.take(for: 3) == 2)
        #expect(list.take(for: 3) == nil)
        #expect(list.doneCount == 2)
    }

    @Test func crewsAreComplete() {
        var list = WorkList([piece(1), piece(5, [0], crew: 1..<3), piece(2, [0])])
        #expect(list.take(for: 1) == 0)
        #expect(list.take(for: 2) == nil)
        list.finish(0, by: 1)
        #expect(list.take(for: 0) == 2)
        #expect(list.take(for: 2) == 1)
        #expect(list.take(for: 2) == nil)
        #expect(list.take(for: 1) == 1)
        #expect(list.take(for: 1) == nil)
    }

    /// The member that writes the result may be the last to be done: what needs it has to wait for that one.
    @Test func aCrewIsDoneWhenAllItsMembersAre() {
        var list = WorkList([piece(5, crew: 0..<2), piece(2, [0])])
        #expect([list.take(for: 0), list.take(for: 1)] == [0, 0])
        list.finish(0, by: 1)
        #expect(list.take(for: 2) == nil && list.doneCount == 0)
        list.finish(0, by: 1)
        #expect(list.take(for: 2) == nil)
        list.finish(0, by: 0)
        #expect(list.take(for: 2) == 1 && list.doneCount == 1)
    }

    @Test func forecastOfEqualPieces() {
        let list = WorkList((0..<8).map { _ in piece(3) })
        #expect(list.forecast(ranks: 1).seconds == 24)
        #expect(list.forecast(ranks: 4).seconds == 6)
        #expect(list.forecast(ranks: 4).used == 1)
        #expect(list.forecast(ranks: 3).seconds == 9)
        #expect(abs(list.forecast(ranks: 3).used - 24.0 / 27) < 1e-12)
    }

    @Test func forecastWaitsForWhatIsNeeded() {
        // Two chains of 2 + 3, and a crew of both ranks that needs their ends: 5 + 4.
        let list = WorkList([piece(2), piece(2), piece(3, [0]), piece(3, [1]), piece(4, [2, 3], crew: 0..<2)])
        #expect(list.forecast(ranks: 2).seconds == 9)
        #expect(list.forecast(ranks: 2).used == 1)
        #expect(list.forecast(ranks: 2).order.last == 4)
    }

    /// A thousand random lists: never shorter than the longest chain or the equal share, never longer than both (Graham
    /// 1969, for any list by which nobody idles while something may be begun), and everything is begun once.
    @Test func forecastIsWithinGrahamsBounds() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let count = Int.random(in: 1...40, using: &random)
            let pieces = (0..<count).map { place in
                piece(
                    Double(Int.random(in: 1...20, using: &random)),
                    (0..<place).filter { _ in Int.random(in: 0..<8, using: &random) == 0 })
            }
            let list = WorkList(pieces)
            let ranks = Int.random(in: 1...6, using: &random)
            let forecast = list.forecast(ranks: ranks)
            let (work, chain) = (pieces.reduce(0) { $0 + $1.cost }, list.urgency.max() ?? 0)
            #expect(forecast.seconds >= max(chain, work / Double(ranks)) - 1e-9)
            #expect(forecast.seconds <= work / Double(ranks) + chain * Double(ranks - 1) / Double(ranks) + 1e-9)
            #expect(forecast.order.sorted() == Array(0..<count))
        }
    }
}

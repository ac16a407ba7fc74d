import Foundation
import SynRuns
import Synchronization
import TestSupport
import Testing

/// What ranks do together, over letter boxes instead of MPI.
@Suite struct RanksTests {
    /// The sum is that of one process adding the parts one after another, to the bit, for every number of ranks; sums
    /// of such numbers in another order differ.
    @Test func sumsAreTheSameOnAnyNumberOfRanks() throws {
        let (parts, length) = (7, 1001)
        var state: UInt64 = 1
        func number() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state) >> 40) * exp(Float(state >> 60))
        }
        let all = (0..<parts).map { _ in (0..<length).map { _ in number() } }
        let alone = all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
        let reversed = all.reversed().dropFirst().reduce(all[parts - 1]) { zip($0, $1).map { $0 + $1 } }
        #expect(alone != reversed)
        for count in 1...9 {
            let boxes = LetterBoxes(count)
            let sums = boxes.run { ranks -> [Float] in
                let crew = ranks.everyone
                let own = stride(from: crew.place, to: parts, by: crew.count).map { all[$0] }
                return crew.sum(own, of: parts, length: length)
            }
            for sum in sums { #expect(try sum.get().map(\.bitPattern) == alone.map(\.bitPattern)) }
            #expect(sums.count == count && boxes.left == 0)
        }
    }

    @Test func crewsKeepToThemselves() throws {
        let boxes = LetterBoxes(5)
        let found = boxes.run { ranks -> [[Int]] in
            let crew = Crew(ranks, ranks.number < 2 ? 0..<2 : 2..<5)
            let first = crew.fromFirst([UInt8(ranks.number)])
            return crew.gather([ranks.number * 10]) + [[Int(first[0])]]
        }
        #expect(try found[1].get() == [[0], [10], [0]])
        #expect(try found[4].get() == [[20], [30], [40], [2]])
    }

    private func list(_ count: Int) -> WorkList {
        WorkList((0..<count).map { WorkList.Piece("", cost: 1, needs: $0 >= 10 ? [$0 - 10] : []) })
    }

    @Test(arguments: [1, 2, 3, 4])
    func everyPieceIsDoneOnce(_ count: Int) throws {
        let done = Mutex<[Int]>([])
        let boxes = LetterBoxes(count)
        let results = boxes.run { ranks in
            try SharedWork(self.list(200), ranks, Interruption()).run { piece in
                done.withLock {
                    #expect(piece < 10 || $0.contains(piece - 10))   // what it needs
                    $0.append(piece)
                }
            }
        }
        for result in results { try result.get() }
        #expect(done.withLock { $0.sorted() } == Array(0..<200))
        #expect(boxes.left == 0)
    }

    /// One rank is told to stop: all of them stop, in good order, and nobody waits for ever.
    @Test(arguments: [0, 1, 3])
    func oneStopsAll(_ stopping: Int) throws {
        let done = Mutex(0)
        let boxes = LetterBoxes(4)
        let results = boxes.run { ranks -> Bool in
            let interruption = Interruption()
            let work = SharedWork(self.list(100_000), ranks, interruption)
            do {
                try work.run { _ in
                    done.withLock { $0 += 1 }
                    usleep(100)
                    if ranks.number == stopping, done.withLock({ $0 }) > 50 { interruption.request() }
                    work.listen()
                    try interruption.check()
                }
                return false
            } catch is Interrupted {
                return ranks.haveAgreedToStop
            }
        }
        for result in results { #expect(try result.get()) }
        #expect(done.withLock { $0 } < 100_000)
        #expect(boxes.left == 0)
    }
}

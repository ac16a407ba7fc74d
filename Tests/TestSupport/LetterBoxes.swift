import Foundation
import SynRuns
import Synchronization

/// Ranks in one process, a thread each, that reach each other by letter boxes instead of MPI.
package final class LetterBoxes: Sendable {
    private struct Letter {
        let from: Int
        let tag: RankTag
        let bytes: [UInt8]
    }

    private let boxes: Mutex<[[Letter]]>
    package let count: Int
    /// With what code a rank ended the whole job.
    private let ended = Mutex<Int32?>(nil)

    package init(_ count: Int) {
        self.count = count
        boxes = Mutex(Array(repeating: [], count: count))
    }

    package var abortCode: Int32? { ended.withLock { $0 } }
    /// Letters that nobody took.
    package var left: Int { boxes.withLock { $0.reduce(0) { $0 + $1.count } } }

    private struct Transport: RankTransport {
        let boxes: LetterBoxes
        let number: Int
        var count: Int { boxes.count }
        var neighbours: Int { boxes.count }

        func send(_ bytes: [UInt8], to rank: Int, _ tag: RankTag) {
            boxes.boxes.withLock { $0[rank].append(Letter(from: number, tag: tag, bytes: bytes)) }
        }

        func receive(from rank: Int?, _ tag: RankTag) -> (rank: Int, bytes: [UInt8])? {
            boxes.boxes.withLock { boxes in
                let place = boxes[number].firstIndex { $0.tag == tag && (rank == nil || rank == $0.from) }
                return place.map { boxes[number].remove(at: $0) }.map { ($0.from, $0.bytes) }
            }
        }

        func leave() {}

        func abort(_ code: Int32) { boxes.ended.withLock { $0 = code } }
    }

    /// Runs `work` on every rank, each in a thread of its own, and gives what each returned or threw.
    package func run<Value: Sendable>(_ work: @escaping @Sendable (Ranks) throws -> Value) -> [Result<Value, any Error>]
    {
        let found = Mutex<[Int: Result<Value, any Error>]>([:])
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread { [self] in
                let result = Result { try work(Ranks(Transport(boxes: self, number: number))) }
                found.withLock { $0[number] = result }
                group.leave()
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
        group.wait()
        return (0..<count).compactMap { number in found.withLock { $0[number] } }
    }
}

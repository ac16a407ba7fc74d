import CSynOneDNN
import Foundation
import Synchronization

/// How many threads the process computes with: oneDNN's pool, which our own kernels share.
///
/// Our own kernels (element-wise functions, norms, softmax, losses, pooling, reductions, AdamW) give the same
/// bits with any number of threads: every sum is made in one order. oneDNN's matrix products and
/// convolutions, and so attention and whole networks, promise that only for one number of threads on one
/// kind of processor: they may divide a long sum among threads.
package enum Threads {
    package static var count: Int {
        get { Int(syn_thread_count()) }
        set { syn_set_thread_count(Int32(clamping: newValue)) }
    }

    /// OpenBLAS's part of them: at most what its own variable says.
    static var forLinearAlgebra: Int { min(count, limitOfLinearAlgebra) }

    private static let limitOfLinearAlgebra =
        ProcessInfo.processInfo.environment["OPENBLAS_NUM_THREADS"].flatMap { Int($0) }.map { max($0, 1) } ?? .max
}

/// Runs `body` on consecutive parts of `0..<count`, on the threads of the one pool.
///
/// Parts hold at least `grain` items, so small work stays on the calling thread. Which part runs where is
/// not promised: a body writes only to places that belong to its own items. Several threads may call at
/// once; a call from inside a body runs on the thread that makes it.
package func parallel(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > max(grain, 1), Threads.count > 1 else {
        if count > 0 { body(0..<count) }
        return
    }
    withoutActuallyEscaping(body) { body in
        var job = Job(count: count, grain: max(grain, 1), body: body)
        withUnsafeMutablePointer(to: &job) { job in
            syn_parallel(
                { context, part, parts in
                    guard let context else { return }
                    context.assumingMemoryBound(to: Job.self).pointee.run(Int(part), of: Int(parts))
                }, job)
        }
    }
}

/// What `body` makes of each number below `count`, in their order, on all threads: for items that take a while, such as
/// pictures to be read. The body is called from several threads at once. Throws what the first item that fails throws;
/// items behind it may be left undone.
package func parallelMap<Item, Failure: Error>(
    _ count: Int, _ body: (Int) throws(Failure) -> Item
) throws(Failure) -> [Item] {
    var found = [Result<Item, Failure>?](repeating: nil, count: count)
    let firstFailure = Mutex(count)
    found.withUnsafeMutableBufferPointer { found in
        guard let places = found.baseAddress else { return }
        parallelDynamic(count, room: 0) { item, _ in
            guard item < firstFailure.withLock(\.self) else { return }
            let result = Result { () throws(Failure) in try body(item) }
            if case .failure = result { firstFailure.withLock { $0 = min($0, item) } }
            places[item] = result
        }
    }
    var items: [Item] = []
    items.reserveCapacity(count)
    for result in found { if let result { items.append(try result.get()) } }
    return items
}

/// Deals `count` items out, one after another, to whichever thread of the pool is free: for long items, where equal
/// shares would wait for the slowest thread. Each thread has `room` bytes of its own, whose content is arbitrary.
///
/// As with `parallel`, a body writes only to places that belong to its item.
func parallelDynamic(_ count: Int, room: Int, _ body: (_ item: Int, _ room: UnsafeMutableRawPointer) -> Void) {
    guard count > 0 else { return }
    let step = (room + 63) / 64 * 64
    let threads = count > 1 ? Threads.count : 1
    let rooms = Storage(byteCount: step * threads)
    withoutActuallyEscaping(body) { body in
        var deal = Deal(rooms: rooms.address, step: step, body: body)
        withUnsafeMutablePointer(to: &deal) { deal in
            syn_deal(
                count, Int32(clamping: threads),
                { context, item, thread in
                    guard let context else { return }
                    let deal = context.assumingMemoryBound(to: Deal.self)
                    deal.pointee.body(item, deal.pointee.rooms + Int(thread) * deal.pointee.step)
                }, deal)
        }
    }
    withExtendedLifetime(rooms) {}
}

private struct Deal {
    let rooms: UnsafeMutableRawPointer
    let step: Int
    let body: (Int, UnsafeMutableRawPointer) -> Void
}

private struct Job {
    let count: Int
    let grain: Int
    let body: (Range<Int>) -> Void

    func run(_ part: Int, of parts: Int) {
        let used = min(parts, (count + grain - 1) / grain)
        guard part < used else { return }
        let lower = count * part / used
        let upper = count * (part + 1) / used
        if lower < upper { body(lower..<upper) }
    }
}

import Foundation
import SynTensors
import Synchronization
import TestSupport
import Testing

/// What a signal handler finds on threads that multiply: their own stacks.
///
/// Where a processor has no AVX-512, oneDNN's Float32 product of more than 128 terms points the stack pointer at the
/// end of a buffer on the heap. A handler that runs there, whoever installed it, writes its frame over what lies before.
@Suite(.serialized, .oneThreadCount) struct SignalTests {
    private static let handled = Atomic(0)
    private static let strayed = Atomic(0)
    private static let wrong = Atomic(0)
    private static let isOver = Atomic(false)

    /// Whether the calling thread's stack, at whose upper end glibc keeps the thread's own record, is where its
    /// pointer points.
    private static let handler: @convention(c) (Int32) -> Void = { _ in
        var local = 0
        let place = withUnsafeMutablePointer(to: &local) { UInt(bitPattern: $0) }
        let top = UInt(pthread_self())
        if place < top, top - place < 1 << 20 {
            handled.add(1, ordering: .relaxed)
        } else {
            strayed.add(1, ordering: .relaxed)
        }
    }

    /// Multiplies while signals arrive at this thread and those that multiply with it; answers how often the product
    /// was not what it is in quiet.
    private static func multiply() -> Int {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGURG)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        var stream = RandomStream(seed: 4, purpose: "signals")
        let (x, y) = (Tensor.normal([64, 640], &stream), Tensor.normal([640, 96], &stream))
        let quiet = x.matmul(y).floats
        let workers = Mutex(Set([pthread_self()]))
        parallel(64, grain: 1) { _ in workers.withLock { _ = $0.insert(pthread_self()) } }
        let (known, isGone) = (workers.withLock { $0 }, DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            while !isOver.load(ordering: .relaxed) {
                for worker in known { pthread_kill(worker, SIGURG) }
                usleep(20)
            }
            isGone.signal()
        }
        let wrong = (0..<2000).count { _ in x.matmul(y).floats != quiet }
        isOver.store(true, ordering: .relaxed)
        isGone.wait()
        return wrong
    }

    @Test(arguments: [1, 2]) func handlersRunOnTheirThreadsOwnStacks(_ threads: Int) throws {
        let before = Threads.count
        defer { Threads.count = before }
        Threads.count = threads
        Self.handled.store(0, ordering: .relaxed)
        Self.strayed.store(0, ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = Self.handler
        action.sa_flags = SA_RESTART
        try #require(sigaction(SIGURG, &action, nil) == 0)
        defer { signal(SIGURG, SIG_DFL) }   // which ignores it

        // Threads of the concurrency runtime have all signals blocked; a thread that a program starts has not.
        let isDone = DispatchSemaphore(value: 0)
        Self.isOver.store(false, ordering: .relaxed)
        Thread.detachNewThread {
            Self.wrong.store(Self.multiply(), ordering: .relaxed)
            isDone.signal()
        }
        isDone.wait()
        #expect(Self.wrong.load(ordering: .relaxed) == 0)
        #expect(Self.strayed.load(ordering: .relaxed) == 0)
        #expect(Self.handled.load(ordering: .relaxed) > 20, "the storm did not reach this thread")
    }
}

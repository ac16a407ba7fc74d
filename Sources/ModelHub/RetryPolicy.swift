import Foundation

/// How long one exchange with a server may take, in seconds.
package struct Patience: Sendable {
    package var connect = 20
    /// So long may an answer come more slowly than `slowest`, in bytes a second.
    package var stall = 30
    /// Less than a telephone line gives: who sends so little is stuck, or holds us on purpose.
    package var slowest = 1000
    /// Of all of it; 0 for as long as bytes come.
    package var total = 0

    package init() {}
}

/// How often and after what waits a request is made again when the fault may pass.
package struct RetryPolicy: Sendable {
    /// Failures in a row that are borne; bytes that arrive, and are not too few, begin the count anew.
    package var failures: Int
    /// Seconds before the second try; doubled each time, at most eight times itself.
    package var firstWait: Double
    package var patience = Patience()
    /// Bytes that must have come for a failure not to count with those before it.
    var gain = 1 << 16

    package init(failures: Int = 5, firstWait: Double = 1) { (self.failures, self.firstWait) = (failures, firstWait) }

    /// Answers that may be others a little later: time-outs, too many requests, the server's own faults.
    static func isPassing(_ status: Int) -> Bool { [408, 429, 500, 502, 503, 504].contains(status) }

    /// Waits before try number `count` (from 1) of a repetition; `asked` is the server's own wish in seconds.
    func wait(_ count: Int, asked: Double? = nil, tick: () throws -> Void) throws {
        var rest = min(max(asked ?? 0, firstWait * min(pow(2, Double(count - 1)), 8)), 60)
        while rest > 0 {
            try tick()
            let part = min(rest, 0.2)
            Thread.sleep(forTimeInterval: part)
            rest -= part
        }
    }
}

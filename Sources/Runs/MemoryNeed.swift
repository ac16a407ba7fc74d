import Foundation
import SynFiles

/// How much memory work would take at least, told from its shapes before it begins.
///
/// Numbers are Double, so no product overflows. Only what is certain is counted: what is refused could not have run.
package struct MemoryNeed {
    /// What needs memory, and the setting or option that makes it smaller.
    package struct Share {
        package let what: String
        package let key: String
        package let bytes: Double

        package init(what: String, key: String, bytes: Double) {
            (self.what, self.key, self.bytes) = (what, key, bytes)
        }
    }

    private let shares: [Share]

    package init(_ shares: [Share]) { self.shares = shares }

    package var bytes: Double { shares.map(\.bytes).reduce(0, +) }

    /// Throws when it is more than the machine has.
    package func check(available: Double = MemoryNeed.available) throws {
        guard bytes > available, let largest = shares.max(by: { $0.bytes < $1.bytes }) else { return }
        throw UserError(
            .settings,
            "this would need \(Self.text(bytes)) of memory, of which there are \(Self.text(available)); "
                + "\(Self.text(largest.bytes)) are \(largest.what): lower \(largest.key)")
    }

    /// The machine's memory, or what this process may have of it where that is less.
    package static var available: Double {
        var least = Double(ProcessInfo.processInfo.physicalMemory)
        for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            if let text = try? String(contentsOfFile: file, encoding: .utf8),
                let limit = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                least = min(least, limit)
            }
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            least = min(least, Double(limit.rlim_cur))
        }
        return least
    }

    package static func text(_ bytes: Double) -> String {
        switch bytes {
        case ..<1e12: ByteCount.text(Int(max(bytes, 0)))
        case ..<1e15: String(format: "%.1f TB", bytes / 1e12)
        default: String(format: "%.3g TB", bytes / 1e12)
        }
    }
}

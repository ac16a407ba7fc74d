import Foundation
import SynFiles

/// The hash by which the hub names a file: SHA-256 of large files, git's SHA-1 of small ones.
package enum FileHash: Hashable, Sendable, CustomStringConvertible {
    case sha256(String)
    case git(String)

    /// From an `ETag`: told by its length; nil for anything else.
    package init?(_ tag: String) {
        let digits = tag.replacing("W/", with: "").trimmingCharacters(in: ["\""]).lowercased()
        guard
            digits.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            })
        else { return nil }
        switch digits.utf8.count {
        case 64: self = .sha256(digits)
        case 40: self = .git(digits)
        default: return nil
        }
    }

    /// The hexadecimal digits.
    package var description: String {
        switch self {
        case .sha256(let digits), .git(let digits): digits
        }
    }

    /// Of a file on disk; nil where it cannot be read to its end.
    ///
    /// - Parameter tick: called every few megabytes; may throw to stop.
    static func of(_ file: URL, like hash: FileHash?, size: Int, tick: () throws -> Void) rethrows -> FileHash? {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var running = Running(like: hash, size: size)
        var buffer = [UInt8](repeating: 0, count: 4 << 20)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return running.hash }
            guard count > 0 else { return nil }
            buffer.withUnsafeBytes { running.add(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            try tick()
        }
    }

    /// A hash of the same kind while it grows.
    enum Running {
        case sha256(ContentHash)
        case git(GitHash)

        /// - Parameter size: of the whole file, which git's hash begins with.
        init(like hash: FileHash?, size: Int?) {
            if case .git = hash, let size {
                self = .git(GitHash(size: size))
            } else {
                self = .sha256(ContentHash())
            }
        }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            switch self {
            case .sha256(var digest):
                self = .git(GitHash(size: 0))   // lets go of the copy, so that nothing is copied
                digest.add(bytes)
                self = .sha256(digest)
            case .git(var digest):
                self = .sha256(ContentHash())
                digest.add(bytes)
                self = .git(digest)
            }
        }

        var hash: FileHash {
            switch self {
            case .sha256(let digest): .sha256(digest.hexadecimal)
            case .git(let digest): .git(digest.hexadecimal)
            }
        }
    }
}

import Foundation
import SynFiles

/// The beginning of a file that is being downloaded, and the hash of it so far.
final class PartialFile {
    private let destination: URL
    private let part: URL
    private let descriptor: Int32
    private let size: Int?
    private let expected: FileHash?
    private var running: FileHash.Running
    private(set) var count = 0
    /// Whether an earlier run had left a beginning that is used.
    private(set) var wasResumed = false
    /// The next bytes are the first of an answer.
    var isNewAnswer = true

    init(_ destination: URL, size: Int?, hash: FileHash?) throws {
        (self.destination, self.size, expected) = (destination, size, hash)
        part = URL(filePath: destination.path + ".incomplete")
        running = .init(like: hash, size: size)
        descriptor = open(part.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.unwritable(part, errno) }
        try takeUp()
    }

    deinit { close(descriptor) }

    /// Hashes what is there.
    private func takeUp() throws {
        let there = Int(lseek(descriptor, 0, SEEK_END))
        guard there > 0 else { return }
        guard there <= size ?? .max else { return try restart() }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while count < there {
            let read = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(count)) }
            guard read > 0 else { return try restart() }
            buffer.withUnsafeBytes { running.add(UnsafeRawBufferPointer(rebasing: $0.prefix(read))) }
            count += read
        }
        wasResumed = true
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = pwrite(descriptor, piece.baseAddress, piece.count, off_t(count))
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.unwritable(part, errno)
            }
            running.add(UnsafeRawBufferPointer(rebasing: piece.prefix(written)))
            count += written
            rest = rest.dropFirst(written)
        }
    }

    /// Throws everything away.
    func restart() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw Self.unwritable(part, errno) }
        (count, isNewAnswer) = (0, true)
        running = .init(like: expected, size: size)
    }

    var foundHash: FileHash { running.hash }

    /// Gives the file its name, once it is on the disk.
    func finish() throws {
        guard fsync(descriptor) == 0 else { throw Self.unwritable(part, errno) }
        try AtomicFile.rename(part.path, to: destination.path)
    }

    /// The sentence for a system error number met while writing.
    static func unwritable(_ file: URL, _ code: Int32) -> ModelHub.Failure {
        let reason =
            switch code {
            case ENOSPC, EDQUOT: "the disk is full; make room, then run the same command again: what has come is kept"
            case EACCES, EPERM, EROFS:
                "writing is not allowed there; choose another folder with --cache or HF_HUB_CACHE"
            default: String(cString: strerror(code))
            }
        return .init(.unwritable, "\(file.path) cannot be written: \(reason)")
    }
}

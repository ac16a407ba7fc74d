import Foundation

/// A lock between processes: a file, held with `flock`, as Hugging Face's tools take theirs while a blob is made.
///
/// It ends with the object or with the process, however that ends; the file stays, for removing it would let two
/// processes hold two files of one name. Some network file systems know no locks: there nothing is held.
package final class FileLock {
    private let descriptor: Int32

    /// Of the file in a folder that a process has.
    package static let name = ".lock"

    /// Waits until nobody else holds it. `waiting` is called about five times a second and may throw to give up.
    package init(_ file: URL, waiting: () throws -> Void) throws {
        descriptor = try Self.open(file)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            do {
                try waiting()
            } catch {
                close(descriptor)
                throw error
            }
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    /// Makes a folder this process's own for as long as the object lives, by a file ``name`` in it, and removes what
    /// killed processes left there. Throws at once, with the other's process number, when another process has it.
    package init(folder: URL) throws {
        descriptor = try Self.open(folder.appending(path: Self.name))
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { break }
            var text = [UInt8](repeating: 0, count: 20)
            let size = text.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
            close(descriptor)
            let holder = Int(
                String(decoding: text.prefix(max(0, size)), as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines))
            throw FileFailure(
                .inUse,
                "another process\(holder.map { " (\($0))" } ?? "") works in \(folder.path) at the moment; wait until "
                    + "it ends, or "
                    + "choose another folder")
        }
        let number = Array("\(getpid())\n".utf8)
        _ =
            ftruncate(descriptor, 0) == 0
            && number.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } > 0
        AtomicFile.removeLeftovers(in: folder)
    }

    private static func open(_ file: URL) throws -> Int32 {
        let descriptor = Foundation.open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o664)
        guard descriptor >= 0 else { throw FileFailure(writing: file.path, errno) }
        return descriptor
    }

    deinit { close(descriptor) }
}

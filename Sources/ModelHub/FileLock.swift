import Foundation

/// A lock between processes, as Hugging Face's tools take it: an empty file, held with `flock` while a blob is made.
final class FileLock {
    private let descriptor: Int32

    /// Waits until nobody else holds it. `waiting` is called about five times a second and may throw to give up.
    init(_ file: URL, waiting: () throws -> Void) throws {
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
        guard descriptor >= 0 else { throw PartialFile.unwritable(file, errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // Some network file systems know no locks; the hash check at the end guards the blob there.
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            try waiting()
            Thread.sleep(forTimeInterval: 0.2)
        }
    }

    deinit { close(descriptor) }
}

import Foundation

/// A file being written under a temporary name in its folder; `finish` gives it its own name in one step.
///
/// Whoever reads the name sees the old content or the whole new one. When the object goes away unfinished, the
/// temporary file is removed; a killed process leaves it as
/// `.NAME.synesthesia-RANDOM.partial`, see `AtomicFile.removeLeftovers`.
/// The file keeps the permissions and the owner of the one that it replaces. What is no regular file is written into
/// as the bytes come, see ``OutputPath``.
package final class OutputFile {
    /// What messages call the file: as it was named, whatever links lead to.
    private let name: String
    private let destination: String?
    private let temporary: String?
    private let isFlushed: Bool
    private var descriptor: Int32

    /// - Parameter isFlushed: whether to wait until the disk has it, so that a crash of the machine cannot lose it
    ///   either.
    package init(_ url: URL, isFlushed: Bool = true) throws {
        name = url.path
        self.isFlushed = isFlushed
        switch try OutputPath(url.path) {
        case .replaced(let path):
            let opened = try Self.open(beside: path, named: name)
            (destination, temporary, descriptor) = (path, opened.path, opened.descriptor)
        case .written(let path):
            (destination, temporary) = (nil, nil)
            descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        case .opened(let number):
            (destination, temporary) = (nil, nil)
            descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
        }
        guard descriptor >= 0 else { throw FileFailure(writing: name, errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporary { unlink(temporary) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        let code = Descriptor.write(bytes, to: descriptor)
        guard code == 0 else { throw FileFailure(writing: name, code) }
    }

    package func finish() throws {
        guard let temporary, let destination else {
            let closing = close(descriptor)
            descriptor = -1
            guard closing == 0 else { throw FileFailure(writing: name, errno) }
            return
        }
        // Some file systems know no flushing and say so.
        guard !isFlushed || fsync(descriptor) == 0 || errno == EINVAL else { throw FileFailure(writing: name, errno) }
        try AtomicFile.rename(temporary, to: destination, named: name, isFlushed: isFlushed)
        let closing = close(descriptor)   // after the renaming: the lock says that the temporary name is in use
        descriptor = -1
        guard closing == 0 else { throw FileFailure(writing: name, errno) }
    }

    /// A new, locked file of a name that nobody else has.
    private static func open(beside path: String, named name: String) throws -> (path: String, descriptor: Int32) {
        var old = stat()
        let isReplacing = stat(path, &old) == 0
        while true {
            let temporary = AtomicFile.temporaryName(for: path)
            let descriptor = Foundation.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else {
                if errno == EEXIST { continue }
                throw FileFailure(writing: name, errno)
            }
            // Who sweeps leftovers takes the lock of each; in the moment before it is ours, the file may be swept.
            var facts = stat()
            flock(descriptor, LOCK_EX | LOCK_NB)
            guard fstat(descriptor, &facts) == 0, facts.st_nlink > 0 else {
                close(descriptor)
                continue
            }
            if isReplacing {
                if facts.st_uid != old.st_uid || facts.st_gid != old.st_gid {
                    _ = fchown(descriptor, old.st_uid, old.st_gid)
                }
                fchmod(descriptor, old.st_mode & 0o777)
            }
            return (temporary, descriptor)
        }
    }
}

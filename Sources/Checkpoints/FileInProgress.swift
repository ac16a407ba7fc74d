import Foundation

/// A file being written under a temporary name in its folder; `finish` gives it its own name in one step.
///
/// Whoever reads the name sees the old content or the whole new one, also after a crash of the machine. When the
/// object goes away unfinished, the temporary file is removed.
final class FileInProgress {
    private let url: URL
    private let temporary: String
    private var descriptor: Int32

    init(_ url: URL) throws {
        self.url = url
        let folder = url.deletingLastPathComponent()
        temporary = folder.appending(path: ".\(url.lastPathComponent).\(getpid()).partial").path
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CheckpointError(
                "\(url.path) can not be written: \(reason()). Is \(folder.path) a folder that you may write to?",
                .unwritable)
        }
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporary)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = UnsafeRawBufferPointer(rebasing: rest)
            let written = Foundation.write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 30))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw failure() }
            rest = rest.dropFirst(written)
        }
    }

    func finish() throws {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure() }
        let closing = close(descriptor)
        descriptor = -1
        guard closing == 0, rename(temporary, url.path) == 0 else {
            let error = failure()
            unlink(temporary)
            throw error
        }
    }

    private func failure() -> CheckpointError {
        let advice = errno == ENOSPC ? " Free some space and start again." : ""
        return CheckpointError("\(url.path) can not be written: \(reason()).\(advice)", .unwritable)
    }

    private func reason() -> String { String(cString: strerror(errno)) }
}

import Foundation

/// Files that are either whole or not there: written under a temporary name in the same folder, flushed to
/// the disk, then renamed. A crash leaves the old file, or none, and at worst a `.NAME.PID-N.tmp` beside it.
public enum AtomicFile {
    /// Writes `data` to `destination`, replacing what was there.
    public static func write(_ data: some ContiguousBytes, to destination: URL) throws {
        try write(to: destination) { temporary in
            let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw complaint(errno, writing: destination) }
            defer { close(descriptor) }
            try data.withUnsafeBytes { try writeAll($0, to: descriptor, of: destination) }
        }
    }

    public static func write(_ text: String, to destination: URL) throws {
        try write(Array(text.utf8), to: destination)
    }

    /// A record as JSON for people to read: keys sorted, indented.
    public static func write(json record: some Encodable, to destination: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(try encoder.encode(record), to: destination)
    }

    /// Lets `body` write a file of its own kind (PNG, safetensors) under the temporary name it is given.
    public static func write(to destination: URL, _ body: (_ temporary: URL) throws -> Void) throws {
        let name = ".\(destination.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        let folder = destination.deletingLastPathComponent()
        let temporary = folder.appending(path: name)
        do {
            try body(temporary)
            try flush(temporary, for: destination)
            guard rename(temporary.path, destination.path) == 0 else { throw complaint(errno, writing: destination) }
        } catch {
            unlink(temporary.path)
            throw error
        }
        try? flush(folder, for: destination)   // the name itself; some file systems refuse, and then need not
    }

    /// Says before long work, rather than after it, that a file cannot be written at its end.
    public static func check(_ destination: URL) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: destination.path, isDirectory: &isFolder), isFolder.boolValue {
            throw complaint(EISDIR, writing: destination)
        }
        let trial = destination.deletingLastPathComponent()
            .appending(path: ".\(destination.lastPathComponent).\(getpid()).trial")
        let descriptor = open(trial.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw complaint(errno, writing: destination) }
        close(descriptor)
        unlink(trial.path)
    }

    /// Makes a folder with all its parents, or says why it cannot be.
    public static func makeFolder(_ folder: URL) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) {
            if isFolder.boolValue { return }
            throw complaint(ENOTDIR, writing: folder)
        }
        let parent = folder.deletingLastPathComponent()
        if parent.path != folder.path { try makeFolder(parent) }
        guard mkdir(folder.path, 0o755) == 0 || errno == EEXIST else { throw complaint(errno, writing: folder) }
    }

    /// Writes all bytes to an open descriptor, however many calls that takes.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, of destination: URL) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = Foundation.write(descriptor, piece.baseAddress, piece.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw complaint(errno, writing: destination)
            }
            rest = rest.dropFirst(written)
        }
    }

    private static func flush(_ url: URL, for destination: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw complaint(errno, writing: destination) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw complaint(errno, writing: destination) }
    }

    /// The sentence for a system error number met while writing.
    package static func complaint(_ code: Int32, writing destination: URL) -> Complaint {
        let folder = destination.deletingLastPathComponent().path
        let reason =
            switch code {
            case ENOSPC, EDQUOT: "the disk is full; make room, then run the same command again"
            case EACCES, EPERM: "permission is denied; choose another output folder or change its owner"
            case EROFS: "the file system is read-only; choose another output folder"
            case ENOENT where !FileManager.default.fileExists(atPath: folder): "the folder \(folder) does not exist"
            case ENOTDIR, EEXIST: "a file stands where a folder should be; choose another output folder"
            case EISDIR: "a folder of that name is in the way"
            case ENAMETOOLONG: "the name is too long for the file system"
            case EFBIG: "the file would be larger than the file system or a limit of the shell allows"
            default: String(cString: strerror(code))
            }
        return Complaint(.failed, "\(destination.path) cannot be written: \(reason)")
    }
}

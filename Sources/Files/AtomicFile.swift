import Foundation

/// Files that are either whole or not there, and the folders they stand in; see ``OutputFile`` for how.
package enum AtomicFile {
    /// Writes `data` to `destination`, replacing what was there; into it, when that is a device or a pipe.
    ///
    /// - Parameter isFlushed: whether to wait until the disk has it. Without, a crash of the machine (not of the
    ///   program) may lose a file that was written in its last seconds.
    /// - Parameter sweeps: whether what killed processes left of the same file is removed first: for folders that
    ///   nobody takes as a whole, see ``FileLock``, and files that nobody checks before.
    package static func write(
        _ data: some ContiguousBytes, to destination: URL, isFlushed: Bool = true, sweeps: Bool = false
    ) throws {
        if sweeps { removeLeftovers(in: destination.deletingLastPathComponent(), of: destination.lastPathComponent) }
        let file = try OutputFile(destination, isFlushed: isFlushed)
        try data.withUnsafeBytes { try file.write($0) }
        try file.finish()
    }

    package static func write(_ text: String, to destination: URL, sweeps: Bool = false) throws {
        try write(Array(text.utf8), to: destination, sweeps: sweeps)
    }

    /// A record as JSON for people to read: keys sorted, indented.
    package static func write(json record: some Encodable, to destination: URL) throws {
        try write(try JSONText.data(record), to: destination)
    }

    /// Whether a file of that name is replaced, or made; false for a device or a pipe, which is written into.
    package static func replaces(_ destination: URL) throws -> Bool {
        if case .replaced = try OutputPath(destination.path) { true } else { false }
    }

    /// Says before long work, rather than after it, that a file cannot be written at its end, and removes what killed
    /// processes left of the same file.
    package static func check(_ destination: URL) throws {
        switch try OutputPath(destination.path) {
        case .opened: break
        case .written(let path):   // not opened: a pipe's reader would take the closing for the end
            guard access(path, W_OK) == 0 else { throw FileFailure(writing: destination.path, errno) }
        case .replaced(let path):
            let url = URL(filePath: path)
            removeLeftovers(in: url.deletingLastPathComponent(), of: url.lastPathComponent)
            let trial = temporaryName(for: path)
            let descriptor = open(trial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw FileFailure(writing: destination.path, errno) }
            close(descriptor)
            unlink(trial)
        }
    }

    /// Makes a folder with all its parents, or says why it cannot be.
    package static func makeFolder(_ folder: URL) throws {
        // Looked at once: what another rank makes between two looks would be neither missing nor a folder.
        if let isThere = isFolder(folder.path) {
            guard isThere else { throw FileFailure(writing: folder.path, ENOTDIR) }
            return
        }
        let parent = folder.deletingLastPathComponent()
        if parent.path != folder.path { try makeFolder(parent) }
        guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else { throw FileFailure(writing: folder.path, errno) }
        guard isFolder(folder.path) == true else {
            throw FileFailure(
                .unwritable, "\(folder.path) cannot be written: it is a link to a folder that does not exist")
        }
    }

    /// Nil where nothing is there, or a link that leads nowhere.
    private static func isFolder(_ path: String) -> Bool? {
        var facts = stat()
        return stat(path, &facts) == 0 ? facts.st_mode & S_IFMT == S_IFDIR : nil
    }

    /// Gives a finished file its name in one step. Only a regular file or a link makes room for it.
    package static func rename(
        _ finished: String, to path: String, named name: String? = nil, isFlushed: Bool = true
    ) throws {
        let name = name ?? path
        var facts = stat()
        if lstat(path, &facts) == 0 {
            switch facts.st_mode & S_IFMT {
            case S_IFREG, S_IFLNK: break
            case S_IFDIR: throw FileFailure(writing: name, EISDIR)
            default:
                throw FileFailure(
                    .unwritable, "\(name) cannot be written: a device or a pipe of that name is in the way")
            }
        }
        guard Foundation.rename(finished, path) == 0 else { throw FileFailure(writing: name, errno) }
        guard isFlushed else { return }
        let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard folder >= 0 else { return }
        fsync(folder)   // the name itself; some file systems refuse, and then need not
        close(folder)
    }
}

// MARK: - Temporary names

extension AtomicFile {
    /// `.NAME.synesthesia-RANDOM.partial` beside a file; NAME is shortened where the whole would be longer than names
    /// may be, RANDOM are thirteen digits and letters.
    static func temporaryName(for path: String) -> String {
        let url = URL(filePath: path)
        let number = String(UInt64.random(in: 0 ... .max), radix: 36)
        let random = String(repeating: "0", count: randomLength - number.count) + number
        return url.deletingLastPathComponent().path + "/" + temporaryStem(url.lastPathComponent) + mark + random
            + ending
    }

    private static let (mark, ending) = ("synesthesia-", ".partial")
    /// As many digits of base 36 as the largest UInt64 has.
    private static let randomLength = 13

    /// Whether a name is one that `temporaryName` gives, of a file that `stem` begins.
    private static func isTemporary(_ name: String, _ stem: String) -> Bool {
        guard name.hasPrefix(stem), name.hasSuffix(ending), let mark = name.range(of: "." + mark, options: .backwards),
            name.distance(from: name.startIndex, to: mark.lowerBound) >= stem.count - 1
        else { return false }
        let random = name[mark.upperBound...].dropLast(ending.count)
        return random.utf8.count == randomLength
            && random.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }

    private static func temporaryStem(_ name: String) -> String {
        var short = name
        while short.utf8.count > 200 { short.removeLast() }
        return ".\(short)."
    }

    /// Removes what killed processes of this tool left in a folder: files of names that `OutputFile` gives and that
    /// nobody holds a lock of, as it does while it writes. Other programs' files of whatever name stay.
    ///
    /// - Parameter name: only leftovers of this file.
    package static func removeLeftovers(in folder: URL, of name: String? = nil) {
        let stem = name.map(temporaryStem) ?? "."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where isTemporary(name, stem) {
            let path = folder.path + "/" + name
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            var facts = stat()
            if fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0
            {
                unlink(path)
            }
            close(descriptor)
        }
    }
}

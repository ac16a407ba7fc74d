import Foundation
import SynFiles

/// The checksums of a folder's results, kept beside them in `.checksums`: whoever reads a result back learns whether it
/// is still what was written.
///
/// A file is written first and noted then, so one that a killed process had just written may be unlisted: it is made
/// again. Only one process at a time may write with it; see `FileLock`.
package final class Checksums {
    package enum Finding {
        case intact, changed, missing
        /// It is there, but nobody noted it.
        case unlisted
    }

    package static let fileName = ".checksums"

    package let folder: URL
    private let file: URL
    private var table = ChecksumTable()
    package private(set) var isNew = true
    /// That lines of the list were not as they were written when it was opened; nil where all were.
    package private(set) var remark: String?
    private let isReadOnly: Bool
    private let side: String?

    /// - Parameters:
    ///   - isReadOnly: for who does not have the folder's lock; nothing is written then.
    ///   - side: the name of a list of one's own, for who fills the folder together with others.
    package init(_ folder: URL, isReadOnly: Bool = false, side: String? = nil) throws {
        (self.folder, self.isReadOnly, self.side) = (folder, isReadOnly, side)
        let main = folder.appending(path: Self.fileName)
        file = side.map { folder.appending(path: "\(Self.sidesName)/\($0)") } ?? main
        try open()
    }

    /// Takes up what others have noted since the folder was opened, and puts their lists into the one where this is the
    /// only process that works there now.
    package func refresh(alone: Bool = false) throws {
        if alone { return try open() }
        var found = ChecksumTable.read(try WholeFile.readIfThere(folder.appending(path: Self.fileName)) ?? []).table
        for url in Self.sides(of: folder) {
            found = ChecksumTable.read(try WholeFile.readIfThere(url) ?? []).table.joined(with: found)
        }
        table = found.joined(with: table)
    }

    private func open() throws {
        table = ChecksumTable()
        let main = folder.appending(path: Self.fileName)
        if side != nil { try AtomicFile.makeFolder(folder.appending(path: Self.sidesName)) }
        try read(main, mends: !isReadOnly && side == nil)
        let sides = Self.sides(of: folder)
        for url in sides {
            // A line that was cut is no line: its file counts as unlisted.
            table = ChecksumTable.read(try WholeFile.readIfThere(url) ?? []).table.joined(with: table)
            isNew = false
        }
        if side != nil {
            // A killed rank's last line may have no end: what comes next must not run into it.
            if FileManager.default.fileExists(atPath: file.path) { try AtomicFile.write(table.text, to: file) }
        } else if !isReadOnly {
            if !sides.isEmpty { try AtomicFile.write(table.text, to: file) }
            for url in sides { unlink(url.path) }
            rmdir(folder.appending(path: Self.sidesName).path)
        }
    }

    private static let sidesName = ".checksums.d"

    private static func sides(of folder: URL) -> [URL] {
        let folder = folder.appending(path: sidesName)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
    }

    /// Takes up the folder's own list. `mends`: whether one that is not whole is written anew.
    private func read(_ file: URL, mends: Bool) throws {
        guard let bytes = try WholeFile.readIfThere(file) else { return }
        isNew = false
        let read = ChecksumTable.read(bytes)
        table = read.table
        switch read.state {
        case .whole: return
        case .cut:   // it must not run into the next one
            remark = "\(file.relativePath) ends within a line; what that line vouched for counts as unknown"
        case .damaged:
            remark =
                "\(file.relativePath) has been changed since it was written; what its lost lines vouched for counts "
                + "as unknown"
            // A lost line may have been the newer one of a file: what an older line says of it proves nothing.
            let old = Set(table.entries.keys.filter { finding($0) == .changed })
            table.remove { old.contains($0) }
        }
        if mends { try AtomicFile.write(table.text, to: file) }
    }

    /// What was noted of a file.
    package func hash(of name: String) -> String? { table[name]?.hash }

    /// Of all files that were noted.
    package var fileNames: [String] { table.entries.filter { $0.value.stamp.inode != 0 }.keys.sorted() }

    /// Takes note of a file as it is now.
    package func note(_ name: String) throws {
        let url = folder.appending(path: name)
        guard let stamp = FileStamp(url) else {
            throw UserError(.failed, "\(url.path) vanished while it was being written")
        }
        try note(name, ContentHash(file: url).hexadecimal, stamp)
    }

    /// Takes note of something that is no file.
    package func note(_ name: String, hash: String) throws {
        try note(name, hash, FileStamp(size: 0, inode: 0, changed: 0))
    }

    private func note(_ name: String, _ hash: String, _ stamp: FileStamp) throws {
        let entry = ChecksumTable.Entry(hash: hash, stamp: stamp)
        table[name] = entry
        let descriptor = Foundation.open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw UserError(FileFailure(writing: file.path, errno)) }
        defer { close(descriptor) }
        let line = Array(ChecksumTable.line(name, entry).utf8)
        let code = line.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
        guard code == 0 else { throw UserError(FileFailure(writing: file.path, code)) }
    }

    /// Compares a file with what was noted. Its bytes are read only where its stamp has changed, or where `thoroughly`
    /// asks for it.
    package func finding(_ name: String, thoroughly: Bool = false) -> Finding {
        let url = folder.appending(path: name)
        guard let stamp = FileStamp(url) else { return .missing }
        guard let entry = table[name] else { return .unlisted }
        if entry.stamp == stamp, !thoroughly { return .intact }
        guard entry.stamp.size == stamp.size, let hash = try? ContentHash(file: url).hexadecimal, hash == entry.hash
        else { return .changed }
        if entry.stamp != stamp, !isReadOnly { try? note(name, hash, stamp) }   // copied here, for example
        return .intact
    }

    package func isIntact(_ name: String) -> Bool { finding(name) == .intact }

    /// What to tell of a file that is not as it was noted; nil where there is nothing to tell.
    package func word(_ name: String, _ finding: Finding) -> String? {
        let path = folder.appending(path: name).relativePath
        return switch finding {
        case .intact: nil
        case .unlisted: "\(path) is not in the list of checksums"
        case .changed: "\(path) has been changed since it was written"
        case .missing: table[name] == nil ? nil : "\(path) is gone"
        }
    }

    /// Files that are about to be made again count as unlisted from now on.
    package func forget(where condition: (String) -> Bool) throws {
        guard table.entries.keys.contains(where: condition) else { return }
        table.remove(where: condition)
        try AtomicFile.write(table.text, to: file)
    }
}

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

    /// - Parameter isReadOnly: for who does not have the folder's lock; nothing is written then.
    package init(_ folder: URL, isReadOnly: Bool = false) throws {
        (self.folder, self.isReadOnly) = (folder, isReadOnly)
        file = folder.appending(path: Self.fileName)
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
        if !isReadOnly { try AtomicFile.write(table.text, to: file) }
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
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
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

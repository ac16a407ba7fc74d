import Foundation

/// What tells without reading that a file is still the same: its size, its number on the disk, and the time of its last
/// change as the system keeps it. Every writing moves that time, and no program can set it.
package struct FileStamp: Equatable, Sendable {
    package let size: Int64
    package let inode: UInt64
    /// Nanoseconds since 1970.
    package let changed: Int64

    package init(size: Int64, inode: UInt64, changed: Int64) {
        (self.size, self.inode, self.changed) = (size, inode, changed)
    }

    /// Nil where there is no regular file; links are followed.
    package init?(_ url: URL) {
        var facts = stat()
        guard stat(url.path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        size = Int64(facts.st_size)
        inode = UInt64(facts.st_ino)
        changed = Int64(facts.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_ctim.tv_nsec)
    }
}

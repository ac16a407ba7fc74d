import Foundation

/// A whole file as read-only memory, loaded by the system page by page as it is touched.
///
/// Tensors read from the file point into this memory and keep it alive. A file must not be shortened while it
/// is mapped; replacing it by renaming another over it is safe, the mapping keeps the old content.
final class MappedFile: Sendable {
    let url: URL
    let byteCount: Int
    private let address: UInt   // of the first byte; zero for an empty file

    init(_ url: URL) throws {
        self.url = url
        // A named pipe without a writer would hold the opening up for ever.
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw CheckpointError("\(url.path) cannot be opened: \(String(cString: strerror(errno))).", .missing)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CheckpointError("\(url.path) is not a regular file.")
        }
        byteCount = Int(status.st_size)
        guard byteCount > 0 else {
            address = 0
            return
        }
        guard let start = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw CheckpointError("\(url.path) cannot be mapped into memory: \(String(cString: strerror(errno))).")
        }
        address = UInt(bitPattern: start)
    }

    deinit {
        if byteCount > 0 { munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount) }
    }

    /// Tells the system that some bytes will not be read again soon: their pages leave the process.
    func letGo(_ range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (start, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
        if end > start {
            madvise(UnsafeMutableRawPointer(bitPattern: address + UInt(start)), end - start, MADV_DONTNEED)
        }
    }

    /// All bytes; valid while this object lives.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: byteCount)
    }
}

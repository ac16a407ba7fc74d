import Foundation

/// Reading a whole file that should be a regular one: a pipe or a device of that name is refused, not waited for.
package enum WholeFile {
    /// - Parameter limit: more bytes than any honest file of its kind has.
    package static func read(_ url: URL, limit: Int = 1 << 31) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try pieces(of: url) { piece in
            guard piece.count <= limit - bytes.count else {
                throw FileFailure(
                    .damaged,
                    "\(url.path) is larger than \(ByteCount.text(limit)), which no file of its kind is; is it the "
                        + "right file?"
                )
            }
            bytes += piece
        }
        return bytes
    }

    /// Nil when there is no file.
    package static func readIfThere(_ url: URL, limit: Int = 1 << 31) throws -> [UInt8]? {
        var facts = stat()
        if stat(url.path, &facts) != 0, errno == ENOENT || errno == ENOTDIR { return nil }
        return try read(url, limit: limit)
    }

    /// All bytes in order, in pieces of at most 4 MiB.
    package static func pieces(of url: URL, _ body: ([UInt8]) throws -> Void) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFailure(reading: url.path, errno) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw FileFailure(reading: url.path, errno) }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw FileFailure(reading: url.path, EISDIR)
        default: throw FileFailure(.damaged, "\(url.path) is a pipe or a device, where a file should be")
        }
        var piece: [UInt8] = []
        while true {
            let code = Descriptor.read(
                &piece, upTo: min(1 << 22, max(1 << 12, Int(facts.st_size) + 1)), from: descriptor)
            guard code == 0 else { throw FileFailure(reading: url.path, code) }
            if piece.isEmpty { return }
            try body(piece)
        }
    }
}

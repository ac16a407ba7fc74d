import Foundation

/// Reading and writing an open file until all is done.
package enum Descriptor {
    /// Writes all bytes, however many calls that takes; returns the system's error number, 0 for none.
    ///
    /// A descriptor that another program has set not to block is waited for.
    package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = Foundation.write(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            } else if written == 0 || errno != EINTR {
                return written == 0 ? EIO : errno
            }
        }
        return 0
    }

    /// The next bytes, at most `count`; none at the end. Returns the system's error number, 0 for none.
    package static func read(_ buffer: inout [UInt8], upTo count: Int, from descriptor: Int32) -> Int32 {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(contentsOf: repeatElement(0, count: count))
        while true {
            let size = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if size >= 0 {
                buffer.removeSubrange(size...)
                return 0
            }
            if errno != EINTR { return errno }
        }
    }
}

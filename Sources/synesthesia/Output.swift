import Experiments
import Files
import Foundation

/// Standard output with its errors looked at: a full disk behind `> file` must not look like success.
enum Output {
    /// The reader of a pipe has gone.
    struct Closed: Error {}

    static func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// One record as JSON: keys sorted, with line breaks unless it is one of many lines.
    static func write(json record: some Encodable, asLine: Bool = false) throws {
        try write(Array(JSONText.data(record, asLine ? .line : .indented)) + [UInt8(ascii: "\n")])
    }

    static func write(_ bytes: Data) throws { try write(Array(bytes)) }

    private static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { throw Closed() }
                throw Complaint(.failed, "standard output cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
    }
}

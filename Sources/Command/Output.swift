import Foundation
import SynFiles
import SynRuns

/// Standard output with its errors looked at: a full disk behind `> file` must not look like success.
enum Output {
    /// The reader of a pipe has gone.
    struct Closed: Error {}

    /// Text for people: what comes from files can neither steer the terminal nor hide.
    static func write(_ text: String) throws { try write(exactly: printableLines(text)) }

    /// A path or another text of our own, for programs too.
    static func write(exactly text: String) throws { try write(bytes: Array(text.utf8)) }

    /// One record as JSON: keys sorted, with line breaks unless it is one of many lines.
    static func write(json record: some Encodable, asLine: Bool = false) throws {
        try write(JSONText.data(record, asLine ? .line : .indented) + [UInt8(ascii: "\n")])
    }

    /// JSON that is made already.
    static func write(_ json: Data) throws { try write(bytes: Array(terminalSafe(json: json))) }

    private static func write(bytes: [UInt8]) throws {
        switch bytes.withUnsafeBytes({ Descriptor.write($0, to: STDOUT_FILENO) }) {
        case 0: break
        case EPIPE: throw Closed()
        case let code: throw UserError(.failed, "standard output cannot be written: \(String(cString: strerror(code)))")
        }
    }
}

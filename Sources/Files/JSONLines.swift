import Foundation

/// A log of records, one JSON object a line, that survives being killed while a line is written.
///
/// Only the last line can be cut; reading ignores it and appending removes it first. A broken line anywhere
/// else is an error, for then something else went wrong.
package enum JSONLines {
    /// Every whole record of the file, in order; no records when there is no file yet.
    package static func read<Record: Decodable>(_: Record.Type = Record.self, from url: URL) throws -> [Record] {
        guard let bytes = try WholeFile.readIfThere(url).map({ Data($0) }) else { return [] }
        let decoder = JSONDecoder()
        var records: [Record] = []
        for (index, line) in bytes[..<wholeLength(of: bytes)].split(separator: newline).enumerated() {
            do {
                records.append(try decoder.decode(Record.self, from: Data(line)))
            } catch {
                throw FileFailure(
                    .damaged, "\(url.path), record \(index + 1): not the expected JSON object; remove or mend that line"
                )
            }
        }
        return records
    }

    /// A whole log at once, replacing what was there.
    package static func write(_ records: [some Encodable], to url: URL) throws {
        try AtomicFile.write(try records.reduce(into: Data()) { $0.append(try line($1)) }, to: url)
    }

    /// One record as its line, with the line's end.
    package static func line(_ record: some Encodable) throws -> Data {
        try JSONText.data(record, .line) + [newline]
    }

    /// An open log at whose end records are written, each in one system call.
    package struct Appender: ~Copyable {
        private let url: URL
        private let descriptor: Int32

        /// Opens or creates the log and removes a last line that was cut while being written.
        package init(_ url: URL) throws {
            self.url = url
            // Without blocking, so that a pipe of that name is met with an error.
            descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
            guard descriptor >= 0 else { throw FileFailure(writing: url.path, errno) }
            let bytes = Data(try WholeFile.read(url))
            let whole = wholeLength(of: bytes)
            if whole < bytes.count, ftruncate(descriptor, off_t(whole)) != 0 {
                throw FileFailure(writing: url.path, errno)
            }
            if whole > 0, bytes[whole - 1] != newline { try write(Data([newline])) }
        }

        deinit { close(descriptor) }

        package func append(_ record: some Encodable) throws {
            try write(JSONLines.line(record))
        }

        private func write(_ line: Data) throws {
            let code = line.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
            guard code == 0 else { throw FileFailure(writing: url.path, code) }
        }

        /// Waits until everything appended is on the disk.
        package func flush() throws {
            guard fsync(descriptor) == 0 else { throw FileFailure(writing: url.path, errno) }
        }
    }

    private static let newline = UInt8(ascii: "\n")

    /// How many leading bytes are whole lines. A last line without its line end counts when it is whole JSON:
    /// an object that was cut lacks its closing brace.
    private static func wholeLength(of bytes: Data) -> Int {
        guard let last = bytes.last, last != newline else { return bytes.count }
        let start = bytes.lastIndex(of: newline).map { $0 + 1 } ?? 0
        let isWhole = (try? JSONSerialization.jsonObject(with: Data(bytes[start...]))) != nil
        return isWhole ? bytes.count : start
    }
}

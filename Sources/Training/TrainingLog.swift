import Foundation
import SynFiles

/// `training.jsonl` beside a saved state that vouches for it: what stands before the state's mark is as it was written,
/// what stands behind it is written again.
package final class TrainingLog {
    /// How long the log was, and the hash of all of it.
    package struct Mark: Codable, Equatable {
        package let bytes: Int
        package let sha256: String
    }

    package static let name = "training.jsonl"

    private let url: URL
    private let descriptor: Int32
    private var hash = ContentHash()
    private var length = 0

    /// Opens the log and cuts it back to `mark`; to nothing where there is none. Nil where the file does not begin with
    /// what the mark vouches for.
    package init?(_ url: URL, upTo mark: Mark?) throws {
        self.url = url
        if let mark {
            guard mark.bytes >= 0, let bytes = try WholeFile.readIfThere(url), bytes.count >= mark.bytes else {
                return nil
            }
            hash.add(Array(bytes[..<mark.bytes]))
            guard hash.hexadecimal == mark.sha256 else { return nil }
            length = mark.bytes
        }
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0, ftruncate(descriptor, off_t(length)) == 0 else {
            throw FileFailure(writing: url.path, errno)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func append(_ record: some Encodable) throws {
        let line = try JSONLines.line(record)
        let code = line.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
        guard code == 0 else { throw FileFailure(writing: url.path, code) }
        hash.add(line)
        length += line.count
    }

    /// Waits until the disk has it and returns its mark.
    package func flush() throws -> Mark {
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw FileFailure(writing: url.path, errno) }
        return Mark(bytes: length, sha256: hash.hexadecimal)
    }
}

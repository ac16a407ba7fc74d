import Foundation
import ModelHub

/// SHA-256 of bytes that arrive in pieces; names cached features by what they were made from.
///
/// It guards against mistakes, such as an exchanged weight file, not against attackers.
public struct ContentHash: Sendable {
    private var digest = ContentDigest()

    public init() {}

    /// The hash of a whole file, read in pieces of 4 MiB.
    public init(file: URL) throws {
        self.init()
        guard let handle = try? FileHandle(forReadingFrom: file) else {
            throw Complaint(.missing, "\(file.path) cannot be read; check that it exists and may be read")
        }
        defer { try? handle.close() }
        do {
            while let piece = try handle.read(upToCount: 1 << 22), !piece.isEmpty { add(piece) }
        } catch {
            throw Complaint(.failed, "\(file.path) could not be read to its end: \(error.localizedDescription)")
        }
    }

    /// Appends raw bytes; how they are cut into pieces does not matter.
    public mutating func add(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { digest.add($0) }
    }

    /// Appends one part of a key, preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
    public mutating func add(part: String) {
        let bytes = Array(part.utf8)
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { digest.add($0) }
        bytes.withUnsafeBytes { digest.add($0) }
    }

    /// The 64 hexadecimal digits of everything added so far; more may be added afterwards.
    public var hexadecimal: String { digest.hexadecimal }
}

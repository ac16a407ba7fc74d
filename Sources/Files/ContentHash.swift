import Foundation

/// SHA-256 of bytes that arrive in pieces; names cached features by what they were made from.
///
/// It guards against mistakes, such as an exchanged weight file, not against attackers.
package struct ContentHash: Sendable {
    private var digest = Digest<SHA256>()

    package init() {}

    /// The hash of a whole file, read in pieces of 4 MiB.
    package init(file: URL) throws {
        self.init()
        try WholeFile.pieces(of: file) { add($0) }
    }

    /// Appends raw bytes; how they are cut into pieces does not matter.
    package mutating func add(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { digest.add($0) }
    }

    /// Appends one part of a key, preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
    package mutating func add(part: String) {
        let bytes = Array(part.utf8)
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { digest.add($0) }
        bytes.withUnsafeBytes { digest.add($0) }
    }

    /// The 64 hexadecimal digits of everything added so far; more may be added afterwards.
    package var hexadecimal: String { digest.hexadecimal }
}

/// The name that git gives a file's content: SHA-1 of its size and its bytes.
package struct GitHash: Sendable {
    private var digest = Digest<SHA1>()

    /// - Parameter size: of the whole file, which the hash begins with.
    package init(size: Int) { digest.add("blob \(size)\0") }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) { digest.add(bytes) }

    package var hexadecimal: String { digest.hexadecimal }
}

/// A zip archive without compression (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). Times are fixed, so
/// that equal files give equal bytes.
///
/// It makes what stands around the files: a header before each of them and the directory behind all. Whoever writes
/// them keeps the whole below 4 GB and the names in ASCII.
package struct StoredZip {
    private var directory: [UInt8] = []
    private var count: UInt16 = 0
    private var offset = 0

    package init() {}

    /// What stands before a file's bytes; they follow, `size` of them with this checksum.
    package mutating func header(of name: String, size: Int, checksum: UInt32) -> [UInt8] {
        let name = Array(name.utf8)
        let length = UInt32(truncatingIfNeeded: size)
        // Version 2.0, no flags, stored, 1 January 1980; checksum and sizes; length of the name, no extras.
        let facts =
            Self.little(20, 0, 0, 0, 0x21 as UInt16) + Self.little(checksum, length, length)
            + Self.little(UInt16(truncatingIfNeeded: name.count), 0)
        let header = Self.little(0x0403_4b50 as UInt32) + facts + name
        directory +=
            Self.little(0x0201_4b50 as UInt32) + Self.little(20 as UInt16) + facts
            + [UInt8](repeating: 0, count: 10) + Self.little(UInt32(truncatingIfNeeded: offset)) + name
        offset += header.count + size
        count += 1
        return header
    }

    /// What stands behind the last file.
    package var end: [UInt8] {
        directory + Self.little(0x0605_4b50 as UInt32) + Self.little(0, 0, count, count)
            + Self.little(UInt32(truncatingIfNeeded: directory.count), UInt32(truncatingIfNeeded: offset))
            + Self.little(0 as UInt16)
    }

    /// A whole archive of small files.
    package static func bytes(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var archive = StoredZip()
        let content = files.flatMap {
            archive.header(of: $0.name, size: $0.bytes.count, checksum: CRC32.of($0.bytes)) + $0.bytes
        }
        return content + archive.end
    }

    private static func little<Number: FixedWidthInteger>(_ numbers: Number...) -> [UInt8] {
        numbers.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
    }
}

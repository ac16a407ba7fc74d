/// A zip archive of small files without compression (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). Times
/// are fixed, so that equal files give equal bytes.
package enum StoredZip {
    /// - Parameter files: names in ASCII, each file at most 4 GB.
    package static func bytes(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var (archive, directory) = ([UInt8](), [UInt8]())
        for file in files {
            let name = Array(file.name.utf8)
            let size = UInt32(truncatingIfNeeded: file.bytes.count)
            // Version needed, flags, stored, 1 January 1980; checksum and sizes; length of the name, no extras.
            var facts = short(20, 0, 0, 0, 0x21)
            facts += long(checksum(file.bytes), size, size)
            facts += short(UInt16(truncatingIfNeeded: name.count), 0)
            let place = UInt32(truncatingIfNeeded: archive.count)
            archive += long(0x0403_4b50)
            archive += facts
            archive += name
            archive += file.bytes
            directory += long(0x0201_4b50)
            directory += short(20)
            directory += facts
            directory += short(0, 0, 0)
            directory += long(0, place)
            directory += name
        }
        let (count, start) = (UInt16(truncatingIfNeeded: files.count), UInt32(truncatingIfNeeded: archive.count))
        archive += directory
        archive += long(0x0605_4b50)
        archive += short(0, 0, count, count)
        archive += long(UInt32(truncatingIfNeeded: directory.count), start)
        archive += short(0)
        return archive
    }

    private static func short(_ numbers: UInt16...) -> [UInt8] {
        numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private static func long(_ numbers: UInt32...) -> [UInt8] {
        numbers.flatMap { number -> [UInt8] in
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }
    }

    /// CRC-32, as zip and PNG have it.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}

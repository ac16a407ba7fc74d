import CSynZlib

/// CRC-32 as gzip, zip and PNG have it, by zlib, of bytes that come one part after another.
package struct CRC32 {
    package private(set) var value: UInt32 = 0

    package init() {}

    package static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var sum = CRC32()
        sum.add(bytes)
        return sum.value
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        let sum = UInt(value)
        let whole =
            bytes.withContiguousStorageIfAvailable { Self.continued(sum, $0) }
            ?? Array(bytes).withUnsafeBufferPointer { Self.continued(sum, $0) }
        value = UInt32(truncatingIfNeeded: whole)
    }

    private static func continued(_ sum: UInt, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt {
        guard let start = bytes.baseAddress else { return sum }   // zlib takes that for a wish to begin anew
        return crc32_z(sum, start, bytes.count)
    }
}

/// CRC-32 as gzip, zip and PNG have it (polynomial EDB88320, reflected), of bytes that come one part after another.
package struct CRC32 {
    private var state: UInt32 = ~0

    package init() {}

    package static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var sum = CRC32()
        sum.add(bytes)
        return sum.value
    }

    package var value: UInt32 { ~state }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        state = bytes.reduce(state) { $0 >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
}

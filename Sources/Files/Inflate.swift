/// Unpacks what gzip and zip archives pack: DEFLATE (RFC 1951) and gzip's frame around it (RFC 1952).
package enum Inflate {
    /// Why bytes cannot be unpacked, as the end of a sentence.
    package struct Fault: Error, Equatable, Sendable {
        package let reason: String
    }

    /// Whether bytes begin as gzip's files do.
    package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The content of a gzip file, its checksum compared; several members follow each other as one text.
    ///
    /// - Parameter limit: more bytes than any honest content has.
    package static func gzip(_ bytes: [UInt8], limit: Int = 1 << 31) throws(Fault) -> [UInt8] {
        var (content, position) = ([UInt8](), 0)
        while position < bytes.count {
            position = try contentStart(bytes, at: position)
            var bits = BitReader(bytes, from: position)
            let start = content.count
            try unpack(&bits, into: &content, limit: limit)
            position = bits.bytePosition
            guard position + 8 <= bytes.count else { throw Fault(reason: "it ends before its checksum; it was cut") }
            func told(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) } }
            let made = content[start...]
            guard CRC32.of(made) == told(position), UInt32(truncatingIfNeeded: made.count) == told(position + 4) else {
                throw Fault(reason: "its checksum and length do not agree with its content")
            }
            position += 8
        }
        return content
    }

    /// A bare DEFLATE stream that makes `size` bytes.
    package static func deflated(_ bytes: [UInt8], size: Int) throws(Fault) -> [UInt8] {
        var bits = BitReader(bytes, from: 0)
        var content: [UInt8] = []
        content.reserveCapacity(min(size, 1 << 28))
        try unpack(&bits, into: &content, limit: size)
        guard content.count == size else {
            throw Fault(reason: "it makes \(content.count) bytes and should make \(size)")
        }
        return content
    }

    /// What a bare DEFLATE stream begins with: at least `count` bytes, or all that it makes.
    ///
    /// - Parameter bytes: the stream or its beginning, of which whole blocks are unpacked.
    package static func beginning(_ bytes: [UInt8], count: Int) throws(Fault) -> [UInt8] {
        var bits = BitReader(bytes, from: 0)
        var content: [UInt8] = []
        try unpack(&bits, into: &content, limit: 1 << 24, enough: count)
        return content
    }

    /// Where the packed bytes of a gzip member begin.
    private static func contentStart(_ bytes: [UInt8], at start: Int) throws(Fault) -> Int {
        guard bytes.count - start >= 18, bytes[start] == 0x1F, bytes[start + 1] == 0x8B, bytes[start + 2] == 8 else {
            throw Fault(reason: "what follows at byte \(start) is not gzip's; it was cut or is damaged")
        }
        let flags = bytes[start + 3]
        var position = start + 10
        if flags & 4 != 0 { position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8 }
        for flag in [UInt8(8), 16] where flags & flag != 0 {   // a name, a remark: each ends with a zero
            while position < bytes.count, bytes[position] != 0 { position += 1 }
            position += 1
        }
        if flags & 2 != 0 { position += 2 }
        guard position < bytes.count else { throw Fault(reason: "it ends within its header; it was cut") }
        return position
    }

    /// - Parameter enough: no further block is unpacked once there are so many bytes.
    private static func unpack(
        _ bits: inout BitReader, into out: inout [UInt8], limit: Int, enough: Int = .max
    ) throws(Fault) {
        let begin = out.count
        var isLast = false
        while !isLast, out.count - begin < enough {
            isLast = try bits.take(1) == 1
            switch try bits.take(2) {
            case 0:
                bits.skipToByte()
                let (length, inverse) = (try bits.take(16), try bits.take(16))
                guard length ^ 0xFFFF == inverse else { throw Fault(reason: "a stored block has no sound length") }
                for _ in 0..<length { out.append(UInt8(try bits.take(8))) }
            case 1: try block(&bits, HuffmanTable.fixedLiterals, .fixedDistances, &out, begin, limit)
            case 2:
                let (literals, distances) = try HuffmanTable.read(&bits)
                try block(&bits, literals, distances, &out, begin, limit)
            default: throw Fault(reason: "a block is of no known kind")
            }
            guard out.count - begin <= limit else { throw Fault(reason: "it makes more than \(limit) bytes") }
        }
    }

    private static let lengths =
        HuffmanTable.steps(
            from: 3, extra: [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5])
        + [(258, 0)]
    private static let distances = HuffmanTable.steps(
        from: 1,
        extra: [
            0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
        ])

    private static func block(
        _ bits: inout BitReader, _ literals: HuffmanTable, _ places: HuffmanTable, _ out: inout [UInt8],
        _ begin: Int, _ limit: Int
    ) throws(Fault) {
        while true {
            let symbol = try literals.symbol(&bits)
            if symbol < 256 {
                out.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < lengths.count else { throw Fault(reason: "it holds a length that there is not") }
            let length = lengths[symbol - 257].base + (try bits.take(lengths[symbol - 257].extra))
            let code = try places.symbol(&bits)
            guard code < distances.count else { throw Fault(reason: "it holds a distance that there is not") }
            let distance = distances[code].base + (try bits.take(distances[code].extra))
            guard distance <= out.count - begin else { throw Fault(reason: "it refers to before its beginning") }
            guard out.count - begin + length <= limit else { throw Fault(reason: "it makes more than \(limit) bytes") }
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
    }
}

/// Bits from the lowest of each byte upwards.
struct BitReader {
    private let bytes: [UInt8]
    private var next: Int
    private var held: UInt64 = 0
    private(set) var count = 0

    init(_ bytes: [UInt8], from start: Int) { (self.bytes, next) = (bytes, start) }

    /// The first byte of which no bit was taken.
    var bytePosition: Int { next - count / 8 }

    /// At least `wanted` bits where there are so many; absent ones read as zero.
    mutating func peek(_ wanted: Int) -> Int {
        while count < wanted, next < bytes.count {
            held |= UInt64(bytes[next]) << UInt64(count)
            next += 1
            count += 8
        }
        return Int(held & (1 << UInt64(wanted) - 1))
    }

    mutating func drop(_ used: Int) throws(Inflate.Fault) {
        guard used <= count else { throw Inflate.Fault(reason: "it ends too early; it was cut") }
        held >>= UInt64(used)
        count -= used
    }

    mutating func take(_ wanted: Int) throws(Inflate.Fault) -> Int {
        let value = peek(wanted)
        try drop(wanted)
        return value
    }

    mutating func skipToByte() {
        held >>= UInt64(count % 8)
        count -= count % 8
    }
}

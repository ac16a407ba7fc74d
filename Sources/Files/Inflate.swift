import CSynZlib

/// Unpacks what gzip and zip archives pack, by zlib: DEFLATE (RFC 1951) and gzip's frame around it (RFC 1952).
package enum Inflate {
    /// Why bytes cannot be unpacked, as the end of a sentence.
    package struct Fault: Error, Equatable, Sendable {
        package let reason: String
    }

    /// What stands around the packed bytes, as zlib is told it.
    private enum Frame: Int32 {
        case none = -15
        case gzip = 31
    }

    /// Whether bytes begin as gzip's files do.
    package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// The content of a gzip file, its checksum compared; several members follow each other as one text.
    ///
    /// - Parameter limit: more bytes than any honest member has.
    package static func gzip(_ bytes: [UInt8], limit: Int = 1 << 31) throws(Fault) -> [UInt8] {
        var (content, position) = ([UInt8](), 0)
        while position < bytes.count {
            guard isGzip(bytes[position...]) else {
                throw Fault(reason: "what follows at byte \(position) is not gzip's; it was cut or is damaged")
            }
            position = try unpack(bytes, from: position, .gzip, into: &content, limit: limit)
        }
        return content
    }

    /// A bare DEFLATE stream that makes `size` bytes.
    package static func deflated(_ bytes: [UInt8], size: Int) throws(Fault) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(min(size, 1 << 28))
        _ = try unpack(bytes, .none, into: &content, limit: size)
        guard content.count == size else {
            throw Fault(reason: "it makes \(content.count) bytes and should make \(size)")
        }
        return content
    }

    /// What a bare DEFLATE stream begins with: at least `count` bytes, or all that it makes.
    ///
    /// - Parameter bytes: the stream or its beginning.
    package static func beginning(_ bytes: [UInt8], count: Int) throws(Fault) -> [UInt8] {
        var content: [UInt8] = []
        _ = try unpack(bytes, .none, into: &content, limit: 1 << 24, enough: count)
        return content
    }

    /// - Parameter enough: so many bytes will do, whatever follows.
    /// - Returns: where the stream ends.
    private static func unpack(
        _ bytes: [UInt8], from start: Int = 0, _ frame: Frame, into out: inout [UInt8], limit: Int, enough: Int = .max
    ) throws(Fault) -> Int {
        var stream = z_stream()
        guard inflateInit2_(&stream, frame.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Fault(reason: "zlib cannot begin; there is too little memory, or it is another version")
        }
        defer { inflateEnd(&stream) }
        var room = [UInt8](repeating: 0, count: 1 << 18)
        var (position, made, state) = (start, 0, Z_OK)
        while state != Z_STREAM_END, made < enough {
            let portion = min(bytes.count - position, 1 << 30)
            let step = bytes.withUnsafeBufferPointer { given in
                room.withUnsafeMutableBufferPointer { taken in
                    // zlib reads what it is given and declares it as if it wrote there.
                    stream.next_in = UnsafeMutablePointer(mutating: given.baseAddress.map { $0 + position })
                    stream.avail_in = UInt32(portion)
                    (stream.next_out, stream.avail_out) = (taken.baseAddress, UInt32(taken.count))
                    let state = inflate(&stream, Z_NO_FLUSH)
                    return (state, portion - Int(stream.avail_in), taken.count - Int(stream.avail_out))
                }
            }
            state = step.0
            position += step.1
            made += step.2
            guard made <= limit else { throw Fault(reason: "it makes more than \(limit) bytes") }
            out += room[..<step.2]
            guard state == Z_OK || state == Z_STREAM_END || made >= enough else {
                throw Fault(reason: sentence(state, stream.msg.map { String(cString: $0) }))
            }
        }
        return position
    }

    private static func sentence(_ state: Int32, _ told: String?) -> String {
        switch (state, told) {
        case (Z_BUF_ERROR, _): "it ends too early; it was cut"
        case (_, "incorrect data check"), (_, "incorrect length check"):
            "its checksum and length do not agree with its content"
        case (Z_MEM_ERROR, _): "there is too little memory to unpack it"
        case (_, let told): "it is damaged\(told.map { " (zlib: \($0))" } ?? "")"
        }
    }
}

import SynFiles

/// The entries of a zip archive, found through its central directory (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5).
///
/// Only what PyTorch writes is read: entries stored as they are, in one file, with or without ZIP64. Their bytes are
/// then a part of the file and nothing is unpacked. Checksums are not compared, as PyTorch may leave them out.
struct ZipArchive {
    /// In the order of the directory.
    private(set) var names: [String] = []
    private var places: [String: Range<Int>] = [:]
    /// Entries that are there, but not as they are, and why. TorchScript's sources are, and nobody here reads them.
    private var unreadable: [String: String] = [:]
    /// Entries packed by DEFLATE: where, and how many bytes they make.
    private var packed: [String: (place: Range<Int>, size: Int)] = [:]
    private let bytes: UnsafeRawBufferPointer
    private let path: String

    static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

    /// Where the bytes of an entry stand in the file; nil when there is none of that name.
    func place(of name: String) throws -> Range<Int>? {
        if let reason = unreadable[name] { throw fault("has the entry \(printable(name)) \(reason)") }
        return places[name]
    }

    /// The bytes of an entry, stored or packed; nil when there is none of that name.
    func content(of name: String) throws -> [UInt8]? {
        guard let (place, size) = packed[name] else { return try place(of: name).map { Array(bytes[$0]) } }
        do {
            return try Inflate.deflated(Array(bytes[place]), size: size)
        } catch {
            throw fault("has the entry \(printable(name)), which cannot be unpacked: \(error.reason)")
        }
    }

    /// The first bytes of an entry, about `count` of them; nil when there is none of that name.
    func beginning(of name: String, count: Int) throws -> [UInt8]? {
        guard let (place, _) = packed[name] else { return try place(of: name).map { Array(bytes[$0].prefix(count)) } }
        do {
            return try Inflate.beginning(Array(bytes[place].prefix(1 << 18)), count: count)
        } catch {
            throw fault("has the entry \(printable(name)), which cannot be unpacked: \(error.reason)")
        }
    }

    /// `bytes` must outlive the archive.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
        self.bytes = bytes
        self.path = path
        let directory = try findDirectory()
        var position = directory.start
        for number in 0..<directory.count {
            position = try readEntry(number, at: position, before: directory.end)
        }
    }

    private struct Directory {
        let start: Int
        let end: Int
        let count: Int
    }

    /// The record at the end says where the directory is; a comment of up to 65535 bytes may follow it.
    private func findDirectory() throws -> Directory {
        let earliest = max(0, bytes.count - 22 - 0xFFFF)
        var record = bytes.count - 22
        while record >= earliest,
            bytes.number(UInt32.self, at: record) != 0x0605_4B50
                || bytes.number(UInt16.self, at: record + 20) != bytes.count - record - 22
        { record -= 1 }
        guard record >= earliest, record >= 0 else {
            throw fault("has no directory at its end: it was cut; fetch it again")
        }
        var count = bytes.number(UInt16.self, at: record + 10) ?? 0
        var size = bytes.number(UInt32.self, at: record + 12) ?? 0
        var start = bytes.number(UInt32.self, at: record + 16) ?? 0
        var end = record
        if bytes.number(UInt32.self, at: record - 20) == 0x0706_4B50 {   // ZIP64: the same again with wide numbers
            guard let wide = bytes.number(UInt64.self, at: record - 12),
                bytes.number(UInt32.self, at: wide) == 0x0606_4B50,
                let wideCount = bytes.number(UInt64.self, at: wide + 32),
                let wideSize = bytes.number(UInt64.self, at: wide + 40),
                let wideStart = bytes.number(UInt64.self, at: wide + 48)
            else { throw fault("has a damaged ZIP64 record at its end") }
            (count, size, start, end) = (wideCount, wideSize, wideStart, wide)
        }
        guard start <= end, size <= end - start, count <= size / 46 else {
            throw fault("has a damaged record at its end: a directory of \(count) entries at byte \(start)")
        }
        return Directory(start: start, end: start + size, count: count)
    }

    /// Reads one entry of the directory and gives the place of the next.
    private mutating func readEntry(_ number: Int, at position: Int, before end: Int) throws -> Int {
        guard position + 46 <= end, bytes.number(UInt32.self, at: position) == 0x0201_4B50,
            let flags = bytes.number(UInt16.self, at: position + 8),
            let method = bytes.number(UInt16.self, at: position + 10),
            var packedSize = bytes.number(UInt32.self, at: position + 20),
            var size = bytes.number(UInt32.self, at: position + 24),
            let nameLength = bytes.number(UInt16.self, at: position + 28),
            let extraLength = bytes.number(UInt16.self, at: position + 30),
            let commentLength = bytes.number(UInt16.self, at: position + 32),
            var header = bytes.number(UInt32.self, at: position + 42),
            position + 46 + nameLength + extraLength + commentLength <= end
        else { throw fault("has a damaged directory at entry \(number)") }
        let nameStart = position + 46
        guard let name = String(validating: bytes[nameStart..<nameStart + nameLength], as: UTF8.self) else {
            throw fault("has an entry whose name is not UTF-8")
        }
        let extra = nameStart + nameLength
        try widen(&size, &packedSize, &header, from: extra..<extra + extraLength, name)
        if flags & 1 != 0 { unreadable[name] = "encrypted, which is not read" }
        if method != 0 {
            unreadable[name] = "compressed; PyTorch stores its entries as they are, so save it again with torch.save"
        }
        guard unreadable[name] != nil || packedSize == size, header <= bytes.count - 30,
            bytes.number(UInt32.self, at: header) == 0x0403_4B50,
            let localName = bytes.number(UInt16.self, at: header + 26),
            let localExtra = bytes.number(UInt16.self, at: header + 28)
        else { throw fault("has a damaged directory at the entry \(printable(name))") }
        let start = header + 30 + localName + localExtra
        guard start <= bytes.count, packedSize <= bytes.count - start else {
            throw fault(
                "should hold \(packedSize) bytes of \(printable(name)) at byte \(start), but it was cut or is damaged")
        }
        if method == 8, flags & 1 == 0 { packed[name] = (start..<start + packedSize, size) }
        guard places.updateValue(start..<start + packedSize, forKey: name) == nil else {
            throw fault("has the entry \(printable(name)) twice")
        }
        names.append(name)
        return extra + extraLength + commentLength
    }

    /// Sizes and places of 4 GiB and more stand in an extra field of kind 1, in this order, each only if needed.
    private func widen(
        _ size: inout Int, _ packedSize: inout Int, _ header: inout Int, from extra: Range<Int>, _ name: String
    ) throws {
        let needed = [size, packedSize, header].filter { $0 == 0xFFFF_FFFF }.count
        guard needed > 0 else { return }
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound, let kind = bytes.number(UInt16.self, at: position),
            let length = bytes.number(UInt16.self, at: position + 2)
        {
            position += 4
            if kind == 1, length >= 8 * needed, position + length <= extra.upperBound {
                func take(_ value: inout Int) throws {
                    guard value == 0xFFFF_FFFF else { return }
                    guard let wide = bytes.number(UInt64.self, at: position) else {
                        throw fault("has an impossible size or place at the entry \(printable(name))")
                    }
                    value = wide
                    position += 8
                }
                try take(&size)
                try take(&packedSize)
                try take(&header)
                return
            }
            position += length
        }
        throw fault("has no ZIP64 sizes at the entry \(printable(name))")
    }

    private func fault(_ what: String) -> CheckpointError { CheckpointError("The zip archive \(path) \(what).") }
}

extension UnsafeRawBufferPointer {
    /// A little-endian number; nil when it is not within the bytes or does not fit an Int.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, at position: Int) -> Int? {
        let width = MemoryLayout<Number>.size
        guard position >= 0, position <= count - width else { return nil }
        return Int(exactly: Number(littleEndian: loadUnaligned(fromByteOffset: position, as: Number.self)))
    }
}

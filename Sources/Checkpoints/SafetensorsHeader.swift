/// The header of a safetensors file: what is stored where.
///
/// The format (huggingface/safetensors, README "Format"): eight bytes little-endian length, then so many bytes
/// of JSON, then the data. Every byte of data belongs to exactly one tensor; a file where that is not so was
/// cut, or was made to mislead.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable {
        let name: String
        let format: StoredFormat
        let shape: [Int]
        /// Where the bytes stand in the file.
        let bytes: Range<Int>
    }

    /// In the order of their data.
    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    /// The reference implementation refuses longer headers, and so do we.
    static let longestHeader = 100_000_000

    init(of file: UnsafeRawBufferPointer, path: String) throws {
        guard file.count >= 8 else {
            throw CheckpointError(
                "\(path) is not a safetensors file or was cut: it has \(file.count) bytes, "
                    + "less than the eight of a length.")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.longestHeader) else {
            throw CheckpointError(
                "\(path) is not a safetensors file: its first eight bytes name a header of \(length) bytes.")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= file.count else {
            throw CheckpointError(
                "\(path) was cut: its header should end at byte \(dataStart), but the file has \(file.count) bytes.")
        }
        var scanner = HeaderScanner(UnsafeRawBufferPointer(rebasing: file[8..<dataStart]), path: path)
        var seen: Set<String> = []
        try scanner.readObject { name, scanner in
            guard seen.insert(name).inserted else {
                throw CheckpointError("\(path) names the tensor \(name) twice.")
            }
            if name == "__metadata__" {
                if scanner.takeNull() { return }
                try scanner.readObject { key, scanner in metadata[key] = try scanner.readString() }
            } else {
                entries.append(
                    try Self.readEntry(name, &scanner, path: path, dataStart: dataStart, dataEnd: file.count))
            }
        }
        try scanner.expectEnd()
        entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        try checkCover(path: path, from: dataStart, to: file.count)
    }

    private static func readEntry(
        _ name: String, _ scanner: inout HeaderScanner, path: String, dataStart: Int, dataEnd: Int
    ) throws -> Entry {
        var format: StoredFormat?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.readObject { key, scanner in
            switch key {
            case "dtype":
                let word = try scanner.readString()
                guard let known = StoredFormat(rawValue: word) else {
                    throw CheckpointError("\(path): tensor \(name) has elements of the unknown type \(word).")
                }
                format = known
            case "shape": shape = try scanner.readIntegers()
            case "data_offsets": offsets = try scanner.readIntegers()
            default: throw CheckpointError("\(path): tensor \(name) has an unknown property \(key).")
            }
        }
        guard let format, let shape, let offsets, offsets.count == 2 else {
            throw CheckpointError("\(path): tensor \(name) lacks one of dtype, shape and data_offsets.")
        }
        guard offsets[0] <= offsets[1], offsets[1] <= dataEnd - dataStart else {
            throw CheckpointError(
                "\(path): tensor \(name) should lie at bytes \(offsets[0]) to \(offsets[1]) of the data, but there are "
                    + "\(dataEnd - dataStart) bytes; the file was cut or is damaged, fetch it again.")
        }
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else {
                throw CheckpointError("\(path): tensor \(name) has an impossibly large shape \(shape).")
            }
            count = product
        }
        guard let byteCount = format.byteCount(of: count) else {
            throw CheckpointError(
                "\(path): tensor \(name) of shape \(shape) and type \(format.rawValue) is impossibly large, or ends "
                    + "within a byte."
            )
        }
        guard byteCount == offsets[1] - offsets[0] else {
            throw CheckpointError(
                "\(path): tensor \(name) of shape \(shape) and type \(format.rawValue) needs \(byteCount) bytes, but "
                    + "\(offsets[1] - offsets[0]) are stored.")
        }
        return Entry(
            name: name, format: format, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    private func checkCover(path: String, from start: Int, to end: Int) throws {
        var reached = start
        for entry in entries {
            let start = entry.bytes.lowerBound
            guard start == reached else {
                let fault = start < reached ? "overlaps the tensor before it" : "leaves a hole before it"
                throw CheckpointError("\(path): tensor \(entry.name) \(fault) in the data; the file is damaged.")
            }
            reached = entry.bytes.upperBound
        }
        guard reached == end else {
            throw CheckpointError("\(path): the last \(end - reached) bytes belong to no tensor; the file is damaged.")
        }
    }
}

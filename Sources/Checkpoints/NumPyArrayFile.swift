import Foundation
import SynFiles

/// One array of NumPy's `.npy` (versions 1 to 3) in double precision, in row-major order.
///
/// Floats of 2, 4 and 8 bytes and whole numbers of either byte order are read; nothing in a file is ever run, so
/// arrays of Python's objects are refused.
package struct NumPyArrayFile: Sendable {
    package let shape: [Int]
    package let values: [Double]

    package static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x93] + Array("NUMPY".utf8))
    }

    /// - Parameter path: what errors call it.
    package init(_ bytes: [UInt8], path: String) throws {
        func fault(_ what: String) -> CheckpointError { CheckpointError("\(path) \(what).") }
        guard Self.begins(bytes), bytes.count >= 12 else { throw fault("is no .npy array") }
        let isWide = bytes[6] >= 2
        let length = (0..<(isWide ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        let start = (isWide ? 12 : 10) + length
        guard length < 1 << 20, start <= bytes.count else { throw fault("was cut within its header") }
        let header = String(decoding: bytes[(isWide ? 12 : 10)..<start], as: UTF8.self)
        guard let kind = header.firstMatch(of: #/'descr'\s*:\s*'([<>|=])([a-z])(\d+)'/#),
            let width = Int(kind.3), let sizes = Self.sizes(header),
            let order = header.firstMatch(of: #/'fortran_order'\s*:\s*(True|False)/#)
        else { throw fault("holds no array of plain numbers; save it with numpy.save as float32 or float64") }
        let shape = sizes.compactMap(\.self)
        var count = 1
        for size in shape {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
            guard !isTooLarge else { throw fault("has the impossible shape \(shape)") }
            count = product
        }
        guard shape.count == sizes.count, [1, 2, 4, 8].contains(width), count <= (bytes.count - start) / width else {
            throw fault("should hold an array of shape \(shape), but was cut; save it again")
        }
        let read = Reader(bytes: bytes, start: start, width: width, isBig: kind.1 == ">", kind: String(kind.2))
        guard read.isKnown else {
            throw fault("holds elements of type \(kind.2)\(kind.3), which is not read; save it as float32 or float64")
        }
        self.shape = shape
        if order.1 == "True", shape.count == 2 {
            let (rows, columns) = (shape[0], shape[1])
            values = (0..<count).map { read[$0 % columns * rows + $0 / columns] }
        } else {
            guard order.1 == "False" || shape.count < 2 else {
                throw fault("stands in Fortran's order; save it in C's")
            }
            values = (0..<count).map { read[$0] }
        }
    }

    /// As the header says; nil for a number that is none.
    private static func sizes(_ header: String) -> [Int?]? {
        header.firstMatch(of: #/'shape'\s*:\s*\(([\d,\s]*)\)/#).map { tuple in
            tuple.1.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
        }
    }

    /// The shape that an array's first bytes tell; nil where they tell none.
    static func shape(_ beginning: [UInt8]) -> [Int]? {
        guard begins(beginning), let sizes = sizes(String(decoding: beginning.prefix(1_024), as: UTF8.self)) else {
            return nil
        }
        let shape = sizes.compactMap(\.self)
        return shape.count == sizes.count ? shape : nil
    }

    private struct Reader {
        let bytes: [UInt8]
        let start: Int
        let width: Int
        let isBig: Bool
        let kind: String

        var isKnown: Bool { kind == "f" ? width > 1 : ["i", "u", "b"].contains(kind) }

        subscript(index: Int) -> Double {
            var bits: UInt64 = 0
            let place = start + index * width
            for i in 0..<width { bits |= UInt64(bytes[place + (isBig ? width - 1 - i : i)]) << UInt64(8 * i) }
            switch (kind, width) {
            case ("f", 8): return Double(bitPattern: bits)
            case ("f", 4): return Double(Float(bitPattern: UInt32(bits)))
            case ("f", _): return Double(widened(half: UInt16(bits)))
            case ("i", _):
                let shift = UInt64(64 - 8 * width)
                return Double(Int64(bitPattern: bits << shift) >> Int64(shift))
            default: return Double(bits)
            }
        }
    }
}

/// The arrays of NumPy's `.npz`, stored or packed.
package struct NumPyArchive: Sendable {
    private let file: MappedFile
    /// By their names without `.npy`.
    package let names: [String]

    package init(_ url: URL) throws {
        file = try MappedFile(url)
        guard ZipArchive.begins(file.bytes) else { throw CheckpointError("\(url.path) is no .npz archive.") }
        names = try ZipArchive(file.bytes, path: url.path).names.map {
            $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0
        }
    }

    /// The shape of an array, without reading it; nil where that cannot be told.
    package func shape(of name: String) -> [Int]? {
        let beginning = try? ZipArchive(file.bytes, path: file.url.path).beginning(of: name + ".npy", count: 1_024)
        return (beginning ?? nil).flatMap(NumPyArrayFile.shape)
    }

    package func array(_ name: String) throws -> NumPyArrayFile {
        let path = file.url.path
        let archive = try ZipArchive(file.bytes, path: path)
        guard let content = try archive.content(of: name + ".npy") else {
            throw CheckpointError("\(path) has no array \(name)\(NearestNames.suggestion(for: name, among: names)).")
        }
        return try NumPyArrayFile(content, path: "\(path), array \(name)")
    }
}

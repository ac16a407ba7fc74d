import Foundation
import SynFiles
import SynTensors

/// Writes a tensor as NumPy's `.npy` (version 1.0): its shape, then little-endian Float32 or Int32 in C order.
///
/// BFloat16, which NumPy does not know, is written as Float32. The file appears under its name only when it is
/// complete.
package func writeNumPy(_ tensor: Tensor, to url: URL) throws {
    let array = NumPyArray(tensor)
    let file = try OutputFile(url)
    try array.header.withUnsafeBytes { try file.write($0) }
    try array.withElements { try file.write($0) }
    try file.finish()
}

/// Writes tensors as NumPy's `.npz`: a zip archive of `NAME.npy`, not compressed. The same tensors make the same bytes.
package func writeNumPyArchive(_ tensors: [(name: String, tensor: Tensor)], to url: URL) throws {
    let entries = tensors.map { (name: Array("\($0.name).npy".utf8), array: NumPyArray($0.tensor)) }
    let size = entries.reduce(22) { $0 + $1.array.count + 76 + 2 * $1.name.count }
    guard size < UInt32.max, Set(tensors.map(\.name)).count == tensors.count else {
        throw CheckpointError(
            "\(url.path) is not written: an archive of \(ByteCount.text(size)) is beyond what .npz holds; write .npy "
                + "or "
                + ".safetensors.", .unwritable)
    }
    let file = try OutputFile(url)
    var (directory, offset) = ([UInt8](), 0)
    for (name, array) in entries {
        var sum = CyclicSum()
        array.header.withUnsafeBytes { sum.add($0) }
        array.withElements { sum.add($0) }
        // Version 2.0, no flags, stored, 1 January 1980.
        let common: [UInt8] =
            [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0] + little(sum.value) + little(UInt32(array.count))
            + little(UInt32(array.count)) + little(UInt16(name.count)) + [0, 0]
        let local = little(0x0403_4b50 as UInt32) + common + name
        directory +=
            little(0x0201_4b50 as UInt32) + [20, 0] + common + [UInt8](repeating: 0, count: 10)
            + little(UInt32(offset)) + name
        try local.withUnsafeBytes { try file.write($0) }
        try array.header.withUnsafeBytes { try file.write($0) }
        try array.withElements { try file.write($0) }
        offset += local.count + array.count
    }
    let end =
        little(0x0605_4b50 as UInt32) + [0, 0, 0, 0] + little(UInt16(entries.count)) + little(UInt16(entries.count))
        + little(UInt32(directory.count)) + little(UInt32(offset)) + [0, 0]
    try (directory + end).withUnsafeBytes { try file.write($0) }
    try file.finish()
}

/// One array as it stands in a file.
private struct NumPyArray {
    let header: [UInt8]
    private let tensor: Tensor

    init(_ tensor: Tensor) {
        let kind = tensor.elementType == .int32 || tensor.elementType == .int8 ? "<i4" : "<f4"
        // A tuple of one has a comma.
        let shape = tensor.shape.map { "\($0)," }.joined(separator: " ")
        let tuple = tensor.shape.count > 1 ? String(shape.dropLast()) : shape
        var text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(tuple)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"   // the elements start aligned
        header = [0x93] + Array("NUMPY".utf8) + [1, 0] + little(UInt16(text.utf8.count)) + Array(text.utf8)
        self.tensor = tensor
    }

    /// Bytes, header and all.
    var count: Int { header.count + 4 * tensor.count }

    func withElements(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        switch tensor.elementType {
        case .float32: try tensor.withFloats { try body(UnsafeRawBufferPointer($0)) }
        case .bfloat16: try tensor.floats.withUnsafeBytes(body)
        case .int32, .int8: try tensor.integers.withUnsafeBytes(body)
        }
    }
}

private func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
}

/// CRC-32 as zip archives have it (polynomial EDB88320, reflected).
private struct CyclicSum {
    private var state: UInt32 = ~0
    var value: UInt32 { ~state }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        state = bytes.reduce(state) { $0 >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
}

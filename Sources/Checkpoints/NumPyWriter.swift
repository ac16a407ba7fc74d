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
    let entries = tensors.map { (name: "\($0.name).npy", array: NumPyArray($0.tensor)) }
    let size = entries.reduce(22) { $0 + $1.array.count + 76 + 2 * $1.name.utf8.count }
    guard size < UInt32.max, Set(tensors.map(\.name)).count == tensors.count else {
        throw CheckpointError(
            "\(url.path) is not written: an archive of \(ByteCount.text(size)) is beyond what .npz holds; write .npy "
                + "or "
                + ".safetensors.", .unwritable)
    }
    let file = try OutputFile(url)
    var archive = StoredZip()
    for (name, array) in entries {
        var sum = CRC32()
        sum.add(array.header)
        array.withElements { sum.add($0) }
        try archive.header(of: name, size: array.count, checksum: sum.value).withUnsafeBytes { try file.write($0) }
        try array.header.withUnsafeBytes { try file.write($0) }
        try array.withElements { try file.write($0) }
    }
    try archive.end.withUnsafeBytes { try file.write($0) }
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

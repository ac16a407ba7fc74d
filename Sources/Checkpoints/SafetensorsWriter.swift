import Foundation
import SynFiles
import SynTensors

/// How Float32 tensors are put on disk. Half the size costs precision; whole numbers are never changed.
package enum FloatsOnDisk: Sendable, Equatable {
    case float32
    /// Eleven significant bits, magnitudes up to 65504; a larger finite value is an error.
    case float16
    /// Eight significant bits, the range of Float32.
    case bfloat16
}

/// Writes tensors and metadata as a safetensors file that other programs open.
///
/// The same tensors in the same order make the same bytes. Wide elements come first, so that everything in the
/// file is aligned, otherwise the given order is kept. The file appears under its name only when it is complete.
/// The metadata gets `format: pt`, which Hugging Face's loaders ask for, unless it says otherwise.
package func writeSafetensors(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:],
    floats: FloatsOnDisk = .float32, to url: URL
) throws {
    var names: Set<String> = []
    for (name, _) in tensors where !names.insert(name).inserted || name == "__metadata__" {
        throw CheckpointError("\(url.path) is not written: the name \(name) is given twice or is reserved.")
    }
    let stored = tensors.map { (name: $0.name, tensor: $0.tensor, format: storedFormat($0.tensor, floats)) }
    let ordered = stored.filter { $0.format.width == 4 } + stored.filter { $0.format.width < 4 }

    let notes = metadata.merging(["format": "pt"]) { given, _ in given }
    var header = "{\"__metadata__\":{"
    header += notes.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",")
    header += "}"
    var offset = 0
    for (name, tensor, format) in ordered {
        let end = offset + tensor.count * format.width
        let shape = tensor.shape.map(String.init).joined(separator: ",")
        header += ",\(quoted(name)):{\"dtype\":\"\(format.rawValue)\",\"shape\":[\(shape)],"
        header += "\"data_offsets\":[\(offset),\(end)]}"
        offset = end
    }
    header += "}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)   // the data starts aligned

    let file = try OutputFile(url)
    let length = UInt64(header.utf8.count).littleEndian
    try withUnsafeBytes(of: length) { try file.write($0) }
    try Array(header.utf8).withUnsafeBytes { try file.write($0) }
    for (name, tensor, format) in ordered {
        switch format {
        case .float32: try tensor.withFloats { try file.write(UnsafeRawBufferPointer($0)) }
        case .int32: try tensor.integers.withUnsafeBytes { try file.write($0) }
        case .bfloat16: try tensor.floats.map(bfloat16Bits).withUnsafeBytes { try file.write($0) }
        default:
            let values = tensor.floats
            if let large = values.first(where: { $0.isFinite && $0.magnitude >= 65520 }) {
                throw CheckpointError(
                    "\(url.path) is not written: tensor \(name) holds \(large), too large for half precision; "
                        + "store it as bfloat16 or float32.")
            }
            try values.map(halfBits).withUnsafeBytes { try file.write($0) }
        }
    }
    try file.finish()
}

private func storedFormat(_ tensor: Tensor, _ floats: FloatsOnDisk) -> StoredFormat {
    switch (tensor.elementType, floats) {
    case (.int32, _), (.int8, _): .int32
    case (.float32, .float32): .float32
    case (.float32, .float16): .float16
    case (.bfloat16, _), (.float32, .bfloat16): .bfloat16
    }
}

/// A JSON string: quotes, backslashes and control characters escaped, everything else as it is.
private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\u{0}"..<" ":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

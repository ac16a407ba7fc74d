import Foundation
import Tensors

/// A safetensors file opened for reading: names, shapes, metadata, and the tensors when asked for.
///
/// The file is mapped into memory. Float32 and Int32 elements are used where they stand whenever they are
/// aligned; everything else is converted when read: F16, BF16 and F64 to Float32, whole numbers to Int32.
public struct SafetensorsFile: Sendable {
    public let url: URL
    /// The writer's notes; empty when there are none.
    public let metadata: [String: String]
    /// The tensors' names in the order of their data.
    public let names: [String]

    private let entries: [String: SafetensorsHeader.Entry]
    private let file: MappedFile

    public init(_ url: URL) throws {
        let file = try MappedFile(url)
        let header = try SafetensorsHeader(of: file.bytes, path: url.path)
        self.url = url
        self.file = file
        metadata = header.metadata
        names = header.entries.map(\.name)
        entries = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, $0) })
    }

    /// The shape of a stored tensor, or nil when the file has none of that name.
    public func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// Whether a stored tensor holds floating-point numbers; nil when the file has none of that name.
    public func isFloating(_ name: String) -> Bool? { entries[name]?.format.isFloating }

    /// One tensor: Float32 or, if `precision` says so, BFloat16 for floating-point numbers; Int32 for whole ones.
    public func tensor(_ name: String, precision: Precision = .float32) throws -> Tensor {
        guard let entry = entries[name] else {
            throw CheckpointError("\(url.path) has no tensor \(name)\(nearest(to: name, among: names)).")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes])
        let shape = entry.shape
        let aligned = Int(bitPattern: bytes.baseAddress) % 4 == 0 && !bytes.isEmpty

        func inPlace(_ type: ElementType) -> Tensor {
            Tensor(borrowing: bytes, shape: shape, elementType: type, owner: file)
        }
        func narrowed(_ tensor: Tensor) -> Tensor {
            precision == .bfloat16 ? tensor.converted(to: .bfloat16) : tensor
        }
        func floats<Stored: BitwiseCopyable>(_: Stored.Type, _ convert: (Stored) -> Float) -> Tensor {
            narrowed(
                Tensor(shape: shape) { values in
                    for i in values.indices {
                        let offset = i * MemoryLayout<Stored>.size
                        values[i] = convert(bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self))
                    }
                })
        }
        func integers<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) throws -> Tensor {
            Tensor(
                try stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.size).map { offset in
                    let number = bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)
                    guard let small = Int32(exactly: number) else {
                        throw CheckpointError(
                            "\(url.path): tensor \(name) holds \(number), which does not fit 32 bits.")
                    }
                    return small
                }, shape: shape)
        }

        switch entry.format {
        case .float32:
            return aligned ? narrowed(inPlace(.float32)) : floats(UInt32.self) { Float(bitPattern: $0) }
        case .bfloat16:
            return aligned && precision == .bfloat16 ? inPlace(.bfloat16) : floats(UInt16.self, widened(bfloat16:))
        case .float16: return floats(UInt16.self, widened(half:))
        case .float64: return floats(UInt64.self) { Float(Double(bitPattern: $0)) }
        case .int32: return aligned ? inPlace(.int32) : try integers(Int32.self)
        case .int64: return try integers(Int64.self)
        case .uint8, .bool: return try integers(UInt8.self)
        case .int16, .int8, .uint64, .uint32, .uint16:
            throw CheckpointError(
                "\(url.path): tensor \(name) has elements of type \(entry.format.rawValue), which is not read; "
                    + "store it as I32 or I64.")
        }
    }
}

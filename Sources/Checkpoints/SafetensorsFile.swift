import Foundation
import SynFiles
import SynTensors

/// A safetensors file opened for reading: names, shapes, metadata, and the tensors when asked for.
///
/// The file is mapped into memory. Float32 and Int32 elements are used where they stand whenever they are
/// aligned; everything else is converted when read: F16, BF16 and F64 to Float32, whole numbers to Int32.
package struct SafetensorsFile: Sendable {
    package let url: URL
    /// The writer's notes; empty when there are none.
    package let metadata: [String: String]
    /// The tensors' names in the order of their data.
    package let names: [String]

    private let stored: [String: StoredTensor]

    package init(_ url: URL) throws { try self.init(MappedFile(url)) }

    init(_ file: MappedFile) throws {
        let header = try SafetensorsHeader(of: file.bytes, path: file.url.path)
        url = file.url
        metadata = header.metadata
        names = header.entries.map(\.name)
        stored = Dictionary(uniqueKeysWithValues: header.entries.map { ($0.name, StoredTensor($0, in: file)) })
    }

    /// The shape of a stored tensor, or nil when the file has none of that name.
    package func shape(of name: String) -> [Int]? { stored[name]?.shape }

    /// Whether a stored tensor holds floating-point numbers; nil when the file has none of that name.
    package func isFloating(_ name: String) -> Bool? { stored[name]?.format.isFloating }

    /// One tensor: Float32 or, if `precision` says so, BFloat16 for floating-point numbers; Int32 for whole ones.
    package func tensor(_ name: String, precision: Precision = .float32) throws -> Tensor {
        guard let tensor = stored[name] else {
            throw CheckpointError(
                "\(url.path) has no tensor \(name)\(NearestNames.suggestion(for: name, among: names)).")
        }
        return try tensor.tensor(precision: precision)
    }

    /// The elements of one tensor in double precision: those stored so are not narrowed.
    package func doubles(_ name: String) throws -> [Double] {
        guard let tensor = stored[name] else {
            throw CheckpointError(
                "\(url.path) has no tensor \(name)\(NearestNames.suggestion(for: name, among: names)).")
        }
        return try tensor.doubles()
    }

    /// All tensors in the order of their data.
    var tensors: [StoredTensor] { names.compactMap { stored[$0] } }
}

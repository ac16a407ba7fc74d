import Foundation
import SynCheckpoints
import SynFiles
import SynTensors

/// What a training needs to go on, in one safetensors file that notices damage: its metadata holds a hash of all tensors
/// and of the record beside them.
package struct StateFile<Record: Codable> {
    package let record: Record
    package let tensors: [String: Tensor]

    /// Why a file cannot be used.
    package struct Unfit: Error {
        package let reason: String

        package init(reason: String) { self.reason = reason }
    }

    package static func write(_ tensors: [(name: String, tensor: Tensor)], _ record: Record, to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(record), as: UTF8.self)
        let sum = checksum(Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) }), text)
        try writeSafetensors(tensors, metadata: ["progress": text, "sha256": sum], to: url)
    }

    /// Reads a state back. Throws `Unfit` for anything that `write` did not write.
    package init(_ url: URL) throws {
        guard let file = try? SafetensorsFile(url), let text = file.metadata["progress"],
            let sum = file.metadata["sha256"]
        else {
            throw Unfit(reason: "is no saved state")
        }
        let pairs = try file.names.map { name in
            guard let tensor = try? file.tensor(name), tensor.elementType == .float32 else {
                throw Unfit(reason: "is damaged")
            }
            return (name, tensor)
        }
        let tensors = Dictionary(pairs, uniquingKeysWith: { $1 })
        guard Self.checksum(tensors, text) == sum,
            let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8))
        else { throw Unfit(reason: "is damaged") }
        (self.record, self.tensors) = (record, tensors)
    }

    /// A tensor of exactly this shape.
    package func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        guard let tensor = tensors[name], tensor.shape == shape else { throw Unfit(reason: "is not of this training") }
        return tensor
    }

    private static func checksum(_ tensors: [String: Tensor], _ text: String) -> String {
        var hash = ContentHash()
        hash.add(part: text)
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            hash.add(part: "\(name) \(tensor.shape)")
            tensor.withFloats { hash.add(UnsafeRawBufferPointer($0)) }
        }
        return hash.hexadecimal
    }
}

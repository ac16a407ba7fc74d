import Foundation
import SynCheckpoints
import SynFiles
import SynTensors

/// Parts of a run's features while several ranks make them: `shards/NAME-HASH.safetensors` in the run's folder, each
/// whole or not there, with a hash of its content. They go when the run is finished.
struct ShardStore {
    let folder: URL

    init(_ root: URL) { folder = root.appending(path: "shards") }

    /// A shard that is there as it was written.
    func read(_ name: String, _ key: [String]) -> [String: Tensor]? { readWithText(name, key)?.tensors }

    /// The same with what was written beside the tensors.
    func readWithText(_ name: String, _ key: [String]) -> (tensors: [String: Tensor], text: String)? {
        guard let file = try? SafetensorsFile(url(name, key)), let sum = file.metadata["sha256"] else { return nil }
        let found = file.names.compactMap { name in (try? file.tensor(name)).map { (name, $0) } }
        let text = file.metadata["text"] ?? ""
        guard found.count == file.names.count, Self.sum(found, text) == sum else { return nil }
        return (Dictionary(found, uniquingKeysWith: { $1 }), text)
    }

    /// - Parameter text: kept beside the tensors.
    func write(
        _ tensors: [(name: String, tensor: Tensor)], text: String = "", _ name: String, _ key: [String]
    ) throws {
        try AtomicFile.makeFolder(folder)
        var metadata = ["sha256": Self.sum(tensors, text)]
        if !text.isEmpty { metadata["text"] = text }
        try writeSafetensors(tensors, metadata: metadata, to: url(name, key))
    }

    /// Whether there is any whose name begins so.
    func holds(_ beginning: String) -> Bool {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).contains { $0.hasPrefix(beginning) }
    }

    func removeAll() { try? FileManager.default.removeItem(at: folder) }

    private func url(_ name: String, _ key: [String]) -> URL {
        var hash = ContentHash()
        for part in key { hash.add(part: part) }
        return folder.appending(path: "\(name)-\(hash.hexadecimal.prefix(16)).safetensors")
    }

    private static func sum(_ tensors: [(name: String, tensor: Tensor)], _ text: String) -> String {
        var hash = ContentHash()
        if !text.isEmpty { hash.add(part: text) }
        for (name, tensor) in tensors.sorted(by: { $0.name < $1.name }) {
            hash.add(part: "\(name) \(tensor.elementType) \(tensor.shape)")
            if tensor.elementType == .int32 {
                tensor.integers.withUnsafeBytes { hash.add($0) }
            } else {
                tensor.withFloats { hash.add(UnsafeRawBufferPointer($0)) }
            }
        }
        return hash.hexadecimal
    }
}

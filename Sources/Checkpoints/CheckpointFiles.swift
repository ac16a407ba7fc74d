import Foundation
import Tensors

/// One checkpoint, which may be spread over several safetensors files.
///
/// A folder is read through its `model.safetensors` or, when that is absent, through the list of parts in
/// `model.safetensors.index.json`; any other path is one file.
struct CheckpointFiles: Sendable {
    /// What error messages call the checkpoint.
    let path: String
    private var holder: [String: SafetensorsFile] = [:]

    init(_ url: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw CheckpointError("There is no checkpoint at \(url.path).")
        }
        guard isFolder.boolValue else {
            path = url.path
            try add(SafetensorsFile(url))
            return
        }
        let whole = url.appending(path: "model.safetensors")
        let index = url.appending(path: "model.safetensors.index.json")
        if FileManager.default.fileExists(atPath: whole.path) {
            path = whole.path
            try add(SafetensorsFile(whole))
        } else if FileManager.default.fileExists(atPath: index.path) {
            path = index.path
            try addParts(listedIn: index)
        } else {
            throw CheckpointError("the folder \(url.path) has no model.safetensors.", .missing)
        }
    }

    var names: [String] { Array(holder.keys) }

    func file(of name: String) -> SafetensorsFile? { holder[name] }

    private mutating func add(_ file: SafetensorsFile) throws {
        for name in file.names {
            if let other = holder.updateValue(file, forKey: name) {
                throw CheckpointError("The tensor \(name) stands in both \(other.url.path) and \(file.url.path).")
            }
        }
    }

    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    private mutating func addParts(listedIn index: URL) throws {
        let map: [String: String]
        do {
            map = try JSONDecoder().decode(Index.self, from: Data(contentsOf: index)).weight_map
        } catch {
            throw CheckpointError("\(index.path) is not an index of safetensors files: it has no readable weight_map.")
        }
        for part in Set(map.values).sorted() {
            guard !part.contains("/"), part != "..", part.hasSuffix(".safetensors") else {
                throw CheckpointError("\(index.path) names \(part), which is not a safetensors file beside it.")
            }
            try add(SafetensorsFile(index.deletingLastPathComponent().appending(path: part)))
        }
        for (name, part) in map.sorted(by: { $0.key < $1.key })
        where holder[name]?.url.lastPathComponent != part {
            throw CheckpointError("\(index.path) says that the tensor \(name) stands in \(part), but it does not.")
        }
    }
}

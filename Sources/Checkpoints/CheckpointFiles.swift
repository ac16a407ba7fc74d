import Foundation
import SynFiles

/// One checkpoint, which may be spread over several files.
///
/// A folder is read through the first of these that it has: `model.safetensors`, the parts listed in
/// `model.safetensors.index.json`, `pytorch_model.bin`, its parts, the same two with `open_clip_` in front, or the one
/// file that ends in .ckpt, .pth or .pt. Any other path is one file.
///
/// Of one file, all tensors are there by their whole names, and `base` is what the probable model's begin with; of
/// parts, the models' tensors alone.
struct CheckpointFiles: Sendable {
    /// What error messages call the checkpoint.
    let path: String
    private(set) var files: [CheckpointFile] = []
    private(set) var base = ""
    private var holder: [String: StoredTensor] = [:]
    private var owners: [String: Int] = [:]   // the file of each tensor
    private(set) var faults: [String: CheckpointError] = [:]

    init(_ url: URL) throws {
        let source = try Self.source(url)
        path = source.path
        if source.lastPathComponent.hasSuffix(".index.json") {
            try addParts(listedIn: source)
        } else {
            let file = try CheckpointFile(MappedFile(source))
            (base, faults) = (file.model, file.faults)
            try add(file, file.tensors.map { ($0.name, $0) })
        }
    }

    /// The probable model's, in the order of the files, named as below its base.
    var modelTensors: [(name: String, tensor: StoredTensor)] {
        files.flatMap(\.modelTensors)
    }

    var names: [String] { Array(holder.keys) }

    subscript(name: String) -> StoredTensor? { holder[name] }

    /// What the pickles in it wanted to call and what was not called.
    var uncalled: [String] {
        var known: Set<String> = []
        return files.flatMap(\.uncalled).filter { known.insert($0).inserted }
    }

    // MARK: - Which file

    /// What training programs leave beside a model.
    private static let companions = ["optimizer", "scheduler", "scaler", "rng_state", "training_args", "trainer_state"]

    private static func source(_ url: URL) throws -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw CheckpointError("There is no checkpoint at \(url.path).", .missing)
        }
        guard isFolder.boolValue else { return url }
        for name in [
            "model.safetensors", "pytorch_model.bin", "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
        ] {
            for candidate in [name, name + ".index.json"].map({ url.appending(path: $0) })
            where FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
            .filter { name in !name.hasPrefix(".") && !companions.contains { name.hasPrefix($0) } }
        for ending in [".ckpt", ".pth", ".pt"] {
            let found = names.filter { $0.hasSuffix(ending) }
            guard found.count < 2 else {
                throw CheckpointError(
                    "the folder \(url.path) has several checkpoints: \(found.joined(separator: ", ")); keep one of "
                        + "them."
                )
            }
            if let name = found.first { return url.appending(path: name) }
        }
        throw CheckpointError(
            "the folder \(url.path) has no model.safetensors, and no pytorch_model.bin, .ckpt, .pth or .pt either.",
            .missing)
    }

    // MARK: - Parts

    private mutating func add(_ file: CheckpointFile, _ tensors: [(name: String, tensor: StoredTensor)]) throws {
        for (name, tensor) in tensors {
            if let other = owners.updateValue(files.count, forKey: name) {
                throw CheckpointError(
                    "The tensor \(printable(name)) stands in both \(files[other].file.url.path) and "
                        + "\(file.file.url.path)."
                )
            }
            holder[name] = tensor
        }
        files.append(file)
    }

    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    private mutating func addParts(listedIn index: URL) throws {
        let map: [String: String]
        do {
            map = try JSONDecoder().decode(Index.self, from: Data(WholeFile.read(index, limit: 1 << 26))).weight_map
        } catch is DecodingError {
            throw CheckpointError("\(index.path) is not an index of checkpoint files: it has no readable weight_map.")
        }
        let ending = index.lastPathComponent.hasPrefix("model.") ? "safetensors" : "bin"
        for part in Set(map.values).sorted() {
            guard !part.contains("/"), part != "..", part.hasSuffix(".\(ending)") else {
                throw CheckpointError(
                    "\(index.path) names \(printable(part)), which is not a \(ending) file beside it.")
            }
            let url = index.deletingLastPathComponent().appending(path: part)
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw CheckpointError(
                    "\(index.path) names the part \(printable(part)), but it is not there; fetch it.", .missing)
            }
            let file = try CheckpointFile(MappedFile(url))
            try add(file, file.modelTensors)
        }
        for (name, part) in map.sorted(by: { $0.key < $1.key })
        where owners[name].map({ files[$0].file.url.lastPathComponent }) != part {
            throw CheckpointError(
                "\(index.path) says that the tensor \(printable(name)) stands in \(printable(part)), but it does not.")
        }
    }
}

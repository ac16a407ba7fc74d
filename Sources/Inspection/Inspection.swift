import Foundation
import SynCheckpoints
import SynFiles
import SynModelHub
import SynRuns

/// What a checkpoint file or a model's folder holds, told without reading a tensor's numbers or running anything.
package struct Inspection: Sendable, Encodable {
    /// What its tensors are taken for, with sizes: "BERT, 12 layers, width 768, 30522 words"; "unknown" at worst.
    package let kind: String
    /// What the folder's settings say it is: `model_type` of `config.json`, or `decoder` for `project.yaml`.
    package let settings: String?
    package let files: [CheckpointContents.File]
    /// Files beside the checkpoint that decide how it is used.
    package let companions: [String]
    package let metadata: [String: String]
    package let tensorCount: Int
    /// How many numbers all tensors have together, and their bytes.
    package let numberCount: Int
    package let bytes: Int
    /// How many tensors have each type of element.
    package let types: [String: Int]
    /// The words that all names begin with.
    package let commonPrefix: String
    package let tensors: [CheckpointContents.Entry]
    /// The key below which the model stands in a larger checkpoint: `state_dict`.
    package let part: String?
    /// Tensors of an optimiser and the like, beside the model's.
    package let otherTensorCount: Int
    /// Names that a pickle wanted to call, and that were not called.
    package let notCalled: [String]
    /// Those of them that reach for the operating system.
    package let hostile: [String]

    private static let companionNames = [
        "config.json", "project.yaml", "modules.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt",
        "vocab.json",
        "merges.txt", "special_tokens_map.json", "preprocessor_config.json", "processor_config.json",
        "open_clip_config.json", "training.json",
    ]

    package init(_ path: String) throws {
        let url = URL(filePath: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw UserError(.missing, "\(path) does not exist; give a checkpoint file, or a folder with one")
        }
        let adapter = url.appending(path: "adapter.safetensors")
        let isAdapter = isFolder.boolValue && FileManager.default.fileExists(atPath: adapter.path)
        let contents: CheckpointContents
        do {
            contents = try CheckpointContents(of: isAdapter ? adapter : url)
        } catch {
            throw UserError(error)
        }
        settings = isFolder.boolValue && !isAdapter ? ModelFolder(url, name: "")?.kind : nil
        kind = ModelGuess(contents.tensors, settings: settings).description
        companions =
            isFolder.boolValue
            ? Self.companionNames.filter { FileManager.default.fileExists(atPath: url.appending(path: $0).path) } : []
        (files, metadata, tensors) = (contents.files, contents.metadata, contents.tensors)
        tensorCount = tensors.count
        numberCount = tensors.reduce(0) { $0 &+ $1.count }   // repeated ones may be beyond all bounds
        bytes = tensors.reduce(0) { $0 &+ $1.bytes }
        types = tensors.reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
        commonPrefix = contents.commonPrefix
        part = contents.part
        (otherTensorCount, notCalled, hostile) = (contents.otherTensorCount, contents.uncalled, contents.hostile)
    }

    /// For a person: a summary, then one line a tensor.
    package var lines: [String] {
        var lines = ["kind: \(kind)"]
        if let settings { lines.append("settings: \(settings)") }
        for file in files {
            lines.append("file: \(printable(file.name)), \(file.format.rawValue), \(Self.size(file.bytes))")
        }
        if !companions.isEmpty { lines.append("beside it: \(companions.joined(separator: ", "))") }
        for (name, note) in metadata.sorted(by: { $0.key < $1.key }) {
            lines.append("note: \(printable(name)) = \(printable(note))")
        }
        let kinds = types.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        lines.append(
            "tensors: \(tensorCount)\(kinds.isEmpty ? "" : " (\(kinds))"), \(numberCount) numbers, \(Self.size(bytes))")
        if !commonPrefix.isEmpty { lines.append("all names begin with: \(printable(commonPrefix))") }
        if let part { lines.append("below the key: \(printable(part))") }
        if otherTensorCount > 0 { lines.append("tensors that are not the model's: \(otherTensorCount)") }
        if !notCalled.isEmpty { lines.append("not called: \(Self.list(notCalled))") }
        if !hostile.isEmpty {
            lines.append("WARNING: this file was made to run \(Self.list(hostile)) when Python opens it; delete it")
        }
        lines.append("")
        let width = tensors.reduce(0) { max($0, "\($1.shape)".count) }
        for tensor in tensors {
            let type = tensor.type.padding(toLength: 8, withPad: " ", startingAt: 0)
            let shape = "\(tensor.shape)".padding(toLength: width + 2, withPad: " ", startingAt: 0)
            lines.append(type + shape + printable(tensor.name))
        }
        return lines
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", and \(names.count - 20) more" : "")
    }

    private static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000: "\(bytes) bytes"
        case ..<1_000_000: String(format: "%.1f kB", Double(bytes) / 1e3)
        case ..<1_000_000_000: String(format: "%.1f MB", Double(bytes) / 1e6)
        default: String(format: "%.2f GB", Double(bytes) / 1e9)
        }
    }
}

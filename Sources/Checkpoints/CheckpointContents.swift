import Foundation
import SynFiles

/// What a checkpoint holds, told from its headers and pickles; no tensor's numbers are read.
///
/// Understood are safetensors files; zip archives and older files of `torch.save`, whether a bare state dict, one below
/// `state_dict` (Lightning) or `model`, or a model pickled whole; TorchScript archives; and folders of these, also in
/// parts. Of what else a training program put beside its model, only counts are told. Pickles are read by a machine
/// that calls nothing: objects of other classes are passed over.
package struct CheckpointContents: Sendable {
    package struct File: Sendable, Encodable, Equatable {
        package let name: String
        package let format: CheckpointFormat
        package let bytes: Int
    }

    package struct Entry: Sendable, Encodable, Equatable {
        package let name: String
        /// As safetensors files call them: F32, BF16, I64, BOOL and so on.
        package let type: String
        package let shape: [Int]
        /// How many numbers the tensor has.
        package let count: Int
        /// Of its numbers, were they stored one after another.
        package let bytes: Int
    }

    package let files: [File]
    package let tensors: [Entry]
    /// The writer's notes in safetensors files; of several files, the last one's where they differ.
    package let metadata: [String: String]
    /// The key below which the model stands in a larger checkpoint: `state_dict`; nil where it stands alone.
    package let part: String?
    /// Tensors that stand beside the model's in a pickle: an optimiser's, for example.
    package let otherTensorCount: Int
    /// Classes and functions that a pickle wanted to call, and that were not called.
    package let uncalled: [String]
    /// Those of them that reach for the operating system: somebody has tampered with the file.
    package let hostile: [String]

    /// Reads the contents of a file, or of the checkpoint in a folder.
    package init(of url: URL) throws {
        let checkpoint = try CheckpointFiles(url)
        files = checkpoint.files.map {
            File(name: $0.file.url.lastPathComponent, format: $0.format, bytes: $0.file.byteCount)
        }
        tensors = checkpoint.modelTensors.map { name, tensor in
            Entry(
                name: name, type: tensor.format.rawValue, shape: tensor.shape, count: tensor.count,
                bytes: tensor.format.byteCount(of: tensor.count) ?? 0)
        }
        metadata = checkpoint.files.reduce(into: [:]) { all, file in all.merge(file.metadata) { $1 } }
        part = checkpoint.base.isEmpty ? nil : String(checkpoint.base.dropLast())
        otherTensorCount = checkpoint.files.reduce(0) { $0 + $1.otherTensorCount }
        uncalled = checkpoint.uncalled.map(printable)
        hostile = checkpoint.uncalled.filter(isHostile).map(printable)
    }

    /// The words, up to a dot, that all names begin with: `model.` or `bert.`; empty when there are none.
    package var commonPrefix: String {
        guard var shared = tensors.first.map({ $0.name.split(separator: ".").dropLast() }) else { return "" }
        for tensor in tensors {
            let words = tensor.name.split(separator: ".").dropLast()
            shared = shared.prefix(zip(shared, words).prefix { $0 == $1 }.count)
        }
        return shared.map { $0 + "." }.joined()
    }
}

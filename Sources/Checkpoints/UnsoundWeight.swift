import Foundation
import SynFiles
import SynTensors

/// A weight that is NaN or infinite: where a result that is not a number may have begun.
package struct UnsoundWeight: Sendable, Equatable {
    /// The checkpoint's file or folder.
    package let checkpoint: String
    package let tensor: String
    /// The element's place in the tensor.
    package let place: [Int]
    package let value: Float

    /// The first one in a model's folder, in the folders of its modules, or in a file; nil where all are numbers.
    ///
    /// Reads every number, so it is for explaining a failure. What cannot be read is passed over: it is not the reason.
    package static func first(in model: URL) -> UnsoundWeight? {
        let adapter = model.appending(path: "adapter.safetensors")
        let below = ((try? FileManager.default.contentsOfDirectory(atPath: model.path)) ?? []).sorted()
            .map { model.appending(path: $0) }.filter(\.hasDirectoryContents)
        return ([model, adapter] + below).lazy.compactMap(search).first
    }

    private static func search(_ checkpoint: URL) -> UnsoundWeight? {
        guard let files = try? CheckpointFiles(checkpoint) else { return nil }
        for stored in files.names.sorted().compactMap({ files[$0] }) {
            guard let tensor = try? stored.tensor(precision: .float32), tensor.elementType == .float32,
                let found = tensor.withFloats({ $0.firstIndex { !$0.isFinite } })
            else { continue }
            var (rest, place) = (found, [Int]())
            for size in tensor.shape.reversed() {
                place.insert(rest % size, at: 0)
                rest /= size
            }
            return UnsoundWeight(
                checkpoint: files.path, tensor: printable(stored.name), place: place,
                value: tensor.withFloats { $0[found] })
        }
        return nil
    }
}

extension URL {
    fileprivate var hasDirectoryContents: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

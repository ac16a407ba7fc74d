import Foundation
import SynCheckpoints
import SynFiles
import SynRuns
import SynTensors

/// A file of vectors to be written, of the kind its ending names: `.safetensors`, `.npy` or `.npz`.
///
/// A device or a pipe may have any name, and gets safetensors where its name says nothing.
package struct VectorFile {
    package enum Kind: String, CaseIterable {
        case safetensors, npy, npz
    }

    package let url: URL
    private let kind: Kind

    /// - Parameter arrays: how many tensors it shall hold.
    package init(_ path: String, arrays: Int) throws {
        guard !path.isEmpty else {
            throw UserError(.settings, "--out is empty; name a file such as vectors.safetensors")
        }
        url = URL(filePath: path)
        let ending = url.pathExtension.lowercased()
        if let known = Kind(rawValue: ending) {
            kind = known
        } else {
            guard try !AtomicFile.replaces(url) else {
                let named = ending.isEmpty ? "has no ending" : "ends in .\(url.pathExtension)"
                throw UserError(
                    .settings,
                    "\(path) \(named), but vectors are written as .safetensors, .npy or .npz; give it one of these "
                        + "endings"
                )
            }
            kind = .safetensors
        }
        guard kind != .npy || arrays == 1 else {
            throw UserError(
                .settings,
                "\(path): .npy holds one array, and with --layers there are \(arrays); write .npz or .safetensors")
        }
        try AtomicFile.check(url)
        if try AtomicFile.replaces(url) { try AtomicFile.check(index) }
    }

    /// The list of captions beside it.
    package var index: URL {
        url.deletingLastPathComponent().appending(path: url.lastPathComponent + ".index.json")
    }

    /// NumPy's formats have no place for metadata, the index beside them has it.
    package func write(_ tensors: [(name: String, tensor: Tensor)], metadata: [String: String]) throws {
        switch kind {
        case .safetensors: try writeSafetensors(tensors, metadata: metadata, to: url)
        case .npz: try writeNumPyArchive(tensors, to: url)
        case .npy: for (_, tensor) in tensors { try writeNumPy(tensor, to: url) }
        }
    }
}

import Foundation
import SynCheckpoints
import SynFiles
import SynRuns
import SynTensors

extension PairedVectors {
    /// A `.safetensors` or `.npz` with the tensors "images" and "texts", each [n, d].
    ///
    /// - Parameter drawn: how many pairs are drawn of more, and by which seed; nil for all.
    package init(vectorsAt path: String, drawn: (size: Int, seed: UInt64)? = nil) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw UserError(.missing, "\(path) does not exist; name a .safetensors or .npz with images and texts")
        }
        let url = URL(filePath: path)
        let read: (String) throws -> DoubleMatrix
        switch url.pathExtension.lowercased() {
        case "npz":
            let archive = try NumPyArchive(url)
            try Self.check(archive.names, path)
            read = { name in
                let array = try archive.array(name)
                return try Self.matrix(array.values, array.shape, name, path)
            }
        case "safetensors":
            let file = try SafetensorsFile(url)
            try Self.check(file.names, path)
            read = { name in try Self.matrix(file.doubles(name), file.shape(of: name) ?? [], name, path) }
        case let ending:
            throw UserError(
                .badData,
                "\(path) \(ending.isEmpty ? "has no ending" : "ends in .\(ending)"), but vectors are read from "
                    + ".safetensors or .npz with the tensors images and texts")
        }
        let images = try read("images")
        guard let drawn, drawn.size < images.rows else {
            self = try Self(images: images, texts: read("texts"), source: path)
            return
        }
        let count = images.rows
        let places = Self.drawn(drawn.size, of: count, seed: drawn.seed)
        let some = images.rows(at: places)
        let texts = try read("texts")
        guard texts.rows == count else {
            self = try Self(images: images, texts: texts, source: path)   // which says what is wrong
            return
        }
        self = try Self(images: some, texts: texts.rows(at: places), source: path)
    }

    /// How many pairs a file holds, without reading them; nil where that cannot be told at once.
    package static func count(at path: String) -> Int? {
        let url = URL(filePath: path)
        switch url.pathExtension.lowercased() {
        case "safetensors": return (try? SafetensorsFile(url))?.shape(of: "images")?.first
        case "npz": return (try? NumPyArchive(url))?.shape(of: "images")?.first
        default: return nil
        }
    }

    private static func check(_ names: [String], _ path: String) throws {
        let lacking = ["images", "texts"].filter { !names.contains($0) }
        guard lacking.isEmpty else {
            throw UserError(
                .badData,
                "\(path) has no \(lacking.joined(separator: " and no ")) (it holds "
                    + "\(names.prefix(5).map(printableSentence).joined(separator: ", "))); save the vectors under "
                    + "\"images\" and \"texts\"")
        }
    }

    private static func matrix(
        _ values: [Double], _ shape: [Int], _ name: String, _ path: String
    ) throws
        -> DoubleMatrix
    {
        guard shape.count == 2 else {
            throw UserError(.badData, "\(path): \(name) has the shape \(shape) and should have [pairs, numbers]")
        }
        return DoubleMatrix(values, rows: shape[0], columns: shape[1])
    }

    /// More pairs than this are sampled: exact neighbours of more would take too long.
    package static let most = 10_000

    /// The places of a sample without putting back, ascending.
    package static func drawn(_ size: Int, of count: Int, seed: UInt64) -> [Int] {
        var stream = RandomStream(seed: seed, purpose: "pairs of a latent space")
        return stream.permutation(count).prefix(size).sorted()
    }
}

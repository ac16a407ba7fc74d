import Checkpoints
import Files
import Foundation
import Images
import ModelHub
import Models
import Tensors

/// What frozen models say of the data, computed once and kept beside the run: image tokens and caption vectors.
///
/// A file's name ends in a hash of everything its content depends on (the model's files, the data, the
/// settings), so a stale one is never read. Files are memory-mapped.
public struct FeatureCache: Sendable {
    public let folder: URL

    public init(folder: URL) { self.folder = folder }

    /// Image tokens of samples: Int32 [samples, h·w].
    public func tokens(
        _ samples: [ProbeSample], of data: ProbeData, by decoder: ImageDecoder, decoderHash: String, split: String,
        progress: (Int) throws -> Void
    ) throws -> Tensor {
        try cached("tokens-\(split)", "tokens", ["tokens", split, decoderHash, data.identity]) {
            var parts: [Tensor] = []
            let preparation = TamingPreprocessing(side: decoder.configuration.vqgan.resolution)
            try progress(0)
            for (i, batch) in batches(samples, of: 32).enumerated() {
                // Each made small as it is read.
                let prepared = try batch.map { try preparation.prepared(data.image($0)) }
                parts.append(try decoder.soundTokens(of: Tensor(prepared, range: .signed)))     // of [batch, h, w, 3]
                try progress(min((i + 1) * 32, samples.count))
            }
            return concatenated(parts, axis: 0)
        }
    }

    /// Vectors of all captions of samples, one sample's after another's: [captions, d].
    public func vectors(
        _ samples: [ProbeSample], of data: ProbeData, by encoder: CaptionEncoder, encoderHash: String, name: String,
        split: String, seed: UInt64, progress: (Int) throws -> Void
    ) throws -> Tensor {
        let captions = samples.flatMap(\.captions)
        if encoder.isRandom { return try encoder.encode(captions, seed: seed).vectors }
        return try cached("\(name)-\(split)", "embeddings", ["vectors under all limits", split, encoderHash, data.identity]) {
            try progress(0)
            return try encoder.encode(captions, progress: progress).vectors
        }
    }

    private func cached(_ name: String, _ tensor: String, _ key: [String], make: () throws -> Tensor) throws -> Tensor {
        var hash = ContentHash()
        for part in key { hash.add(part: part) }
        let url = folder.appending(path: "\(name)-\(hash.hexadecimal.prefix(16)).safetensors")
        if FileManager.default.fileExists(atPath: url.path) { return try SafetensorsFile(url).tensor(tensor) }
        try AtomicFile.makeFolder(folder)
        let made = try make()
        try writeSafetensors([(tensor, made)], to: url)
        return made
    }

    /// A hash of every file of a model's folder, and of those in it, that decides what it computes; of a file of weights,
    /// of it and of what stands beside it.
    public static func hash(ofModel folder: URL) throws -> String {
        var hash = ContentHash()
        if folder.isFolder {
            try add(folder, to: &hash, below: "")
        } else {   // a file of weights, and the settings and the tokenizer beside it
            let place = folder.modelFolder
            let settings = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted().filter { name in
                [".json", ".txt", ".yaml"].contains { name.hasSuffix($0) } && !name.hasSuffix(PretrainingRecord.fileName)
            }
            for file in [folder] + settings.map({ place.appending(path: $0) }) where !file.isFolder {
                hash.add(part: file.lastPathComponent)
                hash.add(part: try blobName(of: file) ?? ContentHash(file: file).hexadecimal)
            }
        }
        return hash.hexadecimal
    }

    private static func add(_ folder: URL, to hash: inout ContentHash, below path: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        for name in names where !name.hasSuffix(PretrainingRecord.fileName) && !name.hasPrefix(".") && !name.hasSuffix(".md") {
            let url = folder.appending(path: name)
            if url.isFolder {
                try add(url, to: &hash, below: path + name + "/")
                continue
            }
            hash.add(part: path + name)
            hash.add(part: try blobName(of: url) ?? ContentHash(file: url).hexadecimal)
        }
    }

    /// In the shared Hugging Face cache large files are links to blobs that are named by their SHA-256.
    private static func blobName(of file: URL) -> String? {
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path) else { return nil }
        let parts = target.split(separator: "/")
        guard let name = parts.last, parts.dropLast().last == "blobs", name.utf8.count == 64,
            name.allSatisfy({ $0.isHexDigit && !$0.isUppercase })
        else { return nil }
        return String(name)
    }
}

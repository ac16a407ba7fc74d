import SynCheckpoints
import SynEmbedding
import SynFiles
import Foundation
import SynImages
import SynModelHub
import SynModels
import SynRuns
import SynTensors

/// What frozen models say of the data, computed once and kept beside the run: image tokens and caption vectors.
///
/// A file's name ends in a hash of everything its content depends on (the model's files, the data, the
/// settings), so a stale one is never read; one that is no longer what was written is made again. Files are memory-mapped.
package struct FeatureCache {
    private let checksums: Checksums
    private let remark: (String) -> Void

    init(_ checksums: Checksums, remark: @escaping (String) -> Void) { (self.checksums, self.remark) = (checksums, remark) }

    /// Image tokens of samples: Int32 [samples, h·w].
    func tokens(
        _ samples: [ProbeSample], of data: ProbeData, by decoder: ImageDecoder, decoderHash: String, split: String,
        progress: (Int) throws -> Void
    ) throws -> Tensor {
        let configuration = decoder.configuration
        func isSound(_ tokens: Tensor) -> Bool {
            tokens.elementType == .int32 && tokens.shape == [samples.count, configuration.tokensPerImage]
                && tokens.integers.allSatisfy { 0 <= $0 && $0 < configuration.transformer.vocabularySize }
        }
        return try cached("tokens-\(split)", "tokens", ["tokens", split, decoderHash, data.identity], isSound) {
            var parts: [Tensor] = []
            let preparation = TamingPreprocessing(side: configuration.vqgan.resolution)
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
    func vectors(
        _ samples: [ProbeSample], of data: ProbeData, by encoder: CaptionEncoder, encoderHash: String, name: String,
        split: String, seed: UInt64, progress: (Int) throws -> Void
    ) throws -> Tensor {
        let captions = samples.flatMap(\.captions)
        if encoder.isRandom { return try encoder.encode(captions, seed: seed).vectors }
        func isSound(_ vectors: Tensor) -> Bool {
            vectors.elementType == .float32 && vectors.shape == [captions.count, encoder.vectorSize]
        }
        return try cached("\(name)-\(split)", "embeddings", ["vectors under all limits", split, encoderHash, data.identity], isSound) {
            try progress(0)
            return try encoder.encode(captions, progress: progress).vectors
        }
    }

    /// How the names of features end, those of text studies too.
    static var nameEnding: Regex<Substring> { /-[0-9a-f]{16}\.safetensors$/ }

    private func cached(
        _ name: String, _ tensor: String, _ key: [String], _ isSound: (Tensor) -> Bool, make: () throws -> Tensor
    ) throws -> Tensor {
        var hash = ContentHash()
        for part in key { hash.add(part: part) }
        let file = "\(name)-\(hash.hexadecimal.prefix(16)).safetensors"
        let url = checksums.folder.appending(path: file)
        let finding = checksums.finding(file, thoroughly: true)
        if finding == .intact, let kept = try? SafetensorsFile(url).tensor(tensor), isSound(kept) { return kept }
        if let word = checksums.word(file, finding) { remark("\(word); it is made again") }
        try AtomicFile.makeFolder(checksums.folder)
        let made = try make()
        try writeSafetensors([(tensor, made)], to: url)
        try checksums.note(file)
        return made
    }
}

import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynImages
import SynMetrics
import SynModels
import SynRuns
import SynTensors

/// What the command does with an image decoder alone: pictures to tokens, tokens to pictures, likelihoods.
package struct DecoderJobs {
    private let decoder: ImageDecoder
    private let folder: URL

    package init(folder: URL) throws {
        self.folder = folder
        decoder = try ImageDecoder(folder: folder)
    }

    /// Tokens of every picture of a folder, prepared as in training; `portion` is which part of them is taken.
    package func quantize(
        _ pictures: PictureFolder, portion: Portion? = nil, to path: String, progress: (Int) -> Void
    ) throws {
        try AtomicFile.check(URL(filePath: path))
        let preparation = TamingPreprocessing(side: decoder.configuration.vqgan.resolution)
        var parts: [Tensor] = []
        for (i, names) in batches(pictures.names, of: 32).enumerated() {
            // Each made small as it is read.
            let prepared = try parallelMap(names.count) { try preparation.prepared(pictures.image(names[$0])) }
            parts.append(try decoder.soundTokens(of: Tensor(prepared, range: .signed)))
            progress(min((i + 1) * 32, pictures.names.count))
        }
        try TokenFile(tokens: concatenated(parts, axis: 0), names: pictures.names).write(
            to: URL(filePath: path), portion)
    }

    /// A PNG for every row of tokens, or the first so many, named as in the file; returns the names.
    package func decode(
        _ path: String, limit: Int? = nil, into folder: String
    ) throws -> (names: [String], portion: Portion?) {
        let (file, portion) = try TokenFile(URL(filePath: path), for: decoder).first(limit)
        let folder = URL(filePath: folder)
        // A name from a file is only a name: no folders.
        let names = try file.names.enumerated().map { row, name in
            guard let stem = Self.pictureName(name) else {
                throw UserError(
                    .badData,
                    "\(path): row \(row + 1) is called \"\(printable(name))\", which names no picture; rename it")
            }
            return stem + ".png"
        }
        guard Set(names).count == names.count else {
            throw UserError(.badData, "\(path): several rows of tokens have the same picture's name")
        }
        try AtomicFile.makeFolder(folder)
        let lock = try FileLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        for places in batches(Array(names.indices), of: 32) {
            let drawn = try decoder.images(fromTokens: file.tokens.rows(at: places))
            try NonFinite.refuse(drawn, "a pixel", model: self.folder)
            let images = Image.images(from: drawn, range: .signed)
            for (place, image) in zip(places, images) {
                try image.writePNG(to: folder.appending(path: names[place]))
            }
        }
        return (names, portion)
    }

    /// The last part of a name from a file, without its ending; nil when that is no name for a file.
    static func pictureName(_ name: String) -> String? {
        guard let last = name.split(separator: "/", omittingEmptySubsequences: false).last, last != ".", last != ".."
        else { return nil }
        let stem = last.lastIndex(of: ".").map { $0 == last.startIndex ? last : last[..<$0] } ?? last
        let isFit = !stem.isEmpty && stem.utf8.count <= 240 && !stem.utf8.contains(0)
        return isFit ? String(stem) : nil
    }

    /// - Parameters:
    ///   - prefix: a safetensors file with `prefix` [N, width] or [N, K, width]; nil for none.
    ///   - captions: captions with the encoder and adapter that make prefixes of them; nil for none.
    ///   - limit: the most rows of tokens.
    package func likelihood(
        _ path: String, limit: Int? = nil, prefix: String?, captions: (encoder: URL, adapter: URL, captions: [String])?,
        activation: CLIPActivation? = nil, remark: (String) -> Void = { _ in }
    ) throws -> Likelihood {
        let whole = try TokenFile(URL(filePath: path), for: decoder)
        let (file, portion) = whole.first(limit)
        let (count, width) = (whole.tokens.size(0), decoder.configuration.transformer.width)
        var prefixes: Tensor?
        if let prefix {
            let stored = try SafetensorsFile(URL(filePath: prefix)).tensor("prefix")
            guard stored.elementType == .float32, stored.size(-1) == width, stored.size(0) == count,
                stored.shape.count == 2 || stored.shape.count == 3
            else {
                throw UserError(
                    .badData,
                    "\(prefix): prefix has the shape \(stored.shape), but [\(count), \(width)] or [\(count), K, "
                        + "\(width)] is needed"
                )
            }
            let all = stored.reshaped([count, -1, width])
            prefixes = portion == nil ? all : all.rows(at: Array(file.names.indices))
        } else if let captions {
            let encoder = try TextEmbedder(folder: captions.encoder, activation: activation)
            let adapter = try Adapter(
                at: captions.adapter, width: width, vectorSize: encoder.encoder.vectorSize(.probe))
            let unchecked = try Adapter.check(captions.adapter, decoder: folder, encoder: captions.encoder)
            let read = Array(captions.captions.prefix(file.names.count))
            for sentence in [unchecked, encoder.reader.remark, encoder.remark(on: read)] {
                if let sentence { remark(sentence) }
            }
            guard captions.captions.count == count else {
                throw UserError(
                    .badData,
                    "there are \(captions.captions.count) captions for \(count) rows of tokens; they must be as many")
            }
            prefixes = adapter(try encoder.embed(read).vectors)
        }
        if let prefixes {
            try NonFinite.refuse(prefixes, "a number of the prefixes", model: captions?.adapter)
        }
        let likelihood = Likelihood(of: file.tokens, under: decoder, prefixes: prefixes, portion: portion)
        try NonFinite.refuse(likelihood.perSample, "a likelihood", model: folder)
        return likelihood
    }
}

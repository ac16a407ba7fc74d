import Foundation
import SynCheckpoints
import SynFiles
import SynModels
import SynRuns
import SynTensors

/// How probable image tokens are under a decoder, with or without a prefix.
package struct Likelihood: Encodable, Sendable {
    /// Mean nats per token of each sample.
    package let perSample: [Double]
    /// Which part of the rows these are; nil for all.
    package let portion: Portion?
    package var mean: Double { perSample.reduce(0, +) / Double(max(perSample.count, 1)) }

    private enum CodingKeys: String, CodingKey {
        case perSample = "per_sample"
        case mean = "nats_per_token"
        case bits = "bits_per_token"
        case count = "n"
        case partial
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(perSample, forKey: .perSample)
        try keys.encode(mean, forKey: .mean)
        try keys.encode(mean / log(2), forKey: .bits)
        try keys.encode(perSample.count, forKey: .count)
        if portion != nil { try keys.encode(true, forKey: .partial) }
    }

    /// - Parameters:
    ///   - tokens: Int32 [samples, h·w], row by row.
    ///   - prefixes: [samples, K, width], or nothing.
    package init(of tokens: Tensor, under decoder: ImageDecoder, prefixes: Tensor? = nil, portion: Portion? = nil) {
        var found: [Double] = []
        for places in batches(Array(0..<tokens.size(0)), of: 32) {
            let part = tokens.rows(at: places)
            let logits = decoder.logits(of: part, prefix: prefixes?.rows(at: places))
            let losses = logits.crossEntropyPerRow(part)   // [batch, h·w]
            found += losses.mean(axis: -1).floats.map(Double.init)
        }
        (perSample, self.portion) = (found, portion)
    }
}

/// Image tokens in a safetensors file: `tokens` [N, h·w] Int32, and the pictures' names in the metadata.
package struct TokenFile: Sendable {
    package let tokens: Tensor
    package let names: [String]

    package init(tokens: Tensor, names: [String]) { (self.tokens, self.names) = (tokens, names) }

    /// Reads and checks a file for a decoder.
    package init(_ url: URL, for decoder: ImageDecoder) throws {
        let file = try SafetensorsFile(url)
        let tokens = try file.tensor("tokens")
        let (count, codes) = (decoder.configuration.tokensPerImage, decoder.configuration.transformer.vocabularySize)
        guard tokens.elementType == .int32, tokens.shape.count == 2, tokens.size(1) == count, tokens.size(0) > 0 else {
            throw UserError(
                .badData,
                "\(url.path): tokens have the shape \(tokens.shape), but this decoder has whole numbers of "
                    + "[pictures, \(count)]"
            )
        }
        if let stranger = tokens.integers.first(where: { $0 < 0 || $0 >= codes }) {
            throw UserError(.badData, "\(url.path): token \(stranger) is not among the decoder's \(codes) codes")
        }
        self.tokens = tokens
        let listed = file.metadata["names"].flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
        let given = listed ?? []
        names = given.count == tokens.size(0) ? given : (0..<tokens.size(0)).map { String(format: "%06d.png", $0) }
    }

    /// The first so many rows, and which portion they are; nil where all are taken.
    package func first(_ limit: Int?) -> (file: TokenFile, portion: Portion?) {
        guard let portion = Portion(limit: limit, of: names.count, "rows of tokens") else { return (self, nil) }
        let rows = tokens.rows(at: Array(0..<portion.taken))
        return (TokenFile(tokens: rows, names: Array(names.prefix(portion.taken))), portion)
    }

    /// Writes them; a portion is told in the metadata.
    package func write(to url: URL, _ portion: Portion? = nil) throws {
        let list = String(decoding: try JSONText.data(names, .line), as: UTF8.self)
        let notes = ["names": list, "partial": portion?.sentence].compactMapValues(\.self)
        try writeSafetensors([("tokens", tokens)], metadata: notes, to: url)
    }
}

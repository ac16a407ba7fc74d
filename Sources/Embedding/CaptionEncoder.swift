import SynCheckpoints
import Foundation
import SynModels
import SynRuns
import SynTensors

/// Captions to vectors by a frozen encoder, or by chance: the probe's E.
package struct CaptionEncoder: Sendable {
    private enum Kind: Sendable {
        case frozen(any TextEncoder, TextReader, Pooling)
        case random(size: Int)
    }

    private let kind: Kind
    package let vectorSize: Int
    /// The model's folder; nil for the random baseline.
    package let folder: URL?
    /// Whether it learnt from images (CLIP); false for the random baseline.
    package let isContrastive: Bool

    /// A folder of a BERT-style or CLIP-style encoder, of GPT-2, or of sentence-transformers.
    package init(
        folder: URL, pooling: Pooling = .probe, precision: Precision = .float32, activation: CLIPActivation? = nil
    ) throws {
        let opened = try TextEncoderFolder(folder, precision: precision, activation: activation)
        let reader = try TextReader(opened.rules, positions: opened.encoder.maximumLength)
        let model = opened.encoder(promptLength: reader.promptLength)
        isContrastive = model.isContrastive
        kind = .frozen(model, reader, pooling)
        vectorSize = model.vectorSize(pooling)
        self.folder = folder
    }

    /// The baseline: for each caption one fixed vector of standard normal numbers, from the run's seed and the
    /// caption's words.
    package init(randomOfSize size: Int) {
        kind = .random(size: size)
        vectorSize = size
        folder = nil
        isContrastive = false
    }

    package var isRandom: Bool { folder == nil }

    /// How captions become ids; nil for the random baseline.
    package var reader: TextReader? { if case .frozen(_, let reader, _) = kind { reader } else { nil } }

    /// That captions are longer than it reads; nil where none is.
    package func remark(on captions: [String]) -> String? {
        guard let reader else { return nil }
        let cut = captions.count { reader.encoding($0).truncated }
        return cut == 0 ? nil : "\(cut) of \(captions.count) captions were too long and lost their end"
    }

    package struct Result: Sendable {
        package let vectors: Tensor      // [captions, d]
        /// Embedding output and every layer, pooled alike: [layers + 1, captions, d]; nil unless asked for.
        package let layers: Tensor?
        package let truncated: Int
    }

    /// Vectors in the order of the captions. Short captions are not paired with long ones, and what stands in one
    /// batch does not change a caption's vector beyond rounding.
    package func encode(
        _ captions: [String], seed: UInt64 = 0, everyLayer: Bool = false, batch: Int = 64,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Result {
        switch kind {
        case .random(let size):
            let rows = captions.flatMap { caption -> [Float] in
                var stream = RandomStream(seed: seed, purpose: "random caption vector " + caption)
                return (0..<size).map { _ in stream.normal() }
            }
            return Result(vectors: Tensor(rows, shape: [captions.count, size]), layers: nil, truncated: 0)
        case .frozen(let model, let reader, let pooling):
            let encodings = captions.map { reader.encoding($0) }
            let order = encodings.indices.sorted { (encodings[$0].ids.count, $0) < (encodings[$1].ids.count, $1) }
            var (parts, layers): ([Tensor], [[Tensor]]) = ([], [])
            var done = 0
            for places in batches(order, of: batch) {
                let found = try model.encode(
                    ids: places.map { encodings[$0].ids }, pooling: pooling, everyLayer: everyLayer)
                if let folder {
                    let numbers = FiniteVectors(encoder: model, folder: folder)
                    for vectors in [found.vectors] + found.layers {
                        try numbers.check(vectors, rows: places, ids: { encodings[$0].ids }, text: { captions[$0] })
                    }
                }
                parts.append(found.vectors)
                layers.append(found.layers)
                done += places.count
                try progress(done)
            }
            var inverse = order
            for (position, place) in order.enumerated() { inverse[place] = position }
            let stacked = try everyLayer ? stack(layers, inverse) : nil
            let vectors = concatenated(parts, axis: 0).rows(at: inverse)
            return Result(
                vectors: vectors, layers: stacked,
                truncated: encodings.count { $0.truncated })
        }
    }

    private func stack(_ batches: [[Tensor]], _ inverse: [Int]) throws -> Tensor {
        let layers = batches[0].indices.map { layer in
            concatenated(batches.map { $0[layer] }, axis: 0).rows(at: inverse)
        }
        return concatenated(layers.map { $0.reshaped([1] + $0.shape) }, axis: 0)       // [layers + 1, captions, d]
    }
}

import Foundation
import SynEmbedding
import SynImages
import SynModels
import SynRuns
import SynTensors

/// What a study looks at: pairs, and what is known of them beside their vectors.
package struct LatentSpaceInput: Sendable {
    package let pairs: PairedVectors
    /// One for each pair; nil where only vectors are at hand.
    package let captions: [String]?
    /// Nil where nothing says what else is true.
    package let truth: PairTruth?
    /// The pictures behind the vectors; nil where only vectors are at hand.
    package var pictures: PicturesWithCaptions?

    package init(pairs: PairedVectors, captions: [String]? = nil, truth: PairTruth? = nil) throws {
        try Self.check(captions, pairs.source, pairs.count)
        self.pairs = pairs
        self.captions = captions
        self.truth = truth ?? captions.map { PairTruth(captions: $0) }
    }

    private static func check(_ captions: [String]?, _ source: String, _ pairs: Int) throws {
        guard let captions, captions.count != pairs else { return }
        throw UserError(
            .badData,
            "\(source) holds \(pairs) pairs, but there are \(captions.count) captions; they must be as many")
    }

    /// Vectors from a file, with a caption for each of its pairs; of more than `most` pairs so many are drawn.
    ///
    /// - Parameter count: how many pairs the file holds, where that is known beforehand.
    package init(vectorsAt path: String, count: Int?, captions: [String]?, most: Int, seed: UInt64) throws {
        guard let count, count > most else {
            try self.init(pairs: PairedVectors(vectorsAt: path), captions: captions)
            return
        }
        try Self.check(captions, path, count)
        let places = PairedVectors.drawn(most, of: count, seed: seed)
        try self.init(
            pairs: PairedVectors(vectorsAt: path, drawn: (most, seed)),
            captions: captions.map { all in places.map { all[$0] } })
    }

    /// Some of the pairs, drawn without putting back and kept in order; nil where there are no more than `size`.
    package func sampled(_ size: Int, seed: UInt64) throws -> LatentSpaceInput? {
        guard size < pairs.count else { return nil }
        let places = PairedVectors.drawn(size, of: pairs.count, seed: seed)
        return try LatentSpaceInput(
            pairs: pairs.pairs(at: places), captions: captions.map { all in places.map { all[$0] } },
            truth: truth?.at(places))
    }

    /// Pictures and captions through both towers of a model.
    ///
    /// - Parameters:
    ///   - model: the folder of a CLIP or SigLIP, or of a checkpoint with OpenAI's names.
    ///   - progress: told how many pairs are done.
    package init(
        _ data: PicturesWithCaptions, model: URL, activation: CLIPActivation? = nil, batch: Int = 64,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        try TwoTowers.requirePictures(in: model)
        let towers = try ImageEmbedder(folder: model, activation: activation)
        let reader = try TextReader(TextEncoderFolder.rules(of: model), positions: towers.model.maximumLength)
        var (pictures, texts) = (VectorTable(rows: data.count), VectorTable(rows: data.count))
        for start in stride(from: 0, to: data.count, by: batch) {
            let places = start..<min(start + batch, data.count)
            pictures.put(
                try towers.embed(prepared: places.map { try towers.prepared(data.picture($0)) }).detached, at: places)
            texts.put(
                try towers.model.embed(ids: places.map { reader.encoding(data.captions[$0]).ids }).detached, at: places)
            try progress(places.upperBound)
        }
        let cut = data.captions.count { reader.encoding($0).truncated }
        var remarks = [towers.remark, data.remark].compactMap(\.self)
        if cut > 0 { remarks.append("\(cut) of \(data.count) captions were too long and lost their end") }
        try self.init(
            pairs: PairedVectors(
                images: DoubleMatrix(pictures.tensor), texts: DoubleMatrix(texts.tensor),
                source: "\(model.lastPathComponent) on \(data.source)", remarks: remarks),
            captions: data.captions, truth: data.truth)
        self.pictures = data
    }
}

import Foundation
import SynModels
import SynRuns

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

    /// Pictures and captions through both towers of a model, in one go.
    ///
    /// - Parameters:
    ///   - model: the folder of a CLIP or SigLIP, or of a checkpoint with OpenAI's names.
    ///   - progress: told how many pairs are done.
    package init(
        _ data: PicturesWithCaptions, model: URL, activation: CLIPActivation? = nil,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        let encoding = PairEncoding(data, try TwoTowers(folder: model, activation: activation))
        self = try encoding.input([encoding.vectors(at: 0..<data.count, progress: progress)])
    }
}

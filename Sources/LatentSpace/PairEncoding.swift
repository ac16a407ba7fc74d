import SynRuns
import SynTensors

/// Pictures and captions on their way through both towers of a model, in shards that may be made one by one.
package struct PairEncoding: Sendable {
    package let pictures: PicturesWithCaptions
    package let towers: TwoTowers

    /// Pairs of a shard.
    package static let shard = 256

    package init(_ pictures: PicturesWithCaptions, _ towers: TwoTowers) {
        (self.pictures, self.towers) = (pictures, towers)
    }

    package var count: Int { pictures.count }

    package var shards: [Range<Int>] {
        stride(from: 0, to: count, by: Self.shard).map { $0..<min($0 + Self.shard, count) }
    }

    /// What the towers make of some of the pairs, of any length: [places, d] each. A vector does not depend on which
    /// pairs are read beside it.
    ///
    /// - Parameter progress: told how many pictures are done, which take most of the time.
    package func vectors(
        at places: Range<Int>, progress: (Int) throws -> Void = { _ in }
    ) throws -> (images: Tensor, texts: Tensor) {
        let images = try towers.pictureTable(places.count, progress: progress) {
            try pictures.picture(places.lowerBound + $0)
        }
        return (images, try towers.textTable(pictures.captions[places]))
    }

    /// What is to be known about them before they are read.
    package var remarks: [String] {
        let cut = towers.cutTexts(pictures.captions)
        return [towers.images.remark, pictures.remark].compactMap(\.self)
            + (cut > 0 ? ["\(cut) of \(count) captions are too long and lose their end"] : [])
    }

    /// All shards together, for a study.
    package func input(_ shards: [(images: Tensor, texts: Tensor)]) throws -> LatentSpaceInput {
        let pairs = try PairedVectors(
            images: DoubleMatrix(concatenated(shards.map(\.images), axis: 0)),
            texts: DoubleMatrix(concatenated(shards.map(\.texts), axis: 0)),
            source: "\(towers.name) on \(pictures.source)", remarks: remarks)
        var input = try LatentSpaceInput(pairs: pairs, captions: pictures.captions, truth: pictures.truth)
        input.pictures = pictures
        return input
    }
}

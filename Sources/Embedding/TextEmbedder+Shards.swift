import SynModels
import SynTensors

extension TextEmbedder {
    /// The vectors of some of the batches that ``embed(_:pooling:everyLayer:batch:progress:)`` makes of all captions,
    /// to the bit: shard s has the batches from s · `batches` on.
    ///
    /// - Parameters:
    ///   - ids: of all captions, see ``TextReader/encoding(_:)``.
    ///   - captions: the same, as texts.
    /// - Returns: which captions those are, and their vectors [places, d].
    package func embed(
        shard: Int, ofBatches batches: Int, ids: [[Int32]], captions: [String], pooling: Pooling, batch: Int = 64,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> (places: [Int], vectors: Tensor) {
        var number = 0
        var (places, parts) = ([Int](), [Tensor]())
        try forEachBatch(of: ids, .texts(batch)) { texts -> Tensor? in
            defer { number += 1 }
            guard number / batches == shard else { return nil }
            return try encoder.encode(ids: texts, pooling: pooling, everyLayer: false).vectors
        } take: { rows, vectors in
            guard let vectors else { return }
            try check(vectors, rows: rows, ids: { ids[$0] }, text: { captions[$0] })
            places += rows
            parts.append(vectors)
            try progress(places.count)
        }
        guard !parts.isEmpty else { return ([], .zeros([0, encoder.vectorSize(pooling)])) }
        return (places, concatenated(parts, axis: 0))
    }
}

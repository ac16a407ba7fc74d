import SynCheckpoints
import SynModels
import SynTensors

/// Captions to vectors, by encoders of the probe, from ids.
///
/// In most stages all captions are of one length, so that padding plays no part. In the mixed one their lengths
/// differ as in a data set, and they go through the encoder as `CaptionEncoder` sends them: short ones with short
/// ones.
struct CaptionStages: Sendable {
    static let equalLength = 25
    /// Batches of the mixed stage, so that there are short ones and long ones.
    private static let mixedBatches = 8

    static let all = [
        bert("captions-bert-base", miniature: "bert-mini", BERTConfiguration()),
        bert("captions-bert-large", miniature: "bert-small", large),
        clip("captions-clip-b32", miniature: "clip-mini", CLIPTextConfiguration()),
        clip("captions-clip-l14", miniature: "clip-small", clipLarge),
        bert("captions-mixed-bert-base", miniature: "bert-mini", BERTConfiguration(), isMixed: true),
    ]

    /// How many tokens each caption has.
    let lengths: [Int]
    let batch: Int

    static func equal(_ batch: Int) -> CaptionStages {
        CaptionStages(lengths: Array(repeating: equalLength, count: batch), batch: batch)
    }

    static func mixed(_ batch: Int) -> CaptionStages {
        CaptionStages(lengths: InputData.lengths(batch * mixedBatches, in: 12...60), batch: batch)
    }

    // MARK: - Encoders

    private static var large: BERTConfiguration {
        var shape = BERTConfiguration()
        (shape.hiddenSize, shape.layerCount, shape.headCount, shape.feedForwardSize) = (1024, 24, 16, 4096)
        return shape
    }

    private static var clipLarge: CLIPTextConfiguration {
        var shape = CLIPTextConfiguration()
        (shape.hiddenSize, shape.headCount, shape.feedForwardSize, shape.projectionSize) = (768, 12, 3072, 768)
        return shape
    }

    private static func bert(
        _ name: String, miniature: String, _ published: BERTConfiguration, isMixed: Bool = false
    ) -> Stage {
        Stage(name: name, unit: .caption, usualBatch: 32, arithmetic: .product) { setting in
            let model = try FrozenModels.bert(miniature, published: published, setting)
            let captions = isMixed ? mixed(setting.batch) : equal(setting.batch)
            let shape = model.configuration
            let ids = InputData.captions(
                lengths: captions.lengths, below: shape.vocabularySize, start: 2, end: 3)
            let operations = captions.mean { Self.operations(shape, length: $0) }
            return captions.preparation(model, ids, operations)
        }
    }

    private static func clip(_ name: String, miniature: String, _ published: CLIPTextConfiguration) -> Stage {
        Stage(name: name, unit: .caption, usualBatch: 32, arithmetic: .product) { setting in
            let model = try FrozenModels.clipText(miniature, published: published, setting)
            let captions = equal(setting.batch)
            let operations = captions.mean { Self.operations(model.configuration, length: $0) }
            return captions.preparation(model, captions.captions(for: model.configuration), operations)
        }
    }

    /// Ids below the special ones, which have the largest numbers in CLIP's vocabularies.
    func captions(for shape: CLIPTextConfiguration) -> [[Int32]] {
        InputData.captions(
            lengths: lengths, below: min(Int(shape.startID), Int(shape.endID)), start: shape.startID, end: shape.endID)
    }

    private func preparation(
        _ model: some TextEncoder, _ ids: [[Int32]], _ operations: Double
    ) -> Stage.Preparation {
        let order = ids.indices.sorted { (ids[$0].count, $0) < (ids[$1].count, $1) }
        let parts = stride(from: 0, to: order.count, by: batch).map { start in
            order[start..<min(start + batch, order.count)].map { ids[$0] }
        }
        return Stage.Preparation(work: Work(operations: operations)) {
            try seconds {
                for part in parts {
                    let vectors = try model.captionVectors(ids: part)   // [batch, vectorSize]
                    try vectors.withFloats { try expectFinite($0[0], "a caption's vector") }
                }
            } / Double(ids.count)
        }
    }

    // MARK: - Work

    private func mean(_ operations: (Int) -> Double) -> Double {
        lengths.reduce(0) { $0 + operations($1) } / Double(lengths.count)
    }

    static func operations(_ shape: BERTConfiguration, length: Int) -> Double {
        Work.layers(
            shape.layerCount, width: shape.hiddenSize, feedForward: shape.feedForwardSize, time: length,
            isCausal: false)
    }

    static func operations(_ shape: CLIPTextConfiguration, length: Int) -> Double {
        Work.layers(
            shape.layerCount, width: shape.hiddenSize, feedForward: shape.feedForwardSize, time: length, isCausal: true)
            + 2 * Double(shape.hiddenSize * shape.projectionSize)
    }
}

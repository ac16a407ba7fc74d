import SynEmbedding
import SynLatentSpace
import SynRuns
import SynTensors
import TestSupport
import Testing

/// Texts alone, as an encoder without a picture tower has them.
@Suite("Texts alone")
struct TextVectorTests {
    static let texts = ["a man smiles", "a man smiles broadly", "she has long hair", "long hair", "red lips", "a hat"]

    private func made(_ n: Int = 20, _ d: Int = 7) throws -> TextVectors {
        var stream = RandomStream(seed: 11, purpose: "texts")
        let values = (0..<n * d).map { _ in Double(stream.normal()) }
        return try TextVectors(DoubleMatrix(values, rows: n, columns: d), (0..<n).map { "text \($0)" }, source: "made")
    }

    @Test("groups are those of pairs whose pictures are their texts")
    func clusters() throws {
        let texts = try made()
        let pairs = try PairedVectors(images: texts.vectors, texts: texts.vectors, source: "made")
        let alone = PairClusters(texts, most: 5).record(captions: texts.texts)
        let paired = try PairClusters(pairs, rows: .pairs, most: 5).record(captions: texts.texts)
        #expect(alone.rows == "texts" && alone.order.sorted() == Array(0..<20) && alone.sizes.count == 5)
        #expect(alone.order == paired.order && alone.sizes == paired.sizes && alone.labels == paired.labels)
        #expect(abs(alone.height - paired.height) < 1e-12)
        #expect(try PairClusters(pairs, rows: .texts, most: 5).record(captions: texts.texts) == alone)
    }

    @Test("a map has one point for each text, PCA's own", arguments: Projection.Method.allCases)
    func maps(_ method: Projection.Method) throws {
        let texts = try made()
        let map = try Projection(texts, method: method, seed: 1)
        let record = map.record()
        #expect(record.pairs == 20 && record.points.map(\.item) == Array(0..<20) && record.pairFigures == nil)
        #expect(record.points.allSatisfy { $0.modality == "text" && $0.x.isFinite && $0.y.isFinite })
        if method == .pca {
            #expect(map.positions == (try PrincipalComponents(texts.vectors, components: 2)).scores)
        }
    }

    @Test("an encoder's vectors are of length 1, and one text is too few")
    func encoder() throws {
        let bert = try TextEmbedder(folder: Fixture.url("text/bert"))
        let texts = try TextVectors(Self.texts, by: bert)
        #expect(texts.count == Self.texts.count && texts.source == "bert")
        for row in 0..<texts.count {
            let square = (0..<texts.vectors.columns).reduce(0) { $0 + texts.vectors[row, $1] * texts.vectors[row, $1] }
            #expect(abs(square - 1) < 1e-12)
        }
        let error = #expect(throws: UserError.self) { _ = try TextVectors(["alone"], by: bert) }
        #expect(error?.description.contains("two or more") == true)
    }
}

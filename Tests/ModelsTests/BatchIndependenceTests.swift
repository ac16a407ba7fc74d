import SynCheckpoints
import SynModels
import SynTensors
import Testing

/// A caption's vector is the same to the bit whatever captions stand beside it, in every class of processors that has our
/// kernels: no side of these weights is below 256, so that no product is oneDNN's.
@Suite(.enabled(if: AttentionMask.packingPays(.float32), "this class of processor has no such kernels"))
struct BatchIndependenceTests {
    private static let captions: [[Int32]] = [4, 18, 9, 31, 1].map { (length: Int32) -> [Int32] in
        (0..<length).map { 5 + $0 * 7 % 60 } + [299]
    }

    private static var bert: BERTConfiguration {
        var numbers = BERTConfiguration()
        (numbers.vocabularySize, numbers.hiddenSize, numbers.layerCount) = (300, 256, 2)
        (numbers.headCount, numbers.feedForwardSize, numbers.positionCount) = (4, 320, 40)
        return numbers
    }

    @Test(arguments: [Precision.float32, .bfloat16]) func captionsBesideOthers(_ precision: Precision) throws {
        let weights = Weights(fresh: 3, precision: precision, trainable: false)
        let model = try BERT(weights.scope, Self.bert)
        let together = try model.captionVectors(ids: Self.captions)
        for (row, caption) in Self.captions.enumerated() {
            let alone = try model.captionVectors(ids: [caption])
            #expect(alone.floats == together.slice(axis: 0, from: row, to: row + 1).floats, "caption \(row + 1)")
        }
        #expect(Set(together.floats).count > 1000)   // not all alike
    }
}

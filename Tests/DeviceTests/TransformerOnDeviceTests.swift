import EmulatedDevice
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// The frozen image transformer on a device (emulated) against the CPU's, whose references are its own suites.
@Suite struct TransformerOnDeviceTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let width, heads, layers, vocabulary, count, prefix: Int
        var testDescription: String { "\(width) wide, \(heads) heads, \(count) tokens, prefix of \(prefix)" }
    }
    static let shapes = [
        Shape(width: 64, heads: 4, layers: 2, vocabulary: 50, count: 17, prefix: 1),
        Shape(width: 104, heads: 1, layers: 2, vocabulary: 33, count: 9, prefix: 3),
        Shape(width: 96, heads: 3, layers: 1, vocabulary: 301, count: 70, prefix: 2),
    ]

    /// Logits, loss and the prefix's gradient, each against the CPU in Float32.
    private func errors(
        _ shape: Shape, _ precision: Precision, batch: Int
    ) throws -> (
        logits: Double, loss: Double, gradient: Double
    ) {
        let twins = try TwinTransformers(
            width: shape.width, heads: shape.heads, layers: shape.layers, vocabulary: shape.vocabulary,
            block: shape.count + 1, precision: precision)
        let tokens = twins.tokens(batch, shape.count)
        let input = ImageTransformer.teacherInput(tokens, start: [0])
        func results(_ transformer: ImageTransformer) -> (logits: [Float], loss: Float, gradient: [Float]) {
            let prefix = twins.prefix(batch, shape.prefix).asParameter()
            let logits = transformer.logits(tokens: input, prefix: prefix)
            let loss = logits.crossEntropy(tokens)
            return (logits.floats, loss.item, gradients(of: loss, for: [prefix])[0].floats)
        }
        let (ours, truth) = (results(twins.onDevice), results(twins.exact))
        #expect(twins.device.failure == nil)
        return (
            relativeError(ours.logits, truth.logits), Double(abs(ours.loss - truth.loss) / truth.loss),
            relativeError(ours.gradient, truth.gradient)
        )
    }

    @Test(arguments: shapes) func float32(_ shape: Shape) throws {
        let error = try errors(shape, .float32, batch: 3)
        print("device f32, \(shape.testDescription): \(error)")
        #expect(error.logits < 1e-5 && error.loss < 1e-6 && error.gradient < 1e-5)
    }

    @Test(arguments: shapes) func bfloat16(_ shape: Shape) throws {
        let error = try errors(shape, .bfloat16, batch: 2)
        print("device bf16, \(shape.testDescription): \(error)")
        #expect(error.logits < 2e-2 && error.loss < 5e-3 && error.gradient < 2e-2)
    }

    /// Nothing of a step is kept when its gradient was taken.
    @Test func memoryIsGivenBack() throws {
        let twins = try TwinTransformers(
            width: 64, heads: 4, layers: 2, vocabulary: 50, block: 18, precision: .bfloat16)
        let before = twins.device.used
        for _ in 0..<2 {
            let prefix = twins.prefix(2, 1).asParameter()
            let tokens = twins.tokens(2, 17)
            let logits = twins.onDevice.logits(
                tokens: ImageTransformer.teacherInput(tokens, start: [0]), prefix: prefix)
            _ = gradients(of: logits.crossEntropy(tokens), for: [prefix])
        }
        #expect(before > 0 && twins.device.used == before && twins.device.peak > before)
    }

    /// A device whose memory is too small says so, and nothing traps.
    @Test func fullMemory() throws {
        let device = EmulatedDevice(byteCount: 200_000)
        let shape = ImageTransformerConfiguration(
            vocabularySize: 50, blockSize: 18, layerCount: 2, headCount: 4, width: 64)
        let transformer = try ImageTransformer(
            Weights(fresh: 1, trainable: false, device: device).scope, shape)
        let logits = transformer.logits(tokens: Tensor([Int32](repeating: 1, count: 18), shape: [1, 18]))
        #expect(logits.floats.allSatisfy { $0 == 0 })
        #expect(device.failure?.contains("full") == true)
        #expect(throws: DeviceFailure.self) { try device.check() }
    }
}

import EmulatedDevice
import Foundation
import SynCheckpoints
import SynModels
import SynProbe
import SynTensors
import TestSupport
import Testing

/// An adapter that is trained on a device (emulated) beside the same on the CPU.
@Suite struct AdapterOnDeviceTests {
    /// Steps on random targets, with dropout, decay and two parts of a batch; the parameters and moments after them.
    private func trained(on device: (any Device)?, steps: Int = 6) throws -> (parameters: [[Float]], moments: [[Float]])
    {
        let fresh = try Adapter(from: 37, to: 24, prefixTokens: 3, seed: 5)
        let adapter = device.map { fresh.moved(to: $0) } ?? fresh
        let optimiser = AdamW(adapter.parameters, weightDecay: [0.1, 0])
        var stream = RandomStream(seed: 1, purpose: "test vectors")
        let vectors = Tensor.normal([5, 37], &stream)
        let targets = Tensor.normal([5, 3, 24], &stream)
        for step in 0..<steps {
            let dropout = Dropout(0.2, RandomStream(seed: 3, purpose: "test dropout", index: step))
            var sums: [Tensor] = []
            for part in [0..<2, 2..<5] {
                func rows(_ x: Tensor) -> Tensor { x.slice(axis: 0, from: part.lowerBound, to: part.upperBound) }
                // The squared distance, whose sum a scalar product with ones takes; its gradient is the distance.
                let prefix = dropout(adapter(rows(vectors)))
                let distance = prefix.moved(to: nil) - rows(targets)
                let found = gradients(of: (distance * distance).sum() * 0.1, for: adapter.parameters)
                sums = sums.isEmpty ? found : zip(sums, found).map { $0 + $1 }
            }
            optimiser.step(gradients: clipped(sums, toNorm: 5).gradients, learningRate: 0.01)
        }
        let state = optimiser.state
        return (adapter.parameters.map(\.floats), (state.first + state.second).map(\.floats))
    }

    @Test("its parameters and moments are the CPU's") func steps() throws {
        let device = EmulatedDevice()
        let (ours, truth) = (try trained(on: device), try trained(on: nil))
        try device.check()
        for (a, b) in zip(ours.parameters + ours.moments, truth.parameters + truth.moments) {
            let error = relativeError(a, b)
            print("an adapter trained on a device: \(error)")
            #expect(error < 2e-6)
        }
        #expect(device.launches["adamw_f32"] == 12)
    }

    /// A whole training, stopped and gone on with in the middle.
    private func adapter(
        _ transformer: ImageTransformer, _ twins: TwinTransformers, in folder: URL
    ) throws -> (weight: [Float], validation: Float?) {
        let vqgan = VQGANConfiguration(
            codeWidth: 8, codeCount: 48, latentChannels: 8, resolution: 8, baseChannels: 32, multipliers: [1, 1],
            residualBlockCount: 1, attentionResolutions: [])
        let decoder = ImageDecoder(
            configuration: ImageDecoderConfiguration(
                transformer: twins.configuration, vqgan: vqgan, start: .token(0)),
            transformer: transformer, vqgan: try VQGAN(Weights(fresh: 1, trainable: false).scope, vqgan))
        func data(_ count: Int, seed: UInt64) throws -> AdapterData {
            var stream = RandomStream(seed: seed, purpose: "test vectors")
            return try AdapterData(
                tokens: twins.tokens(count, 16, seed: seed), vectors: Tensor.normal([count, 12], &stream),
                captionCounts: Array(repeating: 1, count: count))
        }
        var settings = AdapterSettings()
        (settings.batch, settings.steps, settings.learningRate, settings.standardize) = (4, 6, 1e-2, true)
        for stop in [3, 6] {
            let training = try AdapterTraining(
                decoder, settings, seed: 5, training: data(12, seed: 1), validation: data(4, seed: 2), folder: folder,
                metadata: [:])
            while training.step < stop { _ = try training.advance() }
            if training.isFinished { try training.saveAdapters() } else { try training.saveState() }
            if training.isFinished {
                let file = try SafetensorsFile(folder.appending(path: "adapter-last.safetensors"))
                return (try file.tensor("text2image.0.weight").floats, training.lastValidation)
            }
        }
        return ([], nil)
    }

    @Test("a probe's training makes the same adapter there, stopped and gone on with") func training() throws {
        let twins = try TwinTransformers(
            width: 64, heads: 2, layers: 1, vocabulary: 48, block: 40, precision: .float32)
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ours = try adapter(twins.onDevice, twins, in: folder.appending(path: "device"))
        let truth = try adapter(twins.onCPU, twins, in: folder.appending(path: "cpu"))
        try twins.device.check()
        let error = relativeError(ours.weight, truth.weight)
        print("an adapter after 6 steps on a device: \(error), validation \(ours.validation ?? .nan)")
        #expect(error < 1e-3 && twins.device.launches["adamw_f32"] == 12)
        #expect(abs((ours.validation ?? 0) - (truth.validation ?? 1)) < 1e-4)
    }

    @Test("it is written and taken up from the CPU's memory") func state() throws {
        let device = EmulatedDevice()
        let adapter = try Adapter(from: 7, to: 8, prefixTokens: 1, seed: 5)
        let (moved, optimiser) = (adapter.moved(to: device), AdamW(adapter.parameters))
        #expect(moved.weight.device != nil && moved.moved(to: nil).weight.floats == adapter.weight.floats)
        let onDevice = AdamW(moved.parameters)
        onDevice.restore(
            step: 3, first: [.full([8, 7], 2), .full([8], 3)], second: [.full([8, 7], 4), .full([8], 5)])
        #expect(onDevice.state.step == 3 && onDevice.state.first[1].floats == [Float](repeating: 3, count: 8))
        #expect(onDevice.state.second[0].device == nil && optimiser.state.second[0].shape == [8, 7])
        moved.weight.assign(Tensor.full([8, 7], 9))
        #expect(moved.weight.floats == [Float](repeating: 9, count: 56))
    }
}

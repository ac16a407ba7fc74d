import EmulatedDevice
import SynCheckpoints
import SynModels
import SynProbe
import SynTensors

/// One small transformer with random weights, on the CPU and on a device.
struct TwinTransformers {
    let device: EmulatedDevice
    let configuration: ImageTransformerConfiguration
    let onCPU: ImageTransformer
    /// On the CPU in Float32.
    let exact: ImageTransformer
    let onDevice: ImageTransformer

    init(
        width: Int, heads: Int, layers: Int, vocabulary: Int, block: Int, precision: Precision,
        deviceBytes: Int = 8 << 30
    ) throws {
        let shape = ImageTransformerConfiguration(
            vocabularySize: vocabulary, blockSize: block, layerCount: layers, headCount: heads, width: width)
        configuration = shape
        let fresh = Weights(fresh: 7, trainable: false)
        _ = try ImageTransformer(fresh.scope, shape)
        // Larger than fresh ones, so that attention and logits differ from place to place.
        let tensors = Dictionary(
            uniqueKeysWithValues: fresh.all.map { name, tensor in
                var stream = RandomStream(seed: 3, purpose: "test weights " + name)
                let deviation: Float = name.hasSuffix("bias") ? 0.1 : name.contains("ln") ? 0.2 : 0.15
                let noise = Tensor.normal(tensor.shape, deviation: deviation, &stream)
                return (name, name.contains("ln") && name.hasSuffix("weight") ? noise + 1 : noise)
            })
        device = EmulatedDevice(byteCount: deviceBytes)
        onCPU = try ImageTransformer(Weights(tensors: tensors, precision: precision).scope, shape)
        exact = try ImageTransformer(Weights(tensors: tensors).scope, shape)
        onDevice = try ImageTransformer(Weights(tensors: tensors, precision: precision, device: device).scope, shape)
    }

    func tokens(_ batch: Int, _ count: Int, seed: UInt64 = 1) -> Tensor {
        var stream = RandomStream(seed: seed, purpose: "test tokens")
        return Tensor(
            (0..<batch * count).map { _ in Int32(stream.below(configuration.vocabularySize)) }, shape: [batch, count])
    }

    func prefix(_ batch: Int, _ count: Int) -> Tensor {
        var stream = RandomStream(seed: 2, purpose: "test prefix")
        return Tensor.normal([batch, count, configuration.width], &stream)
    }
}

import Dispatch
import SynCheckpoints
import SynModels
import SynTensors
import Synchronization

/// Weights of an image transformer, random ones, made by all cores: eight hundred million in seconds.
struct RandomTransformer {
    let shape: ImageTransformerConfiguration
    let tensors: [String: Tensor]

    /// - Parameter deviation: of matrices; larger ones make sharper attention.
    init(_ shape: ImageTransformerConfiguration, seed: UInt64, deviation: Float = 0.02) {
        self.shape = shape
        let names = Self.names(shape)
        let made = Mutex<[String: Tensor]>([:])
        DispatchQueue.concurrentPerform(iterations: names.count) { place in
            let (name, size) = names[place]
            var stream = RandomStream(seed: seed, purpose: "weights " + name)
            let isNorm = size.count == 1 && name.hasSuffix("weight")
            let noise = Self.noise(size, deviation: isNorm ? 0.1 : deviation, &stream)
            let tensor = isNorm ? noise + 1 : noise
            made.withLock { $0[name] = tensor }
        }
        tensors = made.withLock { $0 }
    }

    /// On the CPU, or on a device.
    func transformer(_ precision: Precision, on device: (any Device)? = nil) throws -> ImageTransformer {
        try ImageTransformer(Weights(tensors: tensors, precision: precision, device: device).scope, shape)
    }

    /// Evenly distributed, of the given deviation: ten times as quick as normal numbers, and no other for speed.
    private static func noise(_ shape: [Int], deviation: Float, _ stream: inout RandomStream) -> Tensor {
        Tensor.uniform(shape, bound: deviation * Float(3).squareRoot(), &stream)
    }

    private static func names(_ shape: ImageTransformerConfiguration) -> [(String, [Int])] {
        let width = shape.width
        func linear(_ name: String, _ outs: Int, _ ins: Int) -> [(String, [Int])] {
            [(name + ".weight", [outs, ins]), (name + ".bias", [outs])]
        }
        func norm(_ name: String) -> [(String, [Int])] { [(name + ".weight", [width]), (name + ".bias", [width])] }
        let blocks = (0..<shape.layerCount).flatMap { layer in
            let block = "blocks.\(layer)"
            return norm(block + ".ln1") + norm(block + ".ln2")
                + ["query", "key", "value", "proj"].flatMap { linear("\(block).attn.\($0)", width, width) }
                + linear(block + ".mlp.0", 4 * width, width) + linear(block + ".mlp.2", width, 4 * width)
        }
        return blocks + norm("ln_f")
            + [
                ("head.weight", [shape.vocabularySize, width]), ("tok_emb.weight", [shape.vocabularySize, width]),
                ("pos_emb", [1, shape.blockSize, width]),
            ]
    }
}

extension ImageTransformerConfiguration {
    /// Floating-point operations of one position's products on the way there, or back.
    var productWork: Double {
        let width = Double(width)
        return 2 * (Double(layerCount) * 12 * width * width + Double(vocabularySize) * width)
    }

    /// Of one sample's causal attention on the way there.
    func attentionWork(_ positions: Int) -> Double {
        2 * Double(layerCount) * Double(positions) * Double(positions) * Double(width)
    }
}

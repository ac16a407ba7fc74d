import SynModels
import SynRuns
import SynTensors

/// How many pictures a device's memory holds at once, told from shapes before the work begins, so that none is asked
/// for in the middle that is not there.
struct DevicePlan {
    private let transformer: ImageTransformerConfiguration
    /// Of one picture with its start and prefix.
    private let positions: Int
    /// Bytes of a number between two products.
    private let width: Int
    private let free: Int
    private let name: String

    init(_ configuration: ImageDecoderConfiguration, _ device: any Device, precision: ElementType, prefixTokens: Int) {
        transformer = configuration.transformer
        positions = configuration.tokensPerImage + configuration.startTokens.count + prefixTokens
        width = precision.width
        free = device.memory.free
        name = device.name
    }

    /// What products and kernels need beside the numbers, and what a pool of blocks cannot use.
    private var usable: Double { Double(free) * 0.92 - 256e6 }

    /// The largest part of a batch whose way back through the transformer fits.
    func trainingPart(asked: Int) throws -> Int {
        let (channels, layers) = (Double(transformer.width), Double(transformer.layerCount))
        // Kept of each layer: its two sums in Float32; queries, keys, values, what they gave, and four widths before
        // the GELU.
        let kept = layers * channels * (8 + 8 * Double(width))
        let passing = channels * (16 + 12 * Double(width)) + 3 * 4 * Double(transformer.vocabularySize)
        return try part(asked, Double(positions) * (kept + passing), "a picture's way back", "adapter.micro-batch")
    }

    /// How many pictures are drawn together at most.
    func drawingPart(asked: Int, isGuided: Bool) throws -> Int {
        let (channels, layers) = (Double(transformer.width), Double(transformer.layerCount))
        let kept = Double(positions) * layers * channels * 2 * Double(width)
        let passing = channels * 64 + 16 * Double(transformer.vocabularySize)
        return try part(asked, (isGuided ? 2 : 1) * (kept + passing), "a picture's keys and values", "sampling.batch")
    }

    private func part(_ asked: Int, _ each: Double, _ what: String, _ key: String) throws -> Int {
        guard usable >= each else {
            throw UserError(
                .failed,
                "\(name) has \(MemoryNeed.text(Double(free))) of free memory beside the model, but \(what) would need "
                    + "\(MemoryNeed.text(each)): free the GPU of other work, or take device cpu")
        }
        return max(1, min(asked, Int(usable / each)))
    }
}

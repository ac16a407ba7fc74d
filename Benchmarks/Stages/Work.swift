import SynCheckpoints
import SynModels

/// What one unit of a stage asks of a machine, whatever program does it.
///
/// Only what the mathematics needs is counted: products with weights and attention's own products, a multiplication
/// with its addition as two operations. Norms, activations, softmax, embeddings and padding count nothing, nor do
/// the keys and values that attention reads again.
public struct Work: Sendable {
    /// Floating-point operations.
    public let operations: Double
    /// Bytes of weights that must come from memory, where a unit needs them again and again; otherwise 0.
    public let weightBytes: Double

    init(operations: Double, weightBytes: Double = 0) {
        (self.operations, self.weightBytes) = (operations, weightBytes)
    }

    /// The fewest seconds that a unit can take under these ceilings: arithmetic and reading may overlap.
    ///
    /// - Parameters:
    ///   - rate: floating-point operations per second.
    ///   - bandwidth: bytes per second.
    public func leastSeconds(rate: Double, bandwidth: Double) -> Double {
        max(operations / rate, weightBytes / bandwidth)
    }
}

// MARK: - Transformers

extension Work {
    /// A stack of transformer layers over a sequence: four square matrices and two of `width` × `feedForward` a layer,
    /// and in attention two products of every position with each that it sees.
    static func layers(_ count: Int, width: Int, feedForward: Int, time: Int, isCausal: Bool) -> Double {
        let weights = Double(4 * width * width + 2 * width * feedForward)
        let pairs = isCausal ? Double(time * (time + 1)) / 2 : Double(time * time)
        return Double(count) * (2 * weights * Double(time) + 4 * pairs * Double(width))
    }

    /// One pass of the image transformer over all tokens of a picture behind a prefix of one.
    static func forward(_ shape: ImageTransformerConfiguration, tokens: Int) -> Double {
        layers(shape.layerCount, width: shape.width, feedForward: 4 * shape.width, time: tokens + 1, isCausal: true)
            + 2 * Double(tokens * shape.width * shape.vocabularySize)
    }

    /// A sample of the adapter's training. The way back to the prefix is counted like the way there: weights are
    /// frozen, so each product with them has one product on the way back. (Attention's own products have two; they
    /// would add less than one part in a hundred.)
    static func training(_ shape: ImageTransformerConfiguration, tokens: Int) -> Work {
        Work(operations: 2 * forward(shape, tokens: tokens))
    }

    /// A picture's tokens drawn one by one: all weights are read at each, by `batch` pictures together.
    static func sampling(
        _ shape: ImageTransformerConfiguration, tokens: Int, batch: Int, weightWidth: Int
    ) -> Work {
        let weights = shape.layerCount * 12 * shape.width * shape.width + shape.width * shape.vocabularySize
        return Work(
            operations: forward(shape, tokens: tokens),
            weightBytes: Double(weights * weightWidth * tokens) / Double(batch))
    }
}

// MARK: - Networks of convolutions

extension Work {
    /// Convolutions: each weight once for each position of its output.
    ///
    /// `side` tells the height and width of what the convolution of a name gives; nil leaves it out.
    static func convolutions(_ weights: Weights, side: (String) -> Int?) -> Double {
        weights.all.reduce(0) { sum, entry in
            guard entry.tensor.shape.count == 4, let side = side(entry.name) else { return sum }
            return sum + 2 * Double(entry.tensor.count * side * side)
        }
    }

    /// One half of a VQGAN, on one picture. `half` is `encoder` or `decoder`.
    static func vqgan(_ half: String, _ weights: Weights, _ shape: VQGANConfiguration) -> Work {
        /// From `.down.2.` or `.up.2.`.
        func level(_ name: String) -> Int? {
            let parts = name.split(separator: ".")
            let place = parts.indices.dropLast().first { parts[$0] == "down" || parts[$0] == "up" }
            return place.flatMap { Int(parts[$0 + 1]) }
        }
        func side(_ name: String) -> Int? {
            if name.contains("quant_conv") {
                return name.contains("post_quant_conv") == (half == "decoder") ? shape.latentSide : nil
            }
            guard name.contains(half + ".") else { return nil }
            if let level = level(name) {
                let change = name.contains("downsample") ? 1 : name.contains("upsample") ? -1 : 0
                return shape.resolution >> (level + change)
            }
            let isAtPicture = name.contains(half == "encoder" ? "conv_in" : "conv_out")
            return isAtPicture ? shape.resolution : shape.latentSide
        }
        let attention = weights.all.reduce(0.0) { sum, entry in
            guard entry.name.hasSuffix(".proj_out.weight"), let side = side(entry.name) else { return sum }
            return sum + 4 * Double(side * side) * Double(side * side) * Double(entry.tensor.shape[0])
        }
        let positions = shape.latentSide * shape.latentSide
        let search = half == "encoder" ? 2 * Double(positions * shape.codeCount * shape.codeWidth) : 0
        return Work(operations: convolutions(weights, side: side) + attention + search)
    }

    /// Inception v3 on one picture.
    static func inception(_ weights: Weights, _ shape: InceptionV3Configuration) -> Work {
        func halved(_ side: Int) -> Int { (side - 3) / 2 + 1 }
        let first = halved(shape.inputSize)   // 149 in the standard network
        let afterPool = halved(first - 2)   // 73
        let early = halved(afterPool - 2)   // 35
        let (middle, top) = (halved(early), halved(halved(early)))   // 17, 8
        let sides = [
            ("Conv2d_1a", first), ("Conv2d_2", first - 2), ("Conv2d_3b", afterPool), ("Conv2d_4a", afterPool - 2),
            ("Mixed_5", early), ("Mixed_6a.branch3x3.", middle), ("Mixed_6a.branch3x3dbl_3.", middle),
            ("Mixed_6a", early), ("Mixed_6", middle), ("Mixed_7a.branch3x3_2.", top),
            ("Mixed_7a.branch7x7x3_4.", top), ("Mixed_7a", middle), ("Mixed_7", top),
        ]
        let network = convolutions(weights) { name in sides.first { name.hasPrefix($0.0) }?.1 }
        return Work(operations: network + 2 * Double(shape.featureCount * shape.classCount))
    }
}

import SynCheckpoints
import SynTensors

/// The residual network that sees in CLIP RN50 and its relatives, CyCLIP and CLOOB among them (Radford et al. 2021,
/// section 2.4): a stem of three convolutions instead of one, averages instead of strides, and attention that pools.
///
/// Tensors are named as below `visual.` in OpenAI's checkpoints. Frozen only: batch normalisation is folded into the
/// convolutions.
package struct CLIPResNet: CLIPImageTower {
    package let configuration: CLIPResNetConfiguration
    let stem: [FoldedConvolution]
    let stages: [[CLIPResNetBlock]]
    let pool: CLIPAttentionPool

    package init(_ weights: WeightScope, _ configuration: CLIPResNetConfiguration) throws {
        let width = configuration.width
        self.configuration = configuration
        func convolution(_ number: Int, from inputs: Int, to outputs: Int, stride: Int = 1) throws -> FoldedConvolution
        {
            try FoldedConvolution(
                weights["conv\(number)"], norm: weights["bn\(number)"], from: inputs, to: outputs, size: 3,
                stride: stride)
        }
        stem = try [
            convolution(1, from: 3, to: width / 2, stride: 2), convolution(2, from: width / 2, to: width / 2),
            convolution(3, from: width / 2, to: width),
        ]
        var channels = width
        stages = try configuration.blockCounts.enumerated().map { stage, count in
            let inner = width << stage
            return try (0..<count).map { index in
                defer { channels = 4 * inner }
                return try CLIPResNetBlock(
                    weights["layer\(stage + 1)", index], from: channels, inner: inner,
                    halves: stage > 0 && index == 0)
            }
        }
        pool = try CLIPAttentionPool(weights["attnpool"], configuration)
    }

    package var imageSize: Int { configuration.imageSize }

    /// The stem's map and each stage's, a 4th to a 32nd of the image's size: [batch, height, width, channels].
    package func hiddenStates(_ images: Tensor, dropout: Dropout?) -> [Tensor] {
        precondition(
            images.shape.dropFirst() == [imageSize, imageSize, 3],
            "images of \(images.shape) given to a network for \(imageSize) by \(imageSize)")
        let start = stem.reduce(images) { $1($0, then: .relu) }.averagePooled(size: 2, stride: 2)
        return stages.reduce(into: [start]) { maps, stage in
            maps.append(stage.reduce(maps[maps.count - 1]) { $1($0) })   // [batch, height, width, channels]
        }
    }

    /// The last map, pooled by attention and already in the space shared with captions: [batch, projection].
    package func summary(_ images: Tensor, dropout: Dropout?) -> Tensor {
        let maps = hiddenStates(images, dropout: dropout)
        return pool(maps[maps.count - 1])
    }
}

/// One to one, three by three, one to one to four times as many channels, added to the input. A block that halves
/// the map's size averages 2×2 pixels, after the 3×3 and before the shortcut's convolution.
struct CLIPResNetBlock: Sendable {
    let narrow: FoldedConvolution
    let look: FoldedConvolution
    let widen: FoldedConvolution
    let shortcut: FoldedConvolution?
    let halves: Bool

    init(_ weights: WeightScope, from inputs: Int, inner: Int, halves: Bool) throws {
        narrow = try FoldedConvolution(weights["conv1"], norm: weights["bn1"], from: inputs, to: inner, size: 1)
        look = try FoldedConvolution(weights["conv2"], norm: weights["bn2"], from: inner, to: inner, size: 3)
        widen = try FoldedConvolution(weights["conv3"], norm: weights["bn3"], from: inner, to: 4 * inner, size: 1)
        shortcut =
            halves || inputs != 4 * inner
            ? try FoldedConvolution(
                weights["downsample", 0], norm: weights["downsample", 1], from: inputs, to: 4 * inner, size: 1) : nil
        self.halves = halves
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        func halved(_ x: Tensor) -> Tensor { halves ? x.averagePooled(size: 2, stride: 2) : x }
        let inner = halved(look(narrow(x, then: .relu), then: .relu))   // [batch, height, width, inner]
        let kept = shortcut.map { $0(halved(x)) } ?? x   // [batch, height, width, 4·inner]
        return (widen(inner) + kept).activated(.relu)
    }
}

/// Attention in place of an average: the mean of all pixels asks, the mean and all pixels answer.
struct CLIPAttentionPool: Sendable {
    let positions: Tensor   // [1 + pixels, channels]
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    let heads: Int

    init(_ weights: WeightScope, _ shape: CLIPResNetConfiguration) throws {
        let (size, side) = (shape.finalWidth, shape.imageSize / 32)
        positions = try weights.tensor(
            "positional_embedding", [1 + side * side, size], initially: .normal(deviation: 1 / Float(size).squareRoot())
        )
        query = try Linear(weights["q_proj"], from: size, to: size)
        key = try Linear(weights["k_proj"], from: size, to: size)
        value = try Linear(weights["v_proj"], from: size, to: size)
        output = try Linear(weights["c_proj"], from: size, to: shape.projectionSize)
        heads = shape.headCount
    }

    func callAsFunction(_ map: Tensor) -> Tensor {
        let (batch, size) = (map.size(0), map.size(3))
        let pixels = map.reshaped([batch, -1, size])   // [batch, pixels, channels]
        let mean = pixels.mean(axis: 1).reshaped([batch, 1, size])
        let x = concatenated([mean, pixels], axis: 1) + positions   // [batch, 1 + pixels, channels]
        let asked = query(x.slice(axis: 1, from: 0, to: 1))   // [batch, 1, channels]
        let pooled = attention(query: asked, key: key(x), value: value(x), heads: heads)
        return output(pooled.reshaped([batch, size]))   // [batch, projection]
    }
}

import SynCheckpoints
import SynTensors

// What stands on the way of an image changes it: x is the images on their way, [batch, height, width, channels].

/// Two normalised 3×3 convolutions, added to their input (through a 1×1 convolution where channels change).
struct VQGANResidualBlock: Sendable {
    let norm1: GroupNorm
    let convolution1: Convolution
    let norm2: GroupNorm
    let convolution2: Convolution
    let shortcut: Convolution?

    init(_ weights: WeightScope, from inputs: Int, to outputs: Int) throws {
        norm1 = try GroupNorm(vqgan: weights["norm1"], inputs)
        convolution1 = try Convolution(weights["conv1"], from: inputs, to: outputs, size: 3)
        norm2 = try GroupNorm(vqgan: weights["norm2"], outputs)
        convolution2 = try Convolution(weights["conv2"], from: outputs, to: outputs, size: 3)
        shortcut =
            inputs == outputs ? nil : try Convolution(weights["nin_shortcut"], from: inputs, to: outputs, size: 1)
    }

    /// Frozen in BFloat16, everything between two norms is in it; x itself stays Float32.
    func callAsFunction(_ x: inout Tensor) {
        let type = convolution1.weight.elementType
        let inner = convolution1(norm1(x, then: .silu, output: type), output: type)   // [batch, height, width, out]
        let normed = norm2(inner, then: .silu, output: type)
        if let shortcut { x = shortcut(x) }
        convolution2(normed, addedTo: &x)
    }
}

/// One head of attention between all positions of an image, added to its input.
struct VQGANAttention: Sendable {
    let norm: GroupNorm
    let query: Convolution
    let key: Convolution
    let value: Convolution
    let projection: Convolution

    init(_ weights: WeightScope, _ channels: Int) throws {
        norm = try GroupNorm(vqgan: weights["norm"], channels)
        query = try Convolution(weights["q"], from: channels, to: channels, size: 1)
        key = try Convolution(weights["k"], from: channels, to: channels, size: 1)
        value = try Convolution(weights["v"], from: channels, to: channels, size: 1)
        projection = try Convolution(weights["proj_out"], from: channels, to: channels, size: 1)
    }

    func callAsFunction(_ x: inout Tensor) {
        let normed = norm(x, output: query.weight.elementType)
        func sequence(_ x: Tensor) -> Tensor { x.reshaped([x.size(0), x.size(1) * x.size(2), x.size(3)]) }
        let mixed = attention(
            query: sequence(query(normed)), key: sequence(key(normed)), value: sequence(value(normed)),
            heads: 1)   // [batch, height·width, channels]
        projection(mixed.reshaped(x.shape), addedTo: &x)
    }
}

/// Residual, attention, residual: what stands between the two halves of the encoder and of the decoder.
struct VQGANMiddle: Sendable {
    let before: VQGANResidualBlock
    let attention: VQGANAttention
    let after: VQGANResidualBlock

    init(_ weights: WeightScope, _ channels: Int) throws {
        before = try VQGANResidualBlock(weights["block_1"], from: channels, to: channels)
        attention = try VQGANAttention(weights["attn_1"], channels)
        after = try VQGANResidualBlock(weights["block_2"], from: channels, to: channels)
    }

    func callAsFunction(_ x: inout Tensor) {
        before(&x)
        attention(&x)
        after(&x)
    }
}

/// One level's residual blocks, each followed by attention where the level has it.
struct VQGANStage: Sendable {
    let blocks: [VQGANResidualBlock]
    let attentions: [VQGANAttention]

    init(_ weights: WeightScope, from inputs: Int, to outputs: Int, count: Int, attends: Bool) throws {
        blocks = try (0..<count).map {
            try VQGANResidualBlock(weights["block", $0], from: $0 == 0 ? inputs : outputs, to: outputs)
        }
        attentions = attends ? try (0..<count).map { try VQGANAttention(weights["attn", $0], outputs) } : []
    }

    func callAsFunction(_ x: inout Tensor) {
        for index in blocks.indices {
            blocks[index](&x)
            if !attentions.isEmpty { attentions[index](&x) }
        }
    }
}

extension GroupNorm {
    init(vqgan weights: WeightScope, _ channels: Int) throws {
        try self.init(weights, channels, groups: VQGANConfiguration.groups, epsilon: 1e-6)
    }
}

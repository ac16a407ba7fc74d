import SynCheckpoints
import SynTensors

/// From latents to an image: each level doubles the resolution, the image's own excepted.
struct VQGANDecoder: Sendable {
    let first: Convolution
    let middle: VQGANMiddle
    /// From the latents' level to the image's; all but the last end in a doubling.
    let stages: [VQGANStage]
    let doublings: [VQGANUpsample]
    let norm: GroupNorm
    let last: Convolution

    init(_ weights: WeightScope, _ shape: VQGANConfiguration) throws {
        let levels = Array(shape.levels.reversed())
        var channels = levels[0].channels
        first = try Convolution(weights["conv_in"], from: shape.latentChannels, to: channels, size: 3)
        middle = try VQGANMiddle(weights["mid"], channels)
        var stages: [VQGANStage] = []
        var doublings: [VQGANUpsample] = []
        for level in levels {
            let scope = weights["up", level.index]
            stages.append(
                try VQGANStage(
                    scope, from: channels, to: level.channels, count: shape.residualBlockCount + 1,
                    attends: level.attends))
            channels = level.channels
            guard level.index > 0 else { continue }
            doublings.append(try VQGANUpsample(scope["upsample", "conv"], channels))
        }
        self.stages = stages
        self.doublings = doublings
        norm = try GroupNorm(vqgan: weights["norm_out"], channels)
        last = try Convolution(weights["conv_out"], from: channels, to: shape.decodedChannels, size: 3)
    }

    func callAsFunction(_ latents: Tensor) -> Tensor {
        var x = first(latents)   // [batch, h, w, channels]
        middle(&x)
        for (index, stage) in stages.enumerated() {
            stage(&x)
            if index < doublings.count { x = doublings[index](x) }   // [batch, 2·height, 2·width, channels]
        }
        return last(norm(x, then: .silu, output: last.weight.elementType))   // [batch, height, width, decodedChannels]
    }
}

/// Every pixel four times, then a 3×3 convolution; in one step where it is frozen.
struct VQGANUpsample: Sendable {
    let convolution: Convolution
    let kernels: DoublingKernels?

    init(_ weights: WeightScope, _ channels: Int) throws {
        let convolution = try Convolution(weights, from: channels, to: channels, size: 3)
        let exact =
            weights.weights.trainable || weights.weights.device != nil
            ? nil : try weights.tensor("weight", convolution.weight.shape, initially: .torchDefault)
        kernels = exact.map { DoublingKernels($0, as: convolution.weight.elementType) }
        self.convolution = convolution
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        if convolution.weight.device != nil {
            return x.doubledAndConvolved(onDevice: convolution.weight, convolution.bias)
        }
        guard let kernels, !x.wantsGradient else { return convolution(x.upsampledNearest(by: 2)) }
        return x.doubledAndConvolved(kernels, convolution.bias)
    }
}

import Checkpoints
import Tensors

/// From latents to an image: each level doubles the resolution, the image's own excepted.
struct VQGANDecoder: Sendable {
    let first: Convolution
    let middle: VQGANMiddle
    /// From the latents' level to the image's; all but the last end in a doubling.
    let stages: [VQGANStage]
    let afterDoubling: [Convolution]
    let norm: GroupNorm
    let last: Convolution

    init(_ weights: WeightScope, _ shape: VQGANConfiguration) throws {
        let levels = Array(shape.levels.reversed())
        var channels = levels[0].channels
        first = try Convolution(weights["conv_in"], from: shape.latentChannels, to: channels, size: 3)
        middle = try VQGANMiddle(weights["mid"], channels)
        var stages: [VQGANStage] = []
        var afterDoubling: [Convolution] = []
        for level in levels {
            let scope = weights["up", level.index]
            stages.append(
                try VQGANStage(
                    scope, from: channels, to: level.channels, count: shape.residualBlockCount + 1,
                    attends: level.attends))
            channels = level.channels
            guard level.index > 0 else { continue }
            afterDoubling.append(try Convolution(scope["upsample", "conv"], from: channels, to: channels, size: 3))
        }
        self.stages = stages
        self.afterDoubling = afterDoubling
        norm = try GroupNorm(vqgan: weights["norm_out"], channels)
        last = try Convolution(weights["conv_out"], from: channels, to: shape.decodedChannels, size: 3)
    }

    func callAsFunction(_ latents: Tensor) -> Tensor {
        var x = middle(first(latents))                               // [batch, h, w, channels]
        for (index, stage) in stages.enumerated() {
            x = stage(x)
            if index < afterDoubling.count {
                x = afterDoubling[index](x.upsampledNearest(by: 2))  // [batch, 2·height, 2·width, channels]
            }
        }
        return last(norm(x, then: .silu))                            // [batch, height, width, decodedChannels]
    }
}

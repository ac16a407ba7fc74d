import SynCheckpoints
import SynTensors

/// From an image to its latents: each level halves the resolution, the last one excepted.
struct VQGANEncoder: Sendable {
    let first: Convolution
    let stages: [VQGANStage]
    let downsamplers: [Convolution]
    let middle: VQGANMiddle
    let norm: GroupNorm
    let last: Convolution

    init(_ weights: WeightScope, _ shape: VQGANConfiguration) throws {
        first = try Convolution(weights["conv_in"], from: shape.imageChannels, to: shape.baseChannels, size: 3)
        var channels = shape.baseChannels
        var stages: [VQGANStage] = []
        var downsamplers: [Convolution] = []
        for level in shape.levels {
            let scope = weights["down", level.index]
            stages.append(
                try VQGANStage(
                    scope, from: channels, to: level.channels, count: shape.residualBlockCount, attends: level.attends))
            channels = level.channels
            guard !level.isLast else { continue }
            // Zeros below and to the right only: the reference pads by hand before a convolution without padding.
            downsamplers.append(
                try Convolution(
                    scope["downsample", "conv"], from: channels, to: channels, size: 3, stride: 2,
                    padding: Padding(top: 0, left: 0, bottom: 1, right: 1)))
        }
        self.stages = stages
        self.downsamplers = downsamplers
        middle = try VQGANMiddle(weights["mid"], channels)
        norm = try GroupNorm(vqgan: weights["norm_out"], channels)
        last = try Convolution(weights["conv_out"], from: channels, to: shape.latentChannels, size: 3)
    }

    func callAsFunction(_ images: Tensor) -> Tensor {
        var x = first(images)   // [batch, height, width, channels]
        for (index, stage) in stages.enumerated() {
            stage(&x)
            if index < downsamplers.count { x = downsamplers[index](x) }   // [batch, height/2, width/2, channels]
        }
        middle(&x)
        return last(norm(x, then: .silu, output: last.weight.elementType))   // [batch, h, w, latentChannels]
    }
}

import SynCheckpoints
import SynTensors

/// CLIP's vision tower: a vision transformer (Dosovitskiy et al. 2020) that reads an image as a row of patches
/// behind one class token, whose final state is the image's summary.
package struct CLIPVision: CLIPImageTower {
    package let configuration: CLIPVisionConfiguration
    let classToken: Tensor   // [hidden]
    let patches: Tensor   // [hidden, channels, patch, patch]
    let positions: Embedding
    let firstNorm: LayerNorm
    let tower: CLIPTower
    let lastNorm: LayerNorm

    package init(_ weights: WeightScope, _ configuration: CLIPVisionConfiguration) throws {
        let size = configuration.hiddenSize
        let patch = configuration.patchSize
        let embedding = weights["embeddings"]
        self.configuration = configuration
        classToken = try embedding.tensor(
            "class_embedding", [size], initially: .normal(deviation: 1 / Float(size).squareRoot()))
        patches = try embedding["patch_embedding"].matrix(
            "weight", [size, configuration.channelCount, patch, patch], initially: .normal(deviation: 0.02))
        positions = try Embedding(
            embedding["position_embedding"],
            count: configuration.patchesPerSide * configuration.patchesPerSide + 1, size: size)
        firstNorm = try LayerNorm(weights["pre_layrnorm"], size: size, epsilon: configuration.normEpsilon)   // sic
        tower = try CLIPTower(weights["encoder"], configuration.tower)
        lastNorm = try LayerNorm(weights["post_layernorm"], size: size, epsilon: configuration.normEpsilon)
    }

    package var imageSize: Int { configuration.imageSize }

    /// The normalised patch embedding and each layer's output, each [batch, 1 + patches, hidden].
    ///
    /// `images` are [batch, height, width, channels] of the configured size, normalised as the checkpoint's
    /// preprocessing says.
    package func hiddenStates(_ images: Tensor, dropout: Dropout?) -> [Tensor] {
        let size = configuration.imageSize
        precondition(
            images.shape.dropFirst() == [size, size, configuration.channelCount],
            "images of \(images.shape) given to a tower for \(size) by \(size)")
        let batch = images.size(0)
        let hidden = configuration.hiddenSize
        let grid = images.convolved(patches, nil, stride: configuration.patchSize)   // [batch, rows, columns, hidden]
        let row = grid.reshaped([batch, -1, hidden])   // [batch, patches, hidden]
        let first = Tensor.zeros([batch, 1, hidden]) + classToken   // [batch, 1, hidden]
        let x = concatenated([first, row], axis: 1) + positions.table   // [batch, 1 + patches, hidden]
        return tower(firstNorm(x), mask: .none, dropout: dropout)
    }

    /// The class token's final state after the last norm: [batch, hidden].
    package func summary(_ images: Tensor, dropout: Dropout?) -> Tensor {
        let states = hiddenStates(images, dropout: dropout)
        let last = states[states.count - 1]
        return lastNorm(last.slice(axis: 1, from: 0, to: 1).reshaped([last.size(0), last.size(-1)]))
    }
}

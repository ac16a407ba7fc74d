import SynTensors

/// The half of a CLIP that sees: a vision transformer, or a residual network in OpenAI's RN50 and its relatives.
package protocol CLIPImageTower: Sendable {
    /// Height and width of the images it reads.
    var imageSize: Int { get }

    /// What the stages of the network make of `images` [batch, imageSize, imageSize, channels], normalised as the
    /// checkpoint's preprocessing says. A transformer's states are [batch, 1 + patches, hidden], a residual network's
    /// maps [batch, height, width, channels].
    func hiddenStates(_ images: Tensor, dropout: Dropout?) -> [Tensor]

    /// The images in one vector each: [batch, hidden].
    func summary(_ images: Tensor, dropout: Dropout?) -> Tensor
}

extension CLIPImageTower {
    package func hiddenStates(_ images: Tensor) -> [Tensor] { hiddenStates(images, dropout: nil) }
    package func summary(_ images: Tensor) -> Tensor { summary(images, dropout: nil) }
}

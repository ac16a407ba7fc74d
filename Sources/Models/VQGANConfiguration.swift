/// The numbers of a VQGAN, as taming's `VQModel` parameters and its `ddconfig` have them.
public struct VQGANConfiguration: Sendable, Equatable {
    /// Numbers per codebook vector (`embed_dim`) and how many vectors the codebook has (`n_embed`).
    public var codeWidth: Int
    public var codeCount: Int
    /// Channels between the convolutional networks and the codebook (`z_channels`).
    public var latentChannels: Int
    /// Height and width of the images it was made for; decides at which levels attention stands.
    public var resolution: Int
    /// Channels of the images, in and out.
    public var imageChannels: Int
    public var decodedChannels: Int
    /// Channels of the first level (`ch`), and each level's multiple of it. A level halves the resolution of the
    /// one before.
    public var baseChannels: Int
    public var multipliers: [Int]
    public var residualBlockCount: Int
    /// Resolutions whose residual blocks are followed by attention.
    public var attentionResolutions: [Int]

    public init(
        codeWidth: Int, codeCount: Int, latentChannels: Int, resolution: Int, imageChannels: Int = 3,
        decodedChannels: Int = 3, baseChannels: Int, multipliers: [Int], residualBlockCount: Int,
        attentionResolutions: [Int]
    ) {
        self.codeWidth = codeWidth
        self.codeCount = codeCount
        self.latentChannels = latentChannels
        self.resolution = resolution
        self.imageChannels = imageChannels
        self.decodedChannels = decodedChannels
        self.baseChannels = baseChannels
        self.multipliers = multipliers
        self.residualBlockCount = residualBlockCount
        self.attentionResolutions = attentionResolutions
    }

    /// One of the levels between image and latents: its index in the checkpoint, its channels, its attention.
    struct Level {
        let index: Int
        let channels: Int
        let attends: Bool
        let isLast: Bool
    }

    /// From the image's resolution down.
    var levels: [Level] {
        multipliers.indices.map { index in
            Level(
                index: index, channels: baseChannels * multipliers[index],
                attends: attentionResolutions.contains(resolution >> index), isLast: index == multipliers.count - 1)
        }
    }

    /// Height and width of the latents of an image of the configured resolution.
    public var latentSide: Int { resolution >> (multipliers.count - 1) }

    /// Every group normalisation has 32 groups, as in taming; channels must be multiples of it.
    static let groups = 32
}

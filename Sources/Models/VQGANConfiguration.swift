import Foundation

/// The numbers of a VQGAN, as taming's `VQModel` parameters and its `ddconfig` have them.
package struct VQGANConfiguration: Sendable, Equatable {
    /// Numbers per codebook vector (`embed_dim`) and how many vectors the codebook has (`n_embed`).
    package var codeWidth: Int
    package var codeCount: Int
    /// Channels between the convolutional networks and the codebook (`z_channels`).
    package var latentChannels: Int
    /// Height and width of the images it was made for; decides at which levels attention stands.
    package var resolution: Int
    /// Channels of the images, in and out.
    package var imageChannels: Int
    package var decodedChannels: Int
    /// Channels of the first level (`ch`), and each level's multiple of it. A level halves the resolution of the
    /// one before.
    package var baseChannels: Int
    package var multipliers: [Int]
    package var residualBlockCount: Int
    /// Resolutions whose residual blocks are followed by attention.
    package var attentionResolutions: [Int]

    package init(
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
    package var latentSide: Int { resolution >> (multipliers.count - 1) }

    /// Every group normalisation has 32 groups, as in taming; channels must be multiples of it.
    static let groups = 32

    /// Why no VQGAN can have these numbers, as a sentence; nil when one can.
    var problem: String? {
        let sizes: [(String, Int)] = [
            ("embed_dim", codeWidth), ("n_embed", codeCount), ("z_channels", latentChannels),
            ("resolution", resolution), ("in_channels", imageChannels), ("out_ch", decodedChannels),
            ("ch", baseChannels), ("num_res_blocks", residualBlockCount),
        ]
        for (name, size) in sizes {
            if let problem = SettingRanges.problem(name, size) { return problem }
        }
        if multipliers.isEmpty || multipliers.count > 20 || multipliers.contains(where: { !(1...1024).contains($0) }) {
            return "ch_mult must hold from 1 to 20 numbers, each from 1 to 1024."
        }
        if resolution % (1 << (multipliers.count - 1)) != 0 {
            return "resolution (\(resolution)) must be halved evenly \(multipliers.count - 1) times."
        }
        for channels in [baseChannels] + levels.map(\.channels) where channels % Self.groups != 0 {
            return
                "a level has \(channels) channels; its norms have \(Self.groups) groups, so ch times each of ch_mult "
                + "must be a multiple of \(Self.groups)."
        }
        // An image's largest maps: what the first level makes, its input and a copy.
        return SettingRanges.roomProblem(
            forNumbers: 3 * resolution * resolution * (levels.first?.channels ?? baseChannels),
            in: "one image of \(resolution) pixels a side")
    }
}

extension VQGANConfiguration {
    /// The numbers of a first stage in taming's files.
    init(_ stage: ImageDecoderProject.FirstStage) {
        self.init(
            codeWidth: stage.codeWidth, codeCount: stage.codeCount, latentChannels: stage.networks.latentChannels,
            resolution: stage.networks.resolution, imageChannels: stage.networks.imageChannels,
            decodedChannels: stage.networks.decodedChannels, baseChannels: stage.networks.baseChannels,
            multipliers: stage.networks.multipliers, residualBlockCount: stage.networks.residualBlockCount,
            attentionResolutions: stage.networks.attentionResolutions)
    }

    /// Reads taming's file of a VQGAN on its own, such as its `model.yaml`.
    package init(modelFile url: URL) throws {
        struct File: Decodable {
            struct Model: Decodable { let params: ImageDecoderProject.FirstStage }
            let model: Model
        }
        let stage = try decodedYAML(File.self, at: url).model.params
        self.init(stage)
        if let problem = stage.problem ?? problem { throw ModelError("\(url.path): \(problem)") }
    }
}

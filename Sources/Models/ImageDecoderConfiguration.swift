import Foundation

/// What an image decoder is made of: the VQGAN's numbers and the transformer's, as in taming's `project.yaml`.
public struct ImageDecoderConfiguration: Sendable, Equatable {
    public var transformer: ImageTransformerConfiguration
    public var vqgan: VQGANConfiguration
    /// Stands before the first image token.
    public var startToken: Int

    public init(transformer: ImageTransformerConfiguration, vqgan: VQGANConfiguration, startToken: Int = 0) {
        self.transformer = transformer
        self.vqgan = vqgan
        self.startToken = startToken
    }

    /// How many tokens one image of the VQGAN's resolution has.
    public var tokensPerImage: Int { vqgan.latentSide * vqgan.latentSide }

    /// Reads a `project.yaml` of taming. Only unconditional decoders over a `VQModel` are understood.
    public init(projectFile url: URL) throws {
        let project = try decodedYAML(ImageDecoderProject.self, at: url).model.params
        func refuse(_ reason: String) -> ModelError { ModelError("\(url.path): \(reason)") }

        if project.isUnconditional != true {
            guard case .keyword(ImageDecoderProject.Condition.unconditional)? = project.condition else {
                throw refuse("this decoder is conditional; only unconditional ones (cond_stage_config: "
                    + "\(ImageDecoderProject.Condition.unconditional)) can be used.")
            }
        }
        if let permuter = project.permuter?.target, !permuter.hasSuffix(".Identity") {
            throw refuse("tokens are permuted by \(permuter); only decoders that keep the order of rows can be used.")
        }
        if let unmasked = project.transformer.params.unmaskedCount, unmasked != 0 {
            throw refuse("n_unmasked is \(unmasked); only causal decoders (0) can be used.")
        }
        if project.firstStage.params.networks.doublesLatents ?? true {
            throw refuse("ddconfig.double_z must be false for a vector-quantised model.")
        }
        if project.firstStage.params.networks.resamplesByConvolution == false {
            throw refuse("ddconfig.resamp_with_conv is false; only VQGANs that resample by convolution can be used.")
        }
        self.init(project)
        if let problem { throw refuse(problem) }
    }

    private init(_ project: ImageDecoderProject.Parameters) {
        let (transformer, stage) = (project.transformer.params, project.firstStage.params)
        self.init(
            transformer: ImageTransformerConfiguration(
                vocabularySize: transformer.vocabularySize, blockSize: transformer.blockSize,
                layerCount: transformer.layerCount, headCount: transformer.headCount, width: transformer.width,
                embeddingDropout: transformer.embeddingDropout ?? 0, attentionDropout: transformer.attentionDropout ?? 0,
                residualDropout: transformer.residualDropout ?? 0),
            vqgan: VQGANConfiguration(
                codeWidth: stage.codeWidth, codeCount: stage.codeCount, latentChannels: stage.networks.latentChannels,
                resolution: stage.networks.resolution, imageChannels: stage.networks.imageChannels,
                decodedChannels: stage.networks.decodedChannels, baseChannels: stage.networks.baseChannels,
                multipliers: stage.networks.multipliers, residualBlockCount: stage.networks.residualBlockCount,
                attentionResolutions: stage.networks.attentionResolutions),
            startToken: project.startToken ?? 0)
    }

    /// Writes a `project.yaml` that taming's own loader understands too.
    public func write(projectFile url: URL) throws {
        if let problem { throw ModelError("A decoder's settings cannot be written to \(url.path): \(problem)") }
        do {
            try Data(yaml.utf8).write(to: url, options: .atomic)
        } catch {
            throw ModelError("\(url.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The text of a `project.yaml` with these numbers.
    public var yaml: String {
        """
        model:
          target: taming.models.cond_transformer.Net2NetTransformer
          params:
            sos_token: \(startToken)
            cond_stage_key: image
            cond_stage_config: \(ImageDecoderProject.Condition.unconditional)
            transformer_config:
              target: taming.modules.transformer.mingpt.GPT
              params:
                vocab_size: \(transformer.vocabularySize)
                block_size: \(transformer.blockSize)
                n_layer: \(transformer.layerCount)
                n_head: \(transformer.headCount)
                n_embd: \(transformer.width)
                embd_pdrop: \(transformer.embeddingDropout)
                resid_pdrop: \(transformer.residualDropout)
                attn_pdrop: \(transformer.attentionDropout)
            first_stage_config:
              target: taming.models.vqgan.VQModel
              params:
                embed_dim: \(vqgan.codeWidth)
                n_embed: \(vqgan.codeCount)
                ddconfig:
                  double_z: false
                  z_channels: \(vqgan.latentChannels)
                  resolution: \(vqgan.resolution)
                  in_channels: \(vqgan.imageChannels)
                  out_ch: \(vqgan.decodedChannels)
                  ch: \(vqgan.baseChannels)
                  ch_mult: \(vqgan.multipliers)
                  num_res_blocks: \(vqgan.residualBlockCount)
                  attn_resolutions: \(vqgan.attentionResolutions)
                  dropout: 0.0
                lossconfig:
                  target: taming.modules.losses.vqperceptual.DummyLoss

        """
    }

    /// Why no decoder can have these numbers, as a sentence; nil when one can.
    var problem: String? {
        let sizes: [(String, Int)] = [
            ("vocab_size", transformer.vocabularySize), ("block_size", transformer.blockSize),
            ("n_layer", transformer.layerCount), ("n_head", transformer.headCount), ("n_embd", transformer.width),
            ("embed_dim", vqgan.codeWidth), ("n_embed", vqgan.codeCount), ("z_channels", vqgan.latentChannels),
            ("resolution", vqgan.resolution), ("in_channels", vqgan.imageChannels), ("out_ch", vqgan.decodedChannels),
            ("ch", vqgan.baseChannels), ("num_res_blocks", vqgan.residualBlockCount),
        ]
        for (name, size) in sizes where !(1...1 << 20).contains(size) {
            return "\(name) is \(size); it must be a number from 1 to \(1 << 20)."
        }
        for chance in [transformer.embeddingDropout, transformer.attentionDropout, transformer.residualDropout]
        where !(0..<1).contains(chance) {
            return "a dropout chance is \(chance); it must be at least 0 and less than 1."
        }
        if transformer.width % transformer.headCount != 0 {
            return "n_embd (\(transformer.width)) must be a multiple of n_head (\(transformer.headCount))."
        }
        if transformer.vocabularySize != vqgan.codeCount {
            return "vocab_size (\(transformer.vocabularySize)) and n_embed (\(vqgan.codeCount)) must agree."
        }
        if !(0..<transformer.vocabularySize).contains(startToken) {
            return "sos_token is \(startToken); it must be one of the \(transformer.vocabularySize) tokens."
        }
        if vqgan.multipliers.isEmpty || vqgan.multipliers.count > 20 || vqgan.multipliers.contains(where: { !(1...1024).contains($0) }) {
            return "ch_mult must hold from 1 to 20 numbers, each from 1 to 1024."
        }
        if vqgan.resolution % (1 << (vqgan.multipliers.count - 1)) != 0 {
            return "resolution (\(vqgan.resolution)) must be halved evenly \(vqgan.multipliers.count - 1) times."
        }
        for channels in [vqgan.baseChannels] + vqgan.levels.map(\.channels) where channels % VQGANConfiguration.groups != 0 {
            return "a level has \(channels) channels; its norms have \(VQGANConfiguration.groups) groups, so ch times "
                + "each of ch_mult must be a multiple of \(VQGANConfiguration.groups)."
        }
        if transformer.blockSize < tokensPerImage {
            return "block_size (\(transformer.blockSize)) is less than the \(tokensPerImage) tokens of an image."
        }
        return nil
    }
}

import Foundation
import SynFiles

/// What an image decoder is made of: the VQGAN's numbers and the transformer's, as in taming's `project.yaml`.
package struct ImageDecoderConfiguration: Sendable, Equatable {
    package var transformer: ImageTransformerConfiguration
    package var vqgan: VQGANConfiguration
    /// What stands before the first image token.
    package var start: ImageDecoderStart

    package init(
        transformer: ImageTransformerConfiguration, vqgan: VQGANConfiguration, start: ImageDecoderStart = .token(0)
    ) {
        self.transformer = transformer
        self.vqgan = vqgan
        self.start = start
    }

    /// How many tokens one image of the VQGAN's resolution has.
    package var tokensPerImage: Int { vqgan.latentSide * vqgan.latentSide }

    /// The tokens before the first image token, of a whole image.
    package var startTokens: [Int32] { start.tokens(resolution: vqgan.resolution) }

    /// Reads a `project.yaml` of taming. Decoders over a `VQModel` are understood that are unconditional or conditioned
    /// on coordinates.
    package init(projectFile url: URL) throws {
        let project = try decodedYAML(ImageDecoderProject.self, at: url).model.params
        func refuse(_ reason: String) -> ModelError { ModelError("\(url.path): \(reason)") }

        let start: ImageDecoderStart
        switch project.condition {
        case _ where project.isUnconditional == true, .keyword(ImageDecoderProject.Condition.unconditional)?:
            start = .token(project.startToken ?? 0)
        case .coordinates(let places)?: start = .coordinates(levels: places.levels, patch: places.patch)
        case .keyword(let name)?, .model(let name?)?:
            throw refuse("this decoder is conditional on \(name); \(Self.whatIsUnderstood)")
        default: throw refuse("this decoder is conditional; \(Self.whatIsUnderstood)")
        }
        if let permuter = project.permuter?.target, !permuter.hasSuffix(".Identity") {
            throw refuse("tokens are permuted by \(permuter); only decoders that keep the order of rows can be used.")
        }
        if let unmasked = project.transformer.params.unmaskedCount, unmasked != 0 {
            throw refuse("n_unmasked is \(unmasked); only causal decoders (0) can be used.")
        }
        if let problem = project.firstStage.params.problem { throw refuse(problem) }
        self.init(project, start)
        if let problem { throw refuse(problem) }
    }

    private static let whatIsUnderstood =
        "only unconditional ones (cond_stage_config: \(ImageDecoderProject.Condition.unconditional)) and those "
        + "conditioned on coordinates (CoordStage) can be used."

    private init(_ project: ImageDecoderProject.Parameters, _ start: ImageDecoderStart) {
        let transformer = project.transformer.params
        self.init(
            transformer: ImageTransformerConfiguration(
                vocabularySize: transformer.vocabularySize, blockSize: transformer.blockSize,
                layerCount: transformer.layerCount, headCount: transformer.headCount, width: transformer.width,
                embeddingDropout: transformer.embeddingDropout ?? 0,
                attentionDropout: transformer.attentionDropout ?? 0,
                residualDropout: transformer.residualDropout ?? 0),
            vqgan: VQGANConfiguration(project.firstStage.params), start: start)
    }

    /// Writes a `project.yaml` that taming's own loader understands too.
    package func write(projectFile url: URL) throws {
        if let problem { throw ModelError("A decoder's settings cannot be written to \(url.path): \(problem)") }
        try AtomicFile.write(yaml, to: url)
    }

    /// The text of a `project.yaml` with these numbers.
    package var yaml: String {
        """
        model:
          target: taming.models.cond_transformer.Net2NetTransformer
          params:
        \(start.yaml)
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
        ]
        for (name, size) in sizes {
            if let problem = SettingRanges.problem(name, size) { return problem }
        }
        for chance in [transformer.embeddingDropout, transformer.attentionDropout, transformer.residualDropout]
        where !(0..<1).contains(chance) {
            return "a dropout chance is \(chance); it must be at least 0 and less than 1."
        }
        if transformer.width % transformer.headCount != 0 {
            return "n_embd (\(transformer.width)) must be a multiple of n_head (\(transformer.headCount))."
        }
        let numbers =
            transformer.layerCount * 12 * transformer.width * transformer.width
            + (2 * transformer.vocabularySize + transformer.blockSize) * transformer.width
        if let problem = SettingRanges.roomProblem(
            forNumbers: numbers, in: "a transformer of \(transformer.layerCount) layers of width \(transformer.width)")
        {
            return problem
        }
        if let problem = vqgan.problem { return problem }
        if transformer.vocabularySize != vqgan.codeCount {
            return "vocab_size (\(transformer.vocabularySize)) and n_embed (\(vqgan.codeCount)) must agree."
        }
        if let problem = start.problem(resolution: vqgan.resolution, vocabularySize: transformer.vocabularySize) {
            return problem
        }
        // The last image token is predicted, never read.
        let needed = startTokens.count + tokensPerImage - 1
        if transformer.blockSize < needed {
            return "block_size (\(transformer.blockSize)) is less than the \(needed) tokens before an image's last one."
        }
        return nil
    }
}

import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// A decoder that is told where each patch stands, as taming's FacesHQ model.
@Suite struct CoordinateDecoderTests {
    let fixture: ModelFixture
    let decoder: ImageDecoder

    init() throws {
        fixture = try ModelFixture("coordinates")
        decoder = try ImageDecoder(folder: fixture.folder)
    }

    @Test func coordinatesBecomeTokens() throws {
        #expect(decoder.configuration.start == .coordinates(levels: 60, patch: 2))
        let condition = try fixture.expected.tensor("condition")   // [2, 36]
        #expect(decoder.configuration.startTokens == Array(condition.integers.prefix(36)))
        // The published model's: 256 tokens, each row of patches 64 above the one before.
        let published = ImageDecoderConfiguration(
            transformer: ImageTransformerConfiguration(
                vocabularySize: 1024, blockSize: 512, layerCount: 24, headCount: 16, width: 1024),
            vqgan: VQGANConfiguration(
                codeWidth: 256, codeCount: 1024, latentChannels: 256, resolution: 256, baseChannels: 128,
                multipliers: [1, 1, 2, 2, 4], residualBlockCount: 2, attentionResolutions: [16]),
            start: .coordinates(levels: 1024, patch: 16))
        #expect(published.startTokens.count == 256 && published.tokensPerImage == 256)
        #expect(published.startTokens[0] == 30 && published.startTokens[16] == 94 && published.startTokens[255] == 994)
    }

    @Test func logitsMatchTheReference() throws {
        try fixture.expectClose(decoder.logits(of: fixture.expected.tensor("tokens")), "logits")
    }

    @Test func greedyTokensEqualTheReference() throws {
        let start = decoder.configuration.startTokens
        let drawing = CachedTransformer(decoder.transformer)
        let cache = drawing.cache(batch: 2, capacity: start.count + 35)
        var logits = drawing.next(tokens: Tensor(start + start, shape: [2, 36]), cache: cache)
        var columns = [logits.argmax().integers]
        while columns.count < 36 {
            logits = drawing.next(tokens: Tensor(columns[columns.count - 1], shape: [2]), cache: cache)
            columns.append(logits.argmax().integers)
        }
        let tokens = (0..<2).flatMap { row in columns.map { $0[row] } }
        #expect(try tokens == fixture.expected.tensor("greedy").integers)
    }

    @Test func settingsSurviveWritingAndReading() throws {
        let url = try Fixture.temporaryFolder().appending(path: "project.yaml")
        try decoder.configuration.write(projectFile: url)
        #expect(try ImageDecoderConfiguration(projectFile: url) == decoder.configuration)
    }

    @Test(arguments: [
        ("down_factor: 2", "down_factor: 5", "down_factor is 5"),
        ("down_factor: 2", "down_factor: 0", "down_factor is 0"),
        ("n_embed: 60", "n_embed: 70", "n_embed of cond_stage_config is 70"),
        ("block_size: 72", "block_size: 70", "less than the 71 tokens"),
        ("taming.modules.misc.coord.CoordStage", "a.Depth", "conditional on a.Depth"),
        ("down_factor: 2", "factor: 2", "the key model.params.cond_stage_config.params.down_factor is missing"),
    ]) func whatIsWrongIsSaid(old: String, new: String, expected: String) throws {
        let text = try String(contentsOf: fixture.folder.appending(path: "project.yaml"), encoding: .utf8)
        #expect(text.contains(old))
        let url = try Fixture.temporaryFolder().appending(path: "project.yaml")
        try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: url)
        let said = sentence { _ = try ImageDecoderConfiguration(projectFile: url) }
        #expect(said.contains(expected) && said.contains(url.path), "\(said)")
    }

    /// The same first stage as taming keeps it on its own: names at the root, the losses beside them.
    @Test func aVQGANAlone() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try SafetensorsFile(fixture.folder.appending(path: "model.safetensors"))
        let prefix = "first_stage_model."
        var tensors = try file.names.filter { $0.hasPrefix(prefix) }
            .map { (name: String($0.dropFirst(prefix.count)), tensor: try file.tensor($0)) }
        tensors.append((name: "loss.discriminator.main.0.weight", tensor: .zeros([2, 3])))
        try writeSafetensors(tensors, to: folder.appending(path: "model.safetensors"))
        let yaml = """
            model:
              target: taming.models.vqgan.VQModel
              params:
                embed_dim: 20
                n_embed: 61
                ddconfig: {double_z: false, z_channels: 24, resolution: 12, in_channels: 3, out_ch: 3, ch: 32,
                           ch_mult: [1, 1], num_res_blocks: 1, attn_resolutions: [], dropout: 0.0}
            """
        for name in ["model.yaml", "project.yaml"] {
            try Data(yaml.utf8).write(to: folder.appending(path: name))
            let vqgan = try VQGAN(folder: folder)
            let tokens = Tensor((0..<36).map { Int32($0 * 5 % 61) }, shape: [1, 36])
            #expect(try vqgan.images(fromTokens: tokens).floats == decoder.images(fromTokens: tokens).floats)
            try FileManager.default.removeItem(at: folder.appending(path: name))
        }
        #expect(sentence { _ = try VQGAN(folder: folder) }.contains("project.yaml cannot be read"))
    }
}

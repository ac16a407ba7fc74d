import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct ImageDecoderTests {
    static let project =
        (try? String(contentsOf: ImageFixture.decoderFolder.appending(path: "project.yaml"), encoding: .utf8)) ?? ""

    func projectFile(_ text: String) throws -> URL {
        let url = try Fixture.temporaryFolder().appending(path: "project.yaml")
        try Data(text.utf8).write(to: url)
        return url
    }

    @Test func aFolderOpensWithTheLossAndTheMasksLeftOut() throws {
        let decoder = try ImageDecoder(folder: ImageFixture.decoderFolder)
        #expect(decoder.configuration.transformer.width == 36)
        #expect(decoder.configuration.vqgan.multipliers == [1, 2])
        #expect(decoder.configuration.start == .token(0) && decoder.configuration.startTokens == [0])
        let names = try SafetensorsFile(ImageFixture.decoderFolder.appending(path: "model.safetensors")).names
        #expect(names.contains("first_stage_model.loss.weight") && names.contains("transformer.blocks.2.attn.mask"))
    }

    @Test func halfPreciseDecodersDrawTheSamePictures() throws {
        let expected = try ImageFixture("decoder/vqgan.safetensors")
        let decoder = try ImageDecoder(folder: ImageFixture.decoderFolder, precision: .bfloat16)
        let drawn = try decoder.vqgan.images(fromTokens: expected["free"], height: 3, width: 5)
        expectClose(drawn, try expected["drawn"], "pixels beside a bfloat16 transformer")
    }

    @Test func aTensorThatNobodyReadsIsNamed() throws {
        let folder = try Fixture.temporaryFolder()
        try Data(Self.project.utf8).write(to: folder.appending(path: "project.yaml"))
        let file = try SafetensorsFile(ImageFixture.decoderFolder.appending(path: "model.safetensors"))
        var tensors = try file.names.map { (name: $0, tensor: try file.tensor($0)) }
        tensors.append((name: "transformer.blocks.3.ln1.weight", tensor: .zeros([36])))
        try writeSafetensors(tensors, to: folder.appending(path: "model.safetensors"))
        for precision in Precision.allCases {
            let error = #expect(throws: CheckpointError.self) { try ImageDecoder(folder: folder, precision: precision) }
            #expect(error?.message.contains("transformer.blocks.3.ln1.weight") == true)
        }
    }

    @Test func settingsSurviveWritingAndReading() throws {
        let read = try ImageDecoderConfiguration(
            projectFile: ImageFixture.decoderFolder.appending(path: "project.yaml"))
        let url = try Fixture.temporaryFolder().appending(path: "project.yaml")
        try read.write(projectFile: url)
        #expect(try ImageDecoderConfiguration(projectFile: url) == read)
        #expect(try String(contentsOf: url, encoding: .utf8).contains("cond_stage_config: __is_unconditional__"))
    }

    @Test(arguments: [
        ("n_embd: 36", "n_embed: 36", "the key model.params.transformer_config.params.n_embd is missing."),
        ("z_channels: 24", "", "the key model.params.first_stage_config.params.ddconfig.z_channels is missing."),
        ("n_layer: 3", "n_layer: three", "n_layer"),
        ("n_head: 3", "n_head: 7", "n_embd (36) must be a multiple of n_head (7)."),
        ("ch: 32", "ch: 40", "multiple of 32"),
        ("n_embed: 61", "n_embed: 62", "vocab_size (61) and n_embed (62) must agree."),
        ("double_z: false", "double_z: true", "ddconfig.double_z must be false"),
        ("cond_stage_config: __is_unconditional__", "cond_stage_config: {target: a.B}", "conditional"),
        ("block_size: 40", "block_size: -1", "block_size is -1"),
        ("resolution: 12", "resolution: 13", "halved evenly"),
        ("resolution: 12", "resolution: 14", "block_size (40) is less than the 49 tokens before an image's last one."),
        ("model:", "model: [", "not YAML"),
    ])
    func whatIsWrongIsSaidWithFileAndKey(old: String, new: String, sentence: String) throws {
        #expect(Self.project.contains(old))
        let url = try projectFile(Self.project.replacingOccurrences(of: old, with: new))
        let error = #expect(throws: ModelError.self) { try ImageDecoderConfiguration(projectFile: url) }
        print(error?.message ?? "")
        #expect(error?.message.contains(sentence) == true)
        #expect(error?.message.contains(url.path) == true)
    }

    @Test func aMissingFileIsNamed() throws {
        let url = try Fixture.temporaryFolder().appending(path: "project.yaml")
        let error = #expect(throws: ModelError.self) { try ImageDecoder(folder: url.deletingLastPathComponent()) }
        #expect(error?.message.contains(url.path) == true)
    }
}

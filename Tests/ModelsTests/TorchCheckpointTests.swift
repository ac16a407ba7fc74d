import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

/// Models open from PyTorch's own files as they do from safetensors.
@Suite struct TorchCheckpoints {
    /// `pytorch_model.bin` of the same random BERT, written by torch.save.
    @Test func aBERTFromItsBinaryIsTheSame() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try ModelFixture("bert")
        for (url, name) in [
            (fixture.folder.appending(path: "config.json"), "config.json"),
            (Fixture.url("checkpoints/bert/pytorch_model.bin"), "pytorch_model.bin"),
        ] { try FileManager.default.copyItem(at: url, to: folder.appending(path: name)) }
        let ids = try fixture.ids()
        let fromBinary = try BERT(folder: folder).hiddenStates(ids: ids)
        let fromSafetensors = try BERT(folder: fixture.folder).hiddenStates(ids: ids)
        for (layer, (a, b)) in zip(fromBinary, fromSafetensors).enumerated() {
            print("layer \(layer) from pytorch_model.bin and model.safetensors: \(Closeness(a.floats, b.floats))")
            #expect(a.floats.map(\.bitPattern) == b.floats.map(\.bitPattern))
        }
        #expect(fromBinary.count == 4)
        try fixture.expectLayers(fromBinary)
    }

    /// taming's transformer and VQGAN in half precision, as Lightning's `last.ckpt` beside `project.yaml`.
    @Test func aDecoderFromALightningCheckpointDrawsTheSame() throws {
        let folder = Fixture.url("checkpoints/decoder")
        let decoder = try ImageDecoder(folder: folder)
        let expected = try SafetensorsFile(folder.appending(path: "expected.safetensors"))
        let tokens = try expected.tensor("tokens")   // [2, 6]
        expectClose(decoder.transformer.logits(tokens: tokens), try expected.tensor("logits"), "logits from last.ckpt")
        expectClose(
            decoder.vqgan.images(fromTokens: tokens, height: 2, width: 3), try expected.tensor("drawn"),
            "pixels from last.ckpt")
    }
}

import Foundation
import SynCheckpoints
import SynProbe
import SynRuns
import SynTensors
import TestSupport
import Testing

/// An adapter is named by its folder, by its file, or by a checkpoint of the released code.
@Suite struct AdapterFiles {
    @Test func theReleasedCodesCheckpoint() throws {
        let url = Fixture.url("models/layouts/adapter.ckpt")
        let expected = try SafetensorsFile(Fixture.url("models/layouts/adapter-expected.safetensors"))
        let adapter = try Adapter(at: url, width: 8, vectorSize: 12)
        #expect(try adapter.weight.floats == expected.tensor("text2image.weight").floats)
        #expect(try adapter.bias.floats == expected.tensor("text2image.bias").floats)
        #expect(adapter.prefixTokens == 1 && adapter.vectorSize == 12)
        #expect(try Adapter(at: url, width: 4).prefixTokens == 2)
        #expect(throws: UserError.self) { try Adapter(at: url, width: 3) }
        #expect(throws: UserError.self) { try Adapter(at: url, width: 8, vectorSize: 13) }
        #expect(throws: UserError.self) { try Adapter(at: Fixture.url("models/layouts/types.safetensors"), width: 8) }
    }

    @Test func folderAndFile() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let made = try Adapter(from: 5, to: 4, prefixTokens: 2, seed: 3)
        let file = folder.appending(path: "adapter.safetensors")
        try made.save(to: file, metadata: [:])
        for place in [folder, file] {
            #expect(try Adapter(at: place, width: 4, vectorSize: 5).weight.floats == made.weight.floats)
        }
    }
}

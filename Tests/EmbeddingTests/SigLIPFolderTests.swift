import Foundation
import SynEmbedding
import SynModels
import SynTensors
import TestSupport
import Testing

/// A SigLIP's folder from captions to vectors: its tokenizer, its padding, its limit.
@Suite struct SigLIPFolderTests {
    private let folder = Fixture.url("models/siglip")

    @Test func captionsToVectors() throws {
        let encoder = try TextEmbedder(folder: folder)
        #expect(encoder.isContrastive && encoder.encoder.vectorSize(.probe) == 28)
        let captions = ["A woman with brown hair!", "a", "x " + String(repeating: "zqxj ", count: 30)]
        let found = try encoder.embed(captions, everyLayer: true)
        #expect(
            found.vectors.shape == [3, 28] && found.layers.map(\.shape) == Array(repeating: [3, 36], count: 4)
                && found.truncated == 1)
        // Case and punctuation are dropped before anything else.
        let same = try encoder.embed(["a WOMAN, with brown hair", "a"])
        #expect(Closeness(same.vectors.floats, Array(found.vectors.floats.prefix(56))).within(2e-6))
    }

    @Test func framesHaveNoStart() throws {
        let reader = try TextReader(folder: folder)
        #expect(reader.maximumLength == 19 && !reader.isCased)
        let own = try #require(reader.ids("a woman", .own))
        let framed = try #require(reader.ids("a woman", .framed))
        let bare = try #require(reader.ids("a woman", .bare))
        #expect(own == framed && !framed.hasStart && framed.hasEnd && framed.ids.last == 1)
        #expect(bare.ids == own.ids.dropLast() && !bare.hasEnd)
    }
}

import Foundation
import SynEmbedding
import SynFineTuning
import SynModels
import TestSupport
import Testing

@Suite struct ClassifierReaderTests {
    private static func reader(_ model: String, _ joining: PairJoining, limit: Int) throws -> ClassifierReader {
        let folder = Fixture.package.appending(path: "Weights/\(model)")
        return ClassifierReader(try TextReader(folder: folder), joining, limit: limit, positions: 128)
    }

    @Test func bertJoinsPairsWithTypes() throws {
        let reader = try Self.reader("bert-mini", .typed, limit: 128)
        let single = reader.read(LabelledText("a smiling woman", answer: 0)).text
        let pair = reader.read(LabelledText("a smiling woman", "a man", answer: 0)).text
        let (start, end) = (single.ids[0], single.ids[single.ids.count - 1])
        let second = reader.read(LabelledText("a man", answer: 0)).text.ids
        #expect(single.types == nil)
        #expect(pair.ids == single.ids + second.dropFirst())
        #expect(pair.ids.first == start && pair.ids.last == end)
        #expect(
            pair.types == single.ids.map { _ in 0 } + second.dropFirst().map { _ in 1 })
    }

    @Test func clipJoinsPairsWithTwoEnds() throws {
        let reader = try Self.reader("clip-mini", .doubled, limit: 77)
        let first = reader.read(LabelledText("a smiling woman", answer: 0)).text.ids
        let second = reader.read(LabelledText("a man", answer: 0)).text.ids
        let pair = reader.read(LabelledText("a smiling woman", "a man", answer: 0)).text
        let end = try #require(first.last)
        #expect(pair.ids == first + [end] + second.dropFirst())
        #expect(pair.types == nil)
    }

    /// The longer text is cut first; of two that are both too long each keeps half, the longer one the odd token.
    @Test(arguments: [
        (3, 4, 10, 3, 4), (3, 9, 10, 3, 7), (9, 3, 10, 7, 3), (8, 9, 11, 5, 6), (9, 8, 11, 6, 5), (8, 8, 11, 5, 6),
        (5, 5, 0, 0, 0), (1, 20, 4, 1, 3), (20, 1, 4, 3, 1),
    ])
    func cutsTheLongerFirst(first: Int, second: Int, room: Int, a: Int, b: Int) {
        #expect(ClassifierReader.longestFirst(first, second, within: room) == (a, b))
    }

    @Test func cutTextsAreCounted() throws {
        let reader = try Self.reader("bert-mini", .typed, limit: 8)
        let long = LabelledText("a smiling woman with black hair and a hat", "a man", answer: 0)
        let read = reader.read(long)
        #expect(read.isCut && read.text.ids.count == 8 && read.text.types?.count == 8)
        #expect(reader.cutCount([long, LabelledText("a man", "a man", answer: 0)]) == 1)
    }
}

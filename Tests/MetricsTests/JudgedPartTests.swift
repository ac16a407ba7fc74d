import SynEmbedding
import SynMetrics
import SynPortraits
import SynRuns
import TestSupport
import Testing

/// A set that was judged in parts of whole batches has the scores of one that was judged in one piece, to the bit.
@Suite(.oneThreadCount) struct JudgedPartTests {
    @Test func partsMakeTheWhole() throws {
        func weights(_ name: String) -> String { Fixture.package.appending(path: "Weights/\(name)").path }
        var settings = ScoreSettings()
        (settings.clip, settings.inception) = (weights("clip-mini"), weights("inception-mini"))
        (settings.attributes, settings.splits, settings.dropLast) = (weights("attribute-reader"), 3, 8)
        let scorer = try ImageScorer(settings, locator: ModelLocator(environment: [:]))
        let portraits = (0..<77).map { PortraitWorld().portrait(at: $0) }
        let records = portraits.enumerated().map {
            SampleRecord(number: $0, caption: 0, text: $1.captions[0], file: "")
        }
        let whole = try scorer.score(records) { portraits[$0].image(size: 64) }
        let parts = try [0..<32, 32..<64, 64..<77].map { range in
            try scorer.judged(
                Array(records[range]), of: 77, image: { portraits[range.lowerBound + $0].image(size: 64) }
            ) { _ in }
        }
        let joined = try scorer.score(parts)
        #expect(joined.records == whole.records && joined.scores == whole.scores)
        #expect(whole.scores.inceptionScore != nil && whole.scores.inceptionScoreAsPublished != nil)
        #expect(whole.scores.inceptionCount == 72)
        // In another order they are another set.
        #expect(try scorer.score(parts.reversed()).scores.inceptionScore != whole.scores.inceptionScore)
    }
}

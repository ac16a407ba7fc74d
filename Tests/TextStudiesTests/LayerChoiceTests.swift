import SynReports
import SynStatistics
import SynTextStudies
import Testing

/// Best layers that the measured pairs did not choose.
@Suite struct LayerChoiceTests {
    private func noise(_ count: Int, _ seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double(generator.next() >> 11) * 0x1p-53 }
    }

    @Test func aLayerThatKnowsIsThatLayer() throws {
        let gold = noise(100, 1)
        let knowing: [Double?] = zip(gold, noise(100, 2)).map { $0 + 0.3 * $1 }
        for metric in [TextScore.Metric.spearman, .pearson] {
            let choice = try #require(LayerChoice([noise(100, 3), knowing, noise(100, 4)], gold, metric, seed: 0))
            #expect(choice.layers == [1])
            let found = choice.similarities.compactMap(\.self)
            let (a, b) =
                metric == .spearman
                ? (try Correlation.spearman(found, gold), try Correlation.spearman(knowing.compactMap(\.self), gold))
                : (try Correlation.pearson(found, gold), try Correlation.pearson(knowing.compactMap(\.self), gold))
            #expect(abs(a.coefficient - b.coefficient) < 1e-12)
        }
    }

    /// Of thirteen layers of noise the best looks like knowledge; chosen on other pairs it does not.
    @Test func noiseIsNotFavoured() throws {
        var (favoured, fair) = (0.0, 0.0)
        for round in 0..<60 {
            let gold = noise(60, UInt64(1000 * round + 1))
            let layers = (0..<13).map { noise(60, UInt64(1000 * round + 2 + $0)) }
            favoured += try layers.map { try Correlation.spearman($0, gold).coefficient }.max() ?? 0
            let choice = try #require(LayerChoice(layers, gold, .spearman, seed: UInt64(round)))
            fair += try Correlation.spearman(choice.similarities.compactMap(\.self), gold).coefficient
        }
        #expect(favoured / 60 > 0.15)
        #expect(abs(fair / 60) < 0.07)
    }

    @Test func whatIsLeftOutStaysSo() throws {
        var values: [Double?] = noise(20, 1)
        values[3] = nil
        let choice = try #require(LayerChoice([values, nil], noise(20, 2), .spearman, seed: 0))
        #expect(choice.similarities[3] == nil && choice.similarities.count { $0 != nil } == 19)
        #expect(LayerChoice([nil, nil], noise(20, 2), .spearman, seed: 0) == nil)
        #expect(LayerChoice([[1, 1, 1]], [1, 2, 3], .spearman, seed: 0) == nil)
    }
}

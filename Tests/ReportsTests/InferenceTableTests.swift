import SynReports
import SynStatistics
import Testing

/// What becomes of the tables that grow with encoders and seeds.
@Suite struct InferenceTableTests {
    private func interval(_ middle: Double) -> Interval {
        Interval(middle - 1, middle + 1)
    }

    /// A report of so many encoders: every third pair has a small p after Holm.
    private func report(encoders: Int, seeds: Int) -> ProbeReport {
        let names = (1...encoders).map { "encoder-\($0)" }
        var pairs: [InferenceRecord.Pair] = []
        for (i, a) in names.enumerated() {
            for b in names[(i + 1)...] {
                let small = pairs.count % 3 == 0
                pairs.append(
                    .init(
                        a: a, b: b, difference: Double(pairs.count), interval: interval(Double(pairs.count)),
                        p: small ? 1e-4 / Double(pairs.count + 1) : 0.3, pHolm: small ? 0.01 : 1, captions: 10,
                        portraits: 5))
            }
        }
        var floors: [InferenceRecord.Floor] = []
        for name in names {
            for seed in 1...seeds {
                let own = Double(seed)
                floors.append(
                    .init(
                        encoder: name, style: .bert, seed: UInt64(seed), clipScore: own, shuffled: 1,
                        difference: own - 1, interval: interval(own - 1), p: seed == 2 ? 0.01 : 0.4))
            }
        }
        var report = MadeUpReport.whole()
        report.inference = InferenceRecord(
            floors: floors,
            outcomes: [
                .init(
                    name: "CLIP-Score", unit: "points", isPrimary: true, above: [], styles: nil, pairs: pairs,
                    kinds: nil)
            ])
        return report
    }

    @Test func fewAreAllShown() {
        let text = report(encoders: 4, seeds: 2).terminal
        #expect(text.contains("encoder-3 − encoder-4"))
        #expect(text.contains("Others'") && !text.contains("floors.csv") && !text.contains("Least and most"))
        #expect(!text.contains("pairs.csv"))
    }

    @Test func ofManyThoseThatDifferAndMeansOverSeeds() throws {
        let many = report(encoders: 30, seeds: 20)   // 435 pairs, 145 of them different; 600 floors
        let text = many.terminal
        #expect(text.contains("Of 435 pairs those 145 that differ"))
        #expect(text.split(separator: "\n").count { $0.contains(" − encoder-") } == 45)
        // The least p is the last small one's.
        #expect(text.contains("encoder-29 − encoder-30") == ((many.inference?.outcomes[0].pairs.count ?? 0) % 3 == 1))
        #expect(text.contains("1 of 20"))
        #expect(text.contains("9.50") && text.contains("0.00 to 19.00"))
        let inference = try #require(many.inference)
        #expect(inference.pairsCSV.split { $0.isNewline }.count == 436)
        #expect(inference.floorsCSV.split { $0.isNewline }.count == 601)
    }

    @Test func ofManyNoneMayDiffer() throws {
        var many = report(encoders: 30, seeds: 1)
        var inference = try #require(many.inference)
        for i in inference.outcomes[0].pairs.indices { inference.outcomes[0].pairs[i].pHolm = 1 }
        many.inference = inference
        let text = many.terminal
        #expect(text.contains("Of 435 pairs none differs at 0.05"))
        #expect(!text.contains(" − encoder-"))
    }
}

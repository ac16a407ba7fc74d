import SynProbe
import SynReports
import SynStatistics
import Testing

/// What a power table says of the variances that it is computed with.
@Suite struct ProbePowerTests {
    /// Two encoders a style whose mixed model finds no variance between them, with so many seeds.
    private static func power(seeds: [UInt64]) throws -> ProbePower {
        let encoders: [(String, EncoderStyle, Double)] = [
            ("a", .bert, 3), ("b", .bert, 5), ("c", .clip, 6), ("d", .clip, 9),
        ]
        var report = ProbeReport(
            title: "Made up", dataset: "nobody's",
            provenance: Provenance(toolVersion: "0", cpu: "none", threads: 1, precision: "f32", date: "2000-01-01"),
            scores: encoders.flatMap { name, style, level in
                seeds.map { seed in
                    ScoreRecord(encoder: name, style: style, seed: seed, clipScore: level + Double(seed % 2), n: 100)
                }
            })
        let kinds = InferenceRecord.Kinds(
            a: "CLIP-style", b: "BERT-style", difference: 3.5, standardError: 2, degreesOfFreedom: 2,
            interval: .init(-5, 12), p: 0.2,
            variances: [.init(name: "encoder", variance: 0), .init(name: "picture", variance: 400)], encoders: 4)
        report.inference = InferenceRecord(
            floors: [],
            outcomes: [.init(name: "CLIP-Score", unit: "points", isPrimary: true, styles: nil, pairs: [], kinds: kinds)]
        )
        var settings = ProbeSettings()
        settings.encoders = encoders.map { name, style, _ in
            var encoder = EncoderSettings()
            (encoder.name, encoder.style) = (name, style == .bert ? .bert : .clip)
            return encoder
        }
        settings.seeds = seeds.map { Int($0) }
        return try ProbePower(settings, from: report, named: "made up", difference: 4)
    }

    @Test func oneSeedSaysNothingOfSeeds() throws {
        let (one, two) = (try Self.power(seeds: [0]), try Self.power(seeds: [0, 1]))
        #expect(one.limits.map(\.name) == ["encoder"] && two.limits.map(\.name) == ["encoder", "seed"])
        // Mean squares of the encoders' means are 3.25 about their styles: with two degrees of freedom the limit is
        // 6.5 / 0.44629, of which pictures have 4.
        #expect(abs(one.limits[0].variance - (6.5 / 0.446287 - 4)) < 1e-3, "\(one.limits)")
        let texts = [one, two].map {
            $0.section.terminal.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        #expect(texts[0].contains("one seed of each encoder") && !texts[1].contains("one seed of each encoder"))
        #expect(texts.allSatisfy { $0.contains("80 % confidence") })
        // The estimates, which are nothing, promise more.
        #expect(one.lines.allSatisfy { $0.power <= $0.powerAtEstimates })
        #expect(one.lines.contains { $0.power < $0.powerAtEstimates })
    }
}

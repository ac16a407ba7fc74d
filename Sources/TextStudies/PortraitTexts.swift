import Foundation
import SynEmbedding
import SynMetrics
import SynPortraits
import SynReports
import SynStatistics
import SynTensors

/// The same study in the miniature world, whose ground truth is known: two captions see the same portrait or not
/// (STS-V), and what they say overlaps more or less (STS-L).
package struct PortraitTexts: Sendable {
    /// Whether both captions are of one portrait: 1 or 0.
    package let vision: SimilarityTask
    /// |same statements| / |all statements| of the two captions; a statement is an attribute with the value stated.
    package let language: SimilarityTask
    package let captions: [String]

    /// Captions of the first `portraits` validation portraits, in `pairs` pairs: one half of the same portrait, one of
    /// two different ones, drawn by the seed. Equal texts are never paired.
    package init(world: PortraitWorld = PortraitWorld(), portraits: Int = 400, pairs: Int = 4000, seed: UInt64 = 0) {
        let described = (0..<max(portraits, 2)).map {
            world.portrait(at: PortraitWorld.index(of: $0, in: .validation)).describedCaptions
        }
        var generator = SeededGenerator(seed: seed)
        func draw(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
        var (vision, language) = (ScoredPairs(), ScoredPairs())
        for number in 0..<pairs {
            let isSame = number.isMultiple(of: 2)
            let one = draw(described.count)
            let other = isSame ? one : (one + 1 + draw(described.count - 1)) % described.count
            let a = described[one][draw(described[one].count)]
            // A portrait with ten times the same caption cannot make a pair with itself.
            guard
                let b = (0..<20).lazy.map({ _ in described[other][draw(described[other].count)] }).first(where: {
                    $0.text != a.text
                })
            else { continue }
            vision.add(a.text, b.text, isSame ? 1 : 0)
            language.add(a.text, b.text, Self.overlap(a.mentions, b.mentions))
        }
        self.vision = SimilarityTask(name: "sts-v", title: "STS-V: whether captions show one portrait", pairs: vision)
        self.language = SimilarityTask(name: "sts-l", title: "STS-L: overlap of what captions state", pairs: language)
        captions = ScoredPairs.unique(described.joined().map(\.text))
    }

    /// Statements both captions make over statements either makes; 1 where neither states anything.
    package static func overlap(_ a: [PortraitAttribute: Bool], _ b: [PortraitAttribute: Bool]) -> Double {
        let shared = a.count { b[$0.key] == $0.value }
        let all = a.count + b.count - shared
        return all == 0 ? 1 : Double(shared) / Double(all)
    }

    /// The study of some encoders, as the second page of a probe's report.
    ///
    /// - Parameter drawn: faces drawn by each encoder's captions, by its name, where there are some.
    package func report(
        _ models: [TextEmbedder], seed: UInt64 = 0, drawn: [String: [DrawnAttributes]] = [:],
        with source: TextFeatureSource
    ) throws -> TextStudyReport {
        var report = TextStudyReport(
            title: "What do the encoders know by themselves?", dataset: "the drawn world",
            encoders: models.map(\.record),
            settings: [
                .init("captions", "\(captions.count)"), .init("pairs", "\(vision.pairs.count)"),
                .init("seed", "\(seed)"),
            ], provenance: .ofThisRun(models))
        var clock = StageClock()
        for task in [language, vision] {
            let plans =
                models.map { SimilarityStudy.Plan($0, .mean) }
                + models.filter(\.hasProjection).map { .init($0, .probe) }
            let found = try clock.time(task.name) {
                try SimilarityStudy(task, seed: seed).run(plans, layers: true, with: source)
            }
            report.scores += found.scores
            report.comparisons += found.comparisons
        }
        try clock.time("geometry") {
            let words = ContextualWords(from: captions, count: 4000, seed: seed)
            report.geometry += try GeometryStudy.words(words, models, with: source)
            report.geometry += try GeometryStudy.sentences(captions, models, with: source)
        }
        report.linear = try clock.time("linear reading") {
            try linear(models, seed: seed, drawn: drawn, with: source)
        }
        report.caveats =
            [
                "This is the miniature world: captions from a grammar, encoders of a few hundred thousand weights "
                    + "that learnt from such captions. It shows that the measurements work; the papers' figures are "
                    + "of other texts and encoders."
            ] + TextStudy.caveats(models, likePaper: false)
        report.provenance.stages = clock.stages
        return report
    }

    /// As many captions as a linear reading takes seconds for; more narrow its intervals and little else.
    private static let readLinearly = 2000

    /// What a linear reading finds of the captions' statements in the vectors that the probe uses.
    package func linear(
        _ models: [TextEmbedder], seed: UInt64 = 0, drawn: [String: [DrawnAttributes]] = [:],
        with source: TextFeatureSource
    ) throws -> [LinearReadingRecord] {
        let reading = TextReading(sentences: .probe)
        return try models.compactMap { model in
            let found = try source.features(of: captions, by: model, [reading], .output, task: "linear reading")
            guard let features = found[reading], let output = features.output else { return nil }
            let kept = captions.indices.filter { features.rows[$0] != nil }.prefix(Self.readLinearly)
            let vectors = output.rows(at: kept.compactMap { features.rows[$0] })
            var settings = LinearReading.Settings()
            settings.seed = seed
            return try LinearReading(texts: kept.map { captions[$0] }, settings).record(
                of: model.name, vectors: DoubleMatrix(vectors), drawn: drawn[model.name] ?? []
            ) { done, total in
                source.tell(.init(task: "\(model.name), linear reading", done: done, total: total, note: "attributes"))
                try source.interruption.check()
            }
        }
    }
}

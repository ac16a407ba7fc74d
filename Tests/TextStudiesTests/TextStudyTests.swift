import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynStatistics
import SynTextStudies
import TestSupport
import Testing

/// What `make.py` beside the fixtures says, by transformers, numpy and scipy the long way.
struct TextReference: Decodable {
    struct Figures: Decodable { let pearson, spearman: Double? }
    struct Similarity: Decodable {
        let layers: [Figures]
        let output: Figures
    }
    struct Layer: Decodable {
        let self_similarity, top5, top8, top5_as_released, effective_rank, iso_score: Double
        let self_similarity_centred, self_similarity_without_top1, self_similarity_without_top5: Double
        let spectrum: [Double]
        let components_for_90: Int
    }
    struct Geometry: Decodable {
        let sentences, words: [Layer]
        let words_count: Int
    }
    struct Model: Decodable {
        let similarity: [String: Similarity]
        let words: [String: [Figures]]
        let geometry: Geometry
    }
    let models: [String: Model]
    let released_pairs, released_sentences: Int

    static func load() throws -> TextReference {
        try JSONDecoder().decode(TextReference.self, from: Data(contentsOf: Fixture.url("text/expected.json")))
    }
}

@Suite("Text studies")
struct TextStudyTests {
    static let folder = StudyFolder(Fixture.url("text").path)
    static let kinds = ["bert", "clip", "gpt2"]
    static let tolerance = 1e-6

    let reference: TextReference

    init() throws { reference = try .load() }

    private func model(_ kind: String) throws -> TextEmbedder {
        try TextEmbedder(Fixture.url("text/\(kind)").path, locator: ModelLocator(environment: [:]))
    }

    /// The largest difference, and whether the same figures exist.
    private func compare(
        _ score: LayerScore, _ expected: TextReference.Figures, _ largest: inout Double, _ place: String
    ) {
        #expect((score.pearson == nil) == (expected.pearson == nil), "\(place)")
        #expect((score.undefined != nil) == (expected.pearson == nil), "\(place)")
        for (found, wanted) in [(score.pearson, expected.pearson), (score.spearman, expected.spearman)] {
            guard let found, let wanted else { continue }
            let error = abs(found.value - wanted)
            largest = max(largest, error)
            #expect(error <= Self.tolerance, "\(place): \(found.value) for \(wanted)")
        }
    }

    @Test("similarities of every pooling and layer equal transformers and scipy", arguments: kinds)
    func similarity(_ kind: String) throws {
        let model = try model(kind)
        let expected = try #require(reference.models[kind]).similarity
        var (largest, count) = (0.0, 0)
        for (name, figures) in expected.sorted(by: { $0.key < $1.key }) {
            let parts = name.split(separator: " ").map(String.init)
            let likePaper = parts[0] == "released"
            let task = try SimilarityTask(likePaper ? "sts-b" : parts[0], in: Self.folder, likePaper: likePaper)
            let pooling = try #require(Pooling(rawValue: parts[1]))
            let found = try SimilarityStudy(task).run([.init(model, pooling)], layers: true, with: TextFeatureSource())
            let score = try #require(found.scores.first)
            #expect(score.layers.count == figures.layers.count && score.n == task.pairs.count)
            compare(try #require(score.output), figures.output, &largest, "\(name), output")
            for (layer, wanted) in figures.layers.enumerated() {
                compare(score.layers[layer], wanted, &largest, "\(name), layer \(layer)")
                count += 1
            }
        }
        print("\(kind), similarity: largest difference \(largest) of \(count) layers in \(expected.count) readings")
        #expect(count > 20)
    }

    @Test("word tasks of every variant and layer, ValNorm among them", arguments: kinds)
    func words(_ kind: String) throws {
        let study = try WordStudy(WordTask.allCases, in: Self.folder)
        let found = try study.run([(try model(kind), WordVariant.allCases)], with: TextFeatureSource())
        var largest = 0.0
        for score in found.scores {
            let expected = try #require(reference.models[kind]?.words["\(score.task) \(score.variant)"])
            #expect(score.layers.count == expected.count)
            for (layer, wanted) in expected.enumerated() {
                compare(score.layers[layer], wanted, &largest, "\(score.task), \(score.variant), layer \(layer)")
            }
        }
        print("\(kind), words: largest difference \(largest) of \(found.scores.count) tasks and variants")
        #expect(found.scores.count == 20)
    }

    @Test("geometry of words in sentences and of sentences equals all pairs and singular values", arguments: kinds)
    func geometry(_ kind: String) throws {
        let model = try model(kind)
        let expected = try #require(reference.models[kind]).geometry
        let texts = try SimilarityTask("sts-b", in: Self.folder).pairs.texts
        let words = ContextualWords(from: texts, count: 1_000_000, seed: 3)
        let records = try [
            (GeometryStudy.words(words, [model], with: TextFeatureSource())[0], expected.words),
            (GeometryStudy.sentences(texts, [model], with: TextFeatureSource())[0], expected.sentences),
        ]
        #expect(records[0].0.n == expected.words_count && records[0].0.leftOut == 0)
        var largest = 0.0
        for (record, layers) in records {
            #expect(record.layers.count == layers.count)
            for (found, wanted) in zip(record.layers, layers) {
                for (value, other) in [
                    (found.selfSimilarity, wanted.self_similarity), (found.top5, wanted.top5),
                    (found.top8, wanted.top8),
                    (found.top5AsReleased, wanted.top5_as_released), (found.effectiveRank, wanted.effective_rank),
                    (found.isoScore, wanted.iso_score), (found.centredSelfSimilarity, wanted.self_similarity_centred),
                    (found.withoutTop1, wanted.self_similarity_without_top1),
                    (found.withoutTop5, wanted.self_similarity_without_top5),
                ] {
                    let error = abs((value ?? .nan) - other) / max(1, abs(other))
                    largest = max(largest, error)
                    #expect(
                        error <= Self.tolerance, "\(record.what), layer \(found.layer): \(value ?? .nan) for \(other)")
                }
                let spectrum = Closeness(found.spectrum ?? [], wanted.spectrum)
                #expect(spectrum.within(Self.tolerance), "\(spectrum)")
                #expect(found.componentsForNinety == wanted.components_for_90)
            }
        }
        print("\(kind), geometry: largest difference \(largest)")
    }

    @Test("the batches, other readings and kept features do not change a figure")
    func sharing() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = try SimilarityTask("sts-l", in: Self.folder)
        let vision = try SimilarityTask("sts-v", in: Self.folder)
        for kind in Self.kinds {
            let model = try model(kind)
            var passes: [String] = []
            let cache = try FeatureCache(folder: folder) { _ in }
            let keeping = TextFeatureSource(keepingIn: cache) { progress in
                if passes.last != progress.task { passes.append(progress.task) }
            }
            let first = try SimilarityStudy(task).run([.init(model, .mean)], layers: true, with: keeping).scores
            let other = try SimilarityStudy(vision).run([.init(model, .mean)], layers: true, with: keeping).scores
            let again = try SimilarityStudy(task).run([.init(model, .mean)], layers: true, with: keeping).scores
            #expect(passes == ["\(kind), sts-l"], "one pass for both tasks, none the second time: \(passes)")
            #expect(again == first && other != first)
            let fresh = try SimilarityStudy(vision).run([.init(model, .mean)], layers: true, with: TextFeatureSource())
                .scores
            #expect(fresh == other)
        }
    }

    @Test("two encoders are compared on the pairs both have, with Holm's correction")
    func comparisons() throws {
        let task = try SimilarityTask("sts-l", in: Self.folder)
        let models = try Self.kinds.map(model)
        let found = try SimilarityStudy(task).run(
            models.map { .init($0, .mean) }, layers: false, with: TextFeatureSource())
        #expect(found.comparisons.map { "\($0.a) \($0.b)" } == ["bert clip", "bert gpt2", "clip gpt2"])
        let corrected = holmCorrected(found.comparisons.map(\.williamsP))
        for (row, p) in zip(found.comparisons, corrected) {
            #expect(row.n == task.pairs.count && row.pHolm == p)
            let a = found.scores.first { $0.encoder == row.a }?.output?.spearman?.value
            #expect(abs(row.valueA - (a ?? .nan)) < 1e-15)
            let test = try DependentCorrelations(
                first: row.valueA, second: row.valueB, between: row.between, count: row.n)
            #expect(test.williamsP == row.williamsP && test.steigerZ == row.steigerZ)
        }
        // Read alike; what only CLIP puts out is held against every reading of the other.
        let clip = SimilarityStudy.Plan(models[1], .probe)
        let mixed = try SimilarityStudy(task).run(
            models.map { .init($0, .mean) } + [clip], layers: false, with: TextFeatureSource())
        #expect(
            mixed.comparisons.map { "\($0.a) \($0.variantA) \($0.b) \($0.variantB)" } == [
                "bert mean clip mean", "bert mean gpt2 mean", "bert mean clip probe", "clip mean gpt2 mean",
                "gpt2 mean clip probe",
            ])
    }

    @Test("texts beyond the context are left out and counted, or cut when asked")
    func longTexts() throws {
        var pairs = try SimilarityTask("sts-l", in: Self.folder).pairs
        let long = Array(repeating: "man", count: 60).joined(separator: " ")
        (pairs.left[0], pairs.left[7]) = (long, long)
        let task = SimilarityTask(name: "own", title: "own", pairs: pairs)
        for kind in Self.kinds {
            let plan = SimilarityStudy.Plan(try model(kind), .mean)
            let skipping = try #require(
                try SimilarityStudy(task).run([plan], layers: false, with: TextFeatureSource()).scores.first)
            #expect(skipping.n == pairs.count - 2 && skipping.tooLong == 2 && skipping.truncated == 0)
            let cutting = try #require(
                try SimilarityStudy(task).run([plan], layers: false, with: TextFeatureSource(longTexts: .truncate))
                    .scores.first)
            #expect(cutting.n == pairs.count && cutting.tooLong == 0 && cutting.truncated == 1)
            #expect(cutting.output?.spearman?.value != skipping.output?.spearman?.value)
        }
    }

    @Test("what has no correlation says why, and no number is invented")
    func undefined() throws {
        let model = try model("clip")
        var pairs = try SimilarityTask("sts-l", in: Self.folder).pairs
        pairs.scores = pairs.scores.map { _ in 3 }
        let flat = try SimilarityStudy(SimilarityTask(name: "flat", title: "flat", pairs: pairs))
            .run([.init(model, .mean)], layers: true, with: TextFeatureSource())
        for score in flat.scores.flatMap({ [$0.output].compactMap(\.self) + $0.layers }) {
            #expect(score.spearman == nil && score.pearson == nil)
            #expect(score.undefined?.hasPrefix("the scores of the file are all the same") == true)
        }
        // The first token of a causal encoder has seen nothing of the text.
        let first = try SimilarityStudy(SimilarityTask("sts-l", in: Self.folder))
            .run([.init(model, .cls)], layers: true, with: TextFeatureSource())
        #expect(first.scores[0].layers.allSatisfy { $0.undefined?.contains("same similarity") == true })
        #expect(first.comparisons.isEmpty && first.scores[0].best == nil)
        // RoBERTa-like checkpoints without a pooler, GPT-2 among them, say so.
        #expect(throws: ModelError.self) {
            try SimilarityStudy(SimilarityTask("sts-l", in: Self.folder))
                .run([.init(try self.model("gpt2"), .pooler)], layers: false, with: TextFeatureSource())
        }
    }

    @Test("words a vocabulary cannot spell are counted")
    func unknown() throws {
        // The small WordPiece vocabulary has no x, that of bytes spells everything.
        var pairs = try SimilarityTask("sts-l", in: Self.folder).pairs
        pairs.left = pairs.left.map { $0.replacing("\"", with: "") }
        pairs.right = pairs.right.map { $0.replacing("\"", with: "") }
        (pairs.left[2], pairs.right[5]) = ("A fox sleeps.", "Six dogs.")
        let task = SimilarityTask(name: "own", title: "own", pairs: pairs)
        let plans = try ["bert", "gpt2"].map { SimilarityStudy.Plan(try model($0), .mean) }
        let found = try SimilarityStudy(task).run(plans, layers: false, with: TextFeatureSource())
        #expect(found.scores.map(\.unknown) == [2, 0] && found.scores.map(\.n) == [pairs.count, pairs.count])
    }
}

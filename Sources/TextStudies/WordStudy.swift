import Foundation
import SynEmbedding
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// The word tasks by name.
package enum WordTask: String, CaseIterable, Sendable {
    case rg65, ws353, simlex999, simverb3500, valnorm

    package var title: String {
        switch self {
        case .rg65: "RG-65, similarity of nouns"
        case .ws353: "WordSim-353, relatedness"
        case .simlex999: "SimLex-999, similarity"
        case .simverb3500: "SimVerb-3500, similarity of verbs"
        case .valnorm: "ValNorm, pleasantness"
        }
    }

    /// The file it is read from.
    package var file: StudyFile {
        switch self {
        case .rg65: .rg65
        case .ws353: .wordSim353
        case .simlex999: .simLex999
        case .simverb3500: .simVerb3500
        case .valnorm: .bellezza
        }
    }

    package var metric: TextScore.Metric { self == .valnorm ? .pearson : .spearman }
}

/// Word vectors without a context against what people say of the words (Wolfe and Caliskan 2022, section 4): the
/// words of all tasks go through an encoder once.
package struct WordStudy {
    private enum Material {
        case pairs(ScoredPairs)
        case lexicon(BellezzaLexicon)

        var words: [String] {
            switch self {
            case .pairs(let pairs): pairs.left + pairs.right
            case .lexicon(let lexicon): lexicon.words + ValNorm.pleasant + ValNorm.unpleasant
            }
        }

        func first(_ limit: Int?, _ task: WordTask) -> (Material, Portion?) {
            switch self {
            case .pairs(let pairs):
                let (few, portion) = pairs.first(limit, "pairs of \(task.rawValue)")
                return (.pairs(few), portion)
            case .lexicon(let lexicon):
                let (few, portion) = lexicon.first(limit, "words of \(task.rawValue)")
                return (.lexicon(few), portion)
            }
        }

        /// The two words of each pair by number, for the bootstrap, which draws words; nil where scores are of words.
        var ends: [(Int, Int)]? {
            guard case .pairs(let pairs) = self else { return nil }
            var places: [[UInt8]: Int] = [:]
            func place(_ word: String) -> Int {
                let key = Array(word.utf8)
                let place = places[key] ?? places.count
                places[key] = place
                return place
            }
            return zip(pairs.left, pairs.right).map { (place($0), place($1)) }
        }

        var gold: [Double] {
            switch self {
            case .pairs(let pairs): pairs.scores
            case .lexicon(let lexicon): lexicon.valence
            }
        }
    }

    private let tasks: [(task: WordTask, material: Material)]
    private let seed: UInt64
    /// What is taken of each task that is not taken whole.
    package let portions: [Portion]

    /// Reads the tasks' files, of each the first so many pairs or words.
    package init(_ tasks: [WordTask], in folder: StudyFolder, limit: Int? = nil, seed: UInt64 = 0) throws {
        self.seed = seed
        var portions: [Portion] = []
        self.tasks = try tasks.map { task in
            let url = try folder.require(task.file)
            let material: Material =
                switch task {
                case .rg65, .ws353, .simlex999: .pairs(try ScoredPairs(wordList: url))
                case .simverb3500: .pairs(try ScoredPairs(simVerb: url))
                case .valnorm: .lexicon(try BellezzaLexicon(url))
                }
            let (taken, portion) = material.first(limit, task)
            if let portion { portions.append(portion) }
            return (task, taken)
        }
        self.portions = portions
    }

    /// Scores of every encoder under its variants; comparisons are of best layers, chosen by cross-validation.
    package func run(
        _ plans: [(model: TextEmbedder, variants: [WordVariant])], with source: TextFeatureSource
    ) throws -> (scores: [TextScore], comparisons: [TextComparison]) {
        let words = ScoredPairs.unique(tasks.flatMap(\.material.words))
        let places = Dictionary(
            words.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var scores: [TextScore] = []
        var best: [String: [LayerCorrelation.Measured]] = [:]
        for (model, variants) in plans {
            let found = try source.features(of: words, by: model, variants.map(\.reading), .layers, task: "words")
            for variant in variants {
                guard let features = found[variant.reading] else { continue }
                for (task, material) in tasks {
                    let rows = Rows(material.words.map { places[Array($0.utf8)] ?? 0 }, features)
                    let measured = features.layers.map { Self.measured($0, material, rows) }
                    var score = TextScore(
                        encoder: model.name, task: task.rawValue, taskTitle: task.title, variant: variant.rawValue,
                        reading: variant.title, metric: task.metric, n: 0, unknown: rows.unknown,
                        published: PublishedFigures.words(task, model, variant))
                    score.layers = measured.enumerated().map { layer, values in
                        correlation(layer, values, material, seed: nil)
                    }
                    // The bootstrap is drawn where the figures are quoted from: the best layer and the top one.
                    for layer in Set([score.best?.layer, score.top?.layer].compactMap(\.self)) {
                        score.layers[layer] = correlation(layer, measured[layer], material, seed: seed)
                    }
                    let kept = measured.last?.map { $0.count { $0 != nil } } ?? 0
                    (score.n, score.tooLong) = (kept, material.gold.count - kept)
                    if let choice = LayerChoice(measured, material.gold, task.metric, seed: seed) {
                        score.crossValidated = correlation(nil, choice.similarities, material, seed: seed)
                        score.chosenLayers = choice.layers
                        best[task.rawValue, default: []].append(
                            .init(
                                encoder: model.name, variant: variant.rawValue, similarities: choice.similarities))
                    }
                    scores.append(score)
                }
            }
        }
        let comparisons = tasks.flatMap { task, material in
            LayerCorrelation.comparisons(
                task: task.rawValue, title: task.title, metric: task.metric, place: TextComparison.crossValidated,
                gold: material.gold,
                best[task.rawValue] ?? [])
        }
        return (scores, comparisons)
    }

    private func correlation(
        _ layer: Int?, _ values: [Double?]?, _ material: Material, seed: UInt64?
    ) -> LayerScore {
        let gold = material.gold
        guard let values else { return LayerCorrelation.score(layer: layer, nil, gold, seed: nil) }
        let kept = gold.indices.filter { values[$0] != nil }
        let words = seed == nil ? nil : material.ends.map { ends in kept.map { ends[$0] } }
        return LayerCorrelation.score(
            layer: layer, kept.map { values[$0] }, kept.map { gold[$0] }, words: words, seed: seed)
    }

    /// The tensor rows of a task's words, nil for words that were left out.
    private struct Rows {
        let all: [Int?]
        let unknown: Int

        init(_ places: [Int], _ features: TextFeatures) {
            all = places.map { features.rows[$0] }
            unknown = Set(places).count { features.isPartlyUnknown[$0] }
        }
    }

    /// What a layer says of each pair or word: a cosine, or an association with pleasantness; nil where a word is too
    /// long. Nil altogether where a vector has no direction.
    private static func measured(_ vectors: Tensor, _ material: Material, _ rows: Rows) -> [Double?]? {
        switch material {
        case .pairs(let pairs):
            let (left, right) = (rows.all.prefix(pairs.count), rows.all.suffix(pairs.count))
            let kept = zip(left, right).map { $0 != nil && $1 != nil }
            let cosines = Cosines.ofPairs(
                vectors, zip(left, kept).compactMap { $1 ? $0 : nil }, zip(right, kept).compactMap { $1 ? $0 : nil })
            guard !cosines.contains(nil) else { return nil }
            var next = cosines.makeIterator()
            return kept.map { $0 ? next.next() ?? nil : nil }
        case .lexicon(let lexicon):
            let (words, attributes) = (rows.all.prefix(lexicon.words.count), rows.all.suffix(50).compactMap(\.self))
            guard attributes.count == 50,
                let found = ValNorm.associations(
                    vectors, words: words.compactMap(\.self), pleasant: Array(attributes.prefix(25)),
                    unpleasant: Array(attributes.suffix(25)))
            else { return nil }
            var next = found.makeIterator()
            return words.map { $0 == nil ? nil : next.next() }
        }
    }
}

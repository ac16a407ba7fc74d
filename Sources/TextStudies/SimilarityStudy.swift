import Foundation
import SynEmbedding
import SynModels
import SynReports
import SynRuns
import SynTensors

/// A set of sentence pairs with its names.
package struct SimilarityTask: Sendable {
    /// A short name, such as `sts-l`.
    package let name: String
    package let title: String
    package let pairs: ScoredPairs

    package init(name: String, title: String, pairs: ScoredPairs) {
        (self.name, self.title, self.pairs) = (name, title, pairs)
    }

    /// Its first so many pairs, and which portion they are; nil where all are taken.
    package func first(_ limit: Int?) -> (task: SimilarityTask, portion: Portion?) {
        let (pairs, portion) = pairs.first(limit, "pairs of \(name)")
        return (SimilarityTask(name: name, title: title, pairs: pairs), portion)
    }

    /// The tasks that have a name; anything else is a file.
    package static let names = ["sts-l", "sts-v", "sts-b"]

    /// - Parameters:
    ///   - spelling: `sts-l`, `sts-v`, `sts-b` or a file.
    ///   - likePaper: STS-B as the released code reads it.
    package init(
        _ spelling: String, in folder: StudyFolder, part: CrisscrossedCaptions.Part = .val, likePaper: Bool = false
    ) throws {
        switch spelling.lowercased() {
        case "sts-l", "sts-v":
            let captions = try CrisscrossedCaptions(part, in: folder)
            let isLanguage = spelling.lowercased() == "sts-l"
            self.init(
                name: spelling.lowercased(),
                title: isLanguage
                    ? "STS-L: what captions say (CxC \(part.rawValue))"
                    : "STS-V: whether captions show one picture (CxC \(part.rawValue))",
                pairs: isLanguage ? captions.language : captions.vision)
        case "sts-b":
            let file = try folder.require(.stsBenchmark)
            self.init(
                name: "sts-b", title: likePaper ? "STS-B test, commas lost as in the released code" : "STS-B test",
                pairs: likePaper ? try ScoredPairs(stsBenchmarkAsReleased: file) : try ScoredPairs(stsBenchmark: file))
        default:
            guard let url = folder.findOwn(spelling) else {
                throw UserError(
                    .missing,
                    "\(spelling) is neither a task (\(Self.names.joined(separator: ", "))) nor a file, here or in "
                        + "\(folder.url.relativePath)")
            }
            self.init(
                name: url.deletingPathExtension().lastPathComponent, title: url.lastPathComponent,
                pairs: try ScoredPairs(table: url))
        }
    }
}

/// Textual similarity (Chen et al. 2023, section 4; Wolfe and Caliskan 2022, section 4): the cosine of two sentence
/// vectors against what people, or pictures, say of the pair.
package struct SimilarityStudy {
    package let task: SimilarityTask
    /// The bootstrap's seed.
    package let seed: UInt64

    package init(_ task: SimilarityTask, seed: UInt64 = 0) { (self.task, self.seed) = (task, seed) }

    /// One encoder under one pooling.
    package struct Plan: Sendable {
        let model: TextEmbedder
        let pooling: Pooling

        package init(_ model: TextEmbedder, _ pooling: Pooling) { (self.model, self.pooling) = (model, pooling) }

        /// As the released code of the task's paper reads an encoder: for CxC BERT's pooler and CLIP's projected end
        /// token, else the end token.
        package init(likePaper model: TextEmbedder, task: SimilarityTask) {
            let isCxC = task.name == "sts-l" || task.name == "sts-v"
            self.init(model, isCxC ? (model.isContrastive ? .probe : .pooler) : .eos)
        }
    }

    /// Scores of every plan and comparisons of all with all.
    package func run(
        _ plans: [Plan], layers: Bool, with source: TextFeatureSource
    ) throws -> (scores: [TextScore], comparisons: [TextComparison]) {
        let texts = task.pairs.texts
        let places = Dictionary(
            texts.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        func place(_ text: String) -> Int { places[Array(text.utf8)] ?? 0 }
        let (left, right) = (task.pairs.left.map(place), task.pairs.right.map(place))
        var scores: [TextScore] = []
        var measured: [LayerCorrelation.Measured] = []
        for plan in plans {
            let reading = TextReading(sentences: plan.pooling)
            let wants: TextFeatures.Wants = layers ? [.output, .layers] : .output
            let found = try source.features(of: texts, by: plan.model, [reading], wants, task: task.name)
            guard let features = found[reading] else { continue }
            let kept = task.pairs.scores.indices.filter {
                features.rows[left[$0]] != nil && features.rows[right[$0]] != nil
            }
            let gold = kept.map { task.pairs.scores[$0] }
            let (a, b) = (kept.compactMap { features.rows[left[$0]] }, kept.compactMap { features.rows[right[$0]] })
            let output = features.output.map { Cosines.ofPairs($0, a, b) }
            var whole = [Double?](repeating: nil, count: left.count)
            for (value, place) in zip(output ?? [], kept) { whole[place] = value }
            measured.append(.init(encoder: plan.model.name, variant: plan.pooling.rawValue, similarities: whole))
            scores.append(
                TextScore(
                    encoder: plan.model.name, task: task.name, taskTitle: task.title, variant: plan.pooling.rawValue,
                    reading: plan.pooling.title, metric: .spearman, n: kept.count,
                    tooLong: left.count - kept.count,
                    truncated: source.longTexts == .truncate ? features.isTooLong.count { $0 } : 0,
                    unknown: features.isPartlyUnknown.count { $0 },
                    output: LayerCorrelation.score(layer: nil, output, gold, seed: seed),
                    layers: features.layers.enumerated().map { layer, vectors in
                        LayerCorrelation.score(layer: layer, Cosines.ofPairs(vectors, a, b), gold, seed: nil)
                    },
                    published: PublishedFigures.similarity(task.name, plan.model, plan.pooling)))
        }
        let comparisons = LayerCorrelation.comparisons(
            task: task.name, title: task.title, metric: .spearman, place: "output", gold: task.pairs.scores, measured)
        return (scores, comparisons)
    }
}

import Foundation
import SynEmbedding
import SynImages
import SynRuns
import SynStatistics

/// Pictures of a folder, with captions or without: what `synesthesia score` does.
package struct ScoringJob {
    private let scorer: ImageScorer
    private let settings: ScoreSettings

    /// - Parameter settings: an empty name is a judge that is not asked.
    package init(_ settings: ScoreSettings, locator: ModelLocator) throws {
        scorer = try ImageScorer(settings, locator: locator)
        self.settings = settings
    }

    /// What `score` prints, as JSON or as text.
    package struct Report: Encodable, Sendable {
        package let scores: Scores
        package let pairs: [SampleRecord]

        package struct Scores: Encodable, Sendable {
            package let clipScore: Double?
            /// Student's 95 % interval of the mean, every pair taken as independent; nil for fewer than two.
            package let clipScoreInterval: Interval?
            package let count: Int
            package let truncatedCaptions: Int?
            package let inceptionScore: InceptionScore.Result?
            package let inceptionScoreAsPublished: InceptionScore.Result?
            package let attributeScore: Double?
            /// From the pictures of another folder; nil where none was named.
            package let distances: SetDistances?
            /// What a reader of the numbers must know.
            package let notes: [String]
            /// True where only the first of the pictures were scored, else nil.
            package let partial: Bool?
            /// Pictures behind the Inception Score.
            package let inceptionCount: Int

            enum CodingKeys: String, CodingKey {
                case clipScore = "clip_score"
                case clipScoreInterval = "clip_score_interval"
                case count = "n"
                case truncatedCaptions = "truncated_captions"
                case inceptionScore = "inception_score"
                case inceptionScoreAsPublished = "inception_score_as_published"
                case inceptionCount = "inception_n"
                case attributeScore = "attribute_score"
                case distances, notes, partial
            }
        }

        private static func lines(_ found: SetDistances) -> [String] {
            var lines = [
                String(
                    format: "Fréchet distance  %.3f, between %d and %d pictures", found.fid.value,
                    found.fid.firstCount, found.fid.secondCount)
            ]
            if let published = found.fidAsPublished {
                lines.append(String(format: "  as published  %.3f", published.value))
            }
            lines.append(
                String(
                    format: "Kernel distance  %.6f, standard deviation %.6f over %d subsets of %d pictures",
                    found.kid.mean, found.kid.deviation, found.kid.subsets, found.kid.subsetSize))
            if let coverage = found.coverage {
                lines.append(
                    String(
                        format: "Precision %.3f, recall %.3f, by %d nearest neighbours", coverage.precision,
                        coverage.recall, coverage.neighbours))
            }
            return lines
        }

        /// A line for every pair, then the means.
        package var text: String {
            var lines = pairs.compactMap { pair in
                pair.clipScore.map { String(format: "%8.3f  ", $0) + "\(pair.file)  \(pair.text)" }
            }
            if !lines.isEmpty { lines.append("") }
            if let mean = scores.clipScore {
                let interval = scores.clipScoreInterval.map {
                    String(format: ", 95 %% interval %.3f to %.3f", $0.lower, $0.upper)
                }
                lines.append(
                    String(format: "CLIP-Score  %.3f, mean of %d pairs", mean, scores.count) + (interval ?? ""))
            }
            if let found = scores.inceptionScore {
                lines.append(
                    String(
                        format: "Inception Score  %.3f, standard deviation %.3f over %d splits of %d pictures",
                        found.mean,
                        found.deviation, found.splits, scores.inceptionCount)
                        + (found.seed.map { ", shuffled by seed \($0)" } ?? ""))
            }
            if let found = scores.inceptionScoreAsPublished {
                lines.append(
                    String(
                        format: "  as published  %.3f, standard deviation %.3f, of what the released code fed to the "
                            + "network", found.mean, found.deviation))
            }
            if let found = scores.distances { lines += Self.lines(found) }
            if let share = scores.attributeScore {
                lines.append(String(format: "Attributes  %.1f %% of the statements borne out", 100 * share))
            }
            return (lines + scores.notes.map { "Note: \($0)." }).joined(separator: "\n") + "\n"
        }
    }

    /// - Parameters:
    ///   - real: pictures that the set is held against, by the Inception network; nil for none.
    ///   - captions: one for each picture, in the pictures' order; nil where no judge reads any.
    ///   - portion: which part of a folder's pictures these are; nil for all of them.
    package func run(
        _ pictures: PictureFolder, _ captions: [String]?, real: PictureFolder? = nil, portion: Portion? = nil,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Report {
        if let captions { try pictures.requireOneEach(captions) }
        let isEnough = pictures.names.count >= settings.splits
        if scorer.clip == nil, scorer.attributes == nil, real == nil, !isEnough {
            throw UserError(
                .settings,
                "an Inception Score over \(settings.splits) splits needs at least \(settings.splits) pictures, but "
                    + "\(pictures.folder.path) holds \(pictures.names.count); lower --splits")
        }
        let records = pictures.names.enumerated().map { place, name in
            SampleRecord(number: place, caption: 0, text: captions?[place] ?? "", file: name)
        }
        let found = try scorer.findings(records, image: { try pictures.image(pictures.names[$0]) }, progress: progress)
        let each = found.clipScores
        let distances = try distances(found, real)
        return Report(
            scores: .init(
                clipScore: each.isEmpty ? nil : each.reduce(0, +) / Double(each.count),
                clipScoreInterval: Self.interval(each),
                count: records.count, truncatedCaptions: captions == nil ? nil : found.truncatedCaptions,
                inceptionScore: found.inceptionScore, inceptionScoreAsPublished: found.inceptionScoreAsPublished,
                attributeScore: found.attributeScore, distances: distances,
                notes: [portion?.sentence].compactMap(\.self) + notes(pictures, found) + (distances?.notes ?? []),
                partial: portion == nil ? nil : true, inceptionCount: found.inceptionCount),
            pairs: found.records)
    }

    private func distances(_ found: ImageScorer.Findings, _ real: PictureFolder?) throws -> SetDistances? {
        guard let real, let own = found.features else { return nil }
        let plain = try scorer.inceptionFeatures(real.names.count, image: { try real.image(real.names[$0]) })
        let published =
            own.published == nil
            ? nil
            : try scorer.inceptionFeatures(
                real.names.count, published: true, image: { try real.image(real.names[$0]) })
        return try SetDistances(
            between: own, and: .init(plain: plain, published: published), seed: settings.shuffleSeed)
    }

    /// Student's: mean ± t(0.975, n − 1) · s / √n.
    private static func interval(_ scores: [Double]) -> Interval? {
        guard let summary = try? Summary(scores),
            let t = try? StudentDistribution(degreesOfFreedom: Double(scores.count - 1)).quantile(0.975)
        else { return nil }
        let reach = t * summary.deviation / Double(scores.count).squareRoot()
        return Interval(summary.mean - reach, summary.mean + reach)
    }

    private func notes(_ pictures: PictureFolder, _ found: ImageScorer.Findings) -> [String] {
        let count = pictures.names.count
        var notes = [scorer.clip?.remark, pictures.unreadNote, pictures.alikeNote].compactMap(\.self)
        if found.truncatedCaptions > 0 {
            notes.append("\(found.truncatedCaptions) captions were longer than the judge's context and were cut")
        }
        if found.clipScores.count == 1 { notes.append("a single pair has a score, but no interval") }
        if !settings.inception.isEmpty, found.inceptionScore == nil {
            notes.append(
                "there is no Inception Score: \(count) pictures are fewer than \(settings.splits) splits; lower "
                    + "--splits"
            )
        }
        if found.inceptionScore != nil, count < 5_000 {
            notes.append(
                "an Inception Score grows with the number of pictures, and \(count) \(count == 1 ? "is" : "are") few "
                    + "(50,000 are usual): "
                    + "compare it only with one of as many pictures and splits; of so few even a poor set may have the "
                    + "higher one")
        }
        if found.inceptionScore != nil, found.inceptionCount < count {
            notes.append(
                "the last \(count - found.inceptionCount) of \(count) pictures fill no batch and are not in the "
                    + "Inception Score (--drop-last)")
        }
        return notes
    }
}

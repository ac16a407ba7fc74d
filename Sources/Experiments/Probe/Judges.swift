import Foundation
import Images
import Models
import Tensors

/// The networks that score pictures, each opened once.
public struct Judges: Sendable {
    public let clip: CLIPScore
    public let inception: InceptionV3
    /// Only where a reader of drawn attributes was named.
    public let attributes: AttributeReader?
    public let splits: Int

    public init(_ settings: ScoreSettings, shelf: ModelShelf) throws {
        clip = try CLIPScore(folder: try shelf.folder(of: settings.clip))
        inception = try InceptionV3(folder: try shelf.folder(of: settings.inception))
        attributes = try settings.attributes.map { try AttributeReader(folder: try shelf.folder(of: $0)) }
        splits = settings.splits
    }

    /// What was measured on a set of pictures with captions: `scores.json`.
    public struct Verdict: Codable, Sendable, Equatable {
        public let clipScore: Double
        public let count: Int
        public let truncatedCaptions: Int
        /// Nil where there are fewer pictures than splits.
        public let inceptionScore: InceptionScore.Result?
        public let inceptionScoreAsPublished: InceptionScore.Result?
        public let fid: Double?
        /// Share of all statements of all captions that pictures bear out.
        public let attributeScore: Double?

        enum CodingKeys: String, CodingKey {
            case clipScore = "clip_score"
            case count = "n"
            case truncatedCaptions = "truncated_captions"
            case inceptionScore = "inception_score"
            case inceptionScoreAsPublished = "inception_score_as_published"
            case fid
            case attributeScore = "attribute_score"
        }
    }

    /// Logits without bias and final features of pictures, in their order.
    public func inceptionFeatures(_ images: [Image], published: Bool = false) throws -> (logits: Tensor, features: Tensor) {
        let parts = try batches(images, of: 32).map { batch in
            let input = published
                ? try InceptionScore.publishedInput(batch, inception.configuration)
                : try InceptionScore.input(batch, inception.configuration)
            return inception.features(of: input)
        }
        return (
            concatenated(parts.map(\.logitsWithoutBias), axis: 0), concatenated(parts.map(\.features2048), axis: 0)
        )
    }

    /// Scores of every pair and of the set. `records` come back with their scores filled in.
    ///
    /// - Parameter real: features of real pictures, which the Fréchet distance is measured from; nil for none.
    public func judge(
        _ images: [Image], _ records: [SampleRecord], real: FeatureStatistics? = nil
    ) throws -> (verdict: Verdict, records: [SampleRecord]) {
        var records = records
        let clipResult = try clip.scores(images, records.map(\.text))
        let found = try attributes?.probabilities(images)
        var (right, stated) = (0, 0)
        for i in records.indices {
            records[i].clipScore = clipResult.scores[i]
            if let attributes, let found {
                let agreement = attributes.agreement(records[i].text, found[i])
                (records[i].attributesRight, records[i].attributesStated) = (agreement.right, agreement.stated)
                right += agreement.right
                stated += agreement.stated
            }
        }
        let (logits, features) = try inceptionFeatures(images)
        let enough = images.count >= splits
        let verdict = Verdict(
            clipScore: clipResult.scores.reduce(0, +) / Double(max(images.count, 1)), count: images.count,
            truncatedCaptions: clipResult.truncated,
            inceptionScore: enough ? try InceptionScore.score(ofLogits: logits, splits: splits) : nil,
            inceptionScoreAsPublished: enough
                ? try InceptionScore.score(ofLogits: try inceptionFeatures(images, published: true).logits, splits: splits) : nil,
            fid: real == nil || images.count < 2
                ? nil : try real.map { try FrechetDistance(between: FeatureStatistics(of: features), and: $0).value },
            attributeScore: stated == 0 ? nil : Double(right) / Double(stated))
        return (verdict, records)
    }
}

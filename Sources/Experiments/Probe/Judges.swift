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
        let precision = settings.precision.resolved
        clip = try CLIPScore(
            folder: try shelf.folder(of: settings.clip), precision: precision, activation: settings.activation.map(CLIPActivation.init))
        inception = try InceptionV3(folder: try shelf.folder(of: settings.inception), precision: precision)
        attributes = try settings.attributes.map {
            try AttributeReader(folder: try shelf.folder(of: $0), precision: precision)
        }
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

    /// What the Inception network says of pictures, in their order: logits without bias and final features.
    private struct Features {
        var (logits, published, features) = ([Tensor](), [Tensor](), [Tensor]())

        static func joined(_ parts: [Tensor]) -> Tensor { concatenated(parts, axis: 0) }
    }

    /// Final features of `count` pictures, in their order: [count, features].
    ///
    /// Pictures are asked for when their batch comes, so that a hundred thousand of them need no room.
    public func inceptionFeatures(
        _ count: Int, image: (Int) throws -> Image, progress: (Int) throws -> Void = { _ in }
    ) throws -> Tensor {
        try progress(0)
        let parts = try batches(Array(0..<count), of: 32).map { places in
            let input = try InceptionScore.input(places.map(image), inception.configuration)
            let features = inception.features(of: input).features2048
            try progress((places.last ?? 0) + 1)
            return features
        }
        return concatenated(parts, axis: 0)
    }

    /// Scores of every pair and of the set. `records` come back with their scores filled in.
    ///
    /// - Parameters:
    ///   - real: features of real pictures, which the Fréchet distance is measured from; nil for none.
    ///   - image: the picture of the record at a place, asked for when its batch comes.
    public func judge(
        _ records: [SampleRecord], real: FeatureStatistics? = nil, image: (Int) throws -> Image,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> (verdict: Verdict, records: [SampleRecord]) {
        var records = records
        var found = Features()
        var (sum, truncated, right, stated) = (0.0, 0, 0, 0)
        let enough = records.count >= splits
        try progress(0)
        for places in batches(Array(records.indices), of: 32) {
            let images = try places.map(image)
            let clipResult = try clip.scores(images, places.map { records[$0].text })
            truncated += clipResult.truncated
            let probabilities = try attributes?.probabilities(images)
            for (i, place) in places.enumerated() {
                records[place].clipScore = clipResult.scores[i]
                sum += clipResult.scores[i]
                guard let attributes, let probabilities else { continue }
                let agreement = attributes.agreement(records[place].text, probabilities[i])
                (records[place].attributesRight, records[place].attributesStated) = (agreement.right, agreement.stated)
                right += agreement.right
                stated += agreement.stated
            }
            let features = inception.features(of: try InceptionScore.input(images, inception.configuration))
            found.logits.append(features.logitsWithoutBias)
            found.features.append(features.features2048)
            if enough {
                let published = try InceptionScore.publishedInput(images, inception.configuration)
                found.published.append(inception.features(of: published).logitsWithoutBias)
            }
            try progress((places.last ?? 0) + 1)
        }
        let verdict = Verdict(
            clipScore: sum / Double(max(records.count, 1)), count: records.count, truncatedCaptions: truncated,
            inceptionScore: enough ? try InceptionScore.score(ofLogits: Features.joined(found.logits), splits: splits) : nil,
            inceptionScoreAsPublished: enough
                ? try InceptionScore.score(ofLogits: Features.joined(found.published), splits: splits) : nil,
            fid: real == nil || records.count < 2
                ? nil
                : try real.map {
                    try FrechetDistance(between: FeatureStatistics(of: Features.joined(found.features)), and: $0).value
                },
            attributeScore: stated == 0 ? nil : Double(right) / Double(stated))
        return (verdict, records)
    }
}

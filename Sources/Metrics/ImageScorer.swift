import Foundation
import SynEmbedding
import SynImages
import SynModels
import SynRuns
import SynTensors

/// The networks that score pictures, each opened once.
package struct ImageScorer: Sendable {
    /// Nil where the settings name none; a probe's always do.
    package let clip: CLIPScore?
    private let inception: (network: InceptionV3, folder: URL)?
    /// Only where a reader of drawn attributes was named.
    package let attributes: AttributeReader?
    private let settings: ScoreSettings

    package init(_ settings: ScoreSettings, locator: ModelLocator) throws {
        let precision = settings.precision.resolved
        clip =
            settings.clip.isEmpty
            ? nil
            : try CLIPScore(
                folder: try locator.folder(of: settings.clip), precision: precision,
                activation: settings.activation)
        if settings.inception.isEmpty {
            inception = nil
        } else {
            let folder = try locator.folder(of: settings.inception)
            inception = (try InceptionV3(folder: folder, precision: precision), folder)
        }
        attributes = try settings.attributes.map {
            try AttributeReader(folder: try locator.folder(of: $0), precision: precision)
        }
        self.settings = settings
    }

    /// What was found on a set of pictures; nil is what nobody was there to judge, or what the pictures are too few
    /// for.
    package struct Findings: Sendable {
        /// With their scores filled in.
        package let records: [SampleRecord]
        package let truncatedCaptions: Int
        package let inceptionScore: InceptionScore.Result?
        package let inceptionScoreAsPublished: InceptionScore.Result?
        /// Of the pictures, on both inputs; nil without an Inception network.
        package let features: SetDistances.Features?
        /// Pictures behind the Inception Score.
        package let inceptionCount: Int
        /// Nil without a CLIP, and where all captions are of one portrait.
        package let shuffled: ShuffledCaptions?

        package var clipScores: [Double] { records.compactMap(\.clipScore) }

        /// Share of all statements of all captions that pictures bear out.
        package var attributeScore: Double? {
            let stated = records.reduce(0) { $0 + ($1.attributesStated ?? 0) }
            return stated == 0 ? nil : Double(records.reduce(0) { $0 + ($1.attributesRight ?? 0) }) / Double(stated)
        }
    }

    /// Final features of `count` pictures, in their order: [count, features].
    ///
    /// - Parameter published: of what the released code fed to the network.
    ///
    /// Pictures are asked for one by one on each thread, so that a hundred thousand of them need no room.
    package func inceptionFeatures(
        _ count: Int, published: Bool = false, image: (Int) throws -> Image,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Tensor {
        guard let inception else {
            throw UserError(.settings, "a Fréchet distance needs an Inception network; name it in scores.inception")
        }
        try progress(0)
        let parts = try batches(Array(0..<count), of: Self.batch).map { places in
            let inputs = try parallelMap(places.count) {
                let picture = try image(places[$0])
                return published
                    ? InceptionScore.publishedInput(picture, inception.network.configuration)
                    : InceptionScore.input(picture, inception.network.configuration)
            }
            let features = inception.network.features(of: concatenated(inputs, axis: 0)).features2048
            try NonFinite.refuse(features, "a feature of the Inception network", model: inception.folder)
            try progress((places.last ?? 0) + 1)
            return features
        }
        return concatenated(parts, axis: 0)
    }

    /// Scores of every pair and of the set. `records` come back with their scores filled in.
    ///
    /// - Parameters:
    ///   - real: features of real pictures, which distances are measured from; nil for none.
    ///   - image: the picture of the record at a place, asked for when its turn comes, from several threads at once.
    package func score(
        _ records: [SampleRecord], real: SetDistances.Features? = nil, image: (Int) throws -> Image,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> (scores: ImageScores, records: [SampleRecord]) {
        try progress(0)
        return try score([judged(records, of: records.count, image: image, progress: progress)], real: real)
    }

    /// The same of pictures that were judged in parts: all of a set, in its order.
    package func score(
        _ parts: [JudgedPart], real: SetDistances.Features? = nil
    ) throws -> (scores: ImageScores, records: [SampleRecord]) {
        let found = try findings(parts)
        let records = found.records
        let own = records.count < 2 ? nil : found.features
        let distances = try real.flatMap { real in
            try own.map {
                try SetDistances(between: $0, and: real, seed: settings.shuffleSeed, coverageUpTo: Self.coverageLimit)
            }
        }
        let scores = ImageScores(
            clipScore: found.clipScores.reduce(0, +) / Double(max(records.count, 1)), count: records.count,
            truncatedCaptions: found.truncatedCaptions, inceptionScore: found.inceptionScore,
            inceptionScoreAsPublished: found.inceptionScoreAsPublished, fid: distances?.fid.value,
            fidWarning: distances?.fid.warning, attributeScore: found.attributeScore, shuffled: found.shuffled,
            distances: distances, inceptionCount: settings.dropLast == nil ? nil : found.inceptionCount)
        return (scores, found.records)
    }

    /// The same by the judges that there are.
    package func findings(
        _ records: [SampleRecord], image: (Int) throws -> Image,
        progress: (Int) throws -> Void = { _ in }
    ) throws -> Findings {
        try progress(0)
        return try findings([judged(records, of: records.count, image: image, progress: progress)])
    }

    /// Pictures that count for the Inception Score of a set of so many; nil where they are too few for its splits.
    private func counted(of count: Int) -> Int? {
        let counted = settings.dropLast.map { count / $0 * $0 } ?? count
        return inception != nil && counted >= settings.splits ? counted : nil
    }

    /// What every judge says of each picture, and what scores of the set need of it.
    ///
    /// - Parameters:
    ///   - records: some of the set's, or all.
    ///   - count: how many pictures the set has.
    package func judged(
        _ records: [SampleRecord], of count: Int, image: (Int) throws -> Image, progress: (Int) throws -> Void
    ) throws -> JudgedPart {
        var records = records
        var parts: [JudgedPart.Kind: [Tensor]] = [:]
        var truncated = 0
        let isScored = counted(of: count) != nil
        for places in batches(Array(records.indices), of: Self.batch) {
            let views = try parallelMap(places.count) { try View(image(places[$0]), for: self, published: isScored) }
            if let clip {
                let result = try clip.scores(ofPrepared: views.compactMap(\.clip), places.map { records[$0].text })
                truncated += result.truncated
                parts[.pictures, default: []] += result.pictures
                parts[.captions, default: []] += result.captions
                for (place, score) in zip(places, result.scores) { records[place].clipScore = score }
            }
            if let attributes {
                let probabilities = try attributes.probabilities(inputs: views.compactMap(\.attributes))
                for (place, found) in zip(places, probabilities) {
                    let agreement = attributes.agreement(records[place].text, found)
                    (records[place].attributesRight, records[place].attributesStated) = (
                        agreement.right, agreement.stated
                    )
                    records[place].attributes = Dictionary(
                        uniqueKeysWithValues: found.map { ($0.name, (Double($1) * 1e4).rounded() / 1e4) })
                }
            }
            if let inception {
                func see(_ inputs: [Tensor], _ logits: JudgedPart.Kind, _ features: JudgedPart.Kind) throws {
                    let seen = inception.network.features(of: concatenated(inputs, axis: 0))
                    try NonFinite.refuse(
                        seen.logitsWithoutBias, "a logit of the Inception network", model: inception.folder)
                    parts[logits, default: []].append(seen.logitsWithoutBias)
                    parts[features, default: []].append(seen.features2048)
                }
                try see(views.compactMap(\.inception), .logits, .features)
                if isScored { try see(views.compactMap(\.published), .publishedLogits, .publishedFeatures) }
            }
            try progress((places.last ?? 0) + 1)
        }
        return JudgedPart(
            records: records, truncated: truncated, rows: parts.mapValues { concatenated($0, axis: 0) })
    }

    private func findings(_ parts: [JudgedPart]) throws -> Findings {
        let records = parts.flatMap(\.records)
        let counted = counted(of: records.count)
        func score(_ kind: JudgedPart.Kind) throws -> InceptionScore.Result? {
            guard let counted, let logits = parts.rows(kind) else { return nil }
            return try InceptionScore.score(
                ofLogits: logits.rows(at: Array(0..<counted)), splits: settings.splits, seed: settings.shuffleSeed)
        }
        return Findings(
            records: records, truncatedCaptions: parts.reduce(0) { $0 + $1.truncated },
            inceptionScore: try score(.logits), inceptionScoreAsPublished: try score(.publishedLogits),
            features: parts.rows(.features).map {
                SetDistances.Features(plain: $0, published: parts.rows(.publishedFeatures))
            },
            inceptionCount: counted ?? 0,
            shuffled: try shuffled(parts, records))
    }

    private func shuffled(_ parts: [JudgedPart], _ records: [SampleRecord]) throws -> ShuffledCaptions? {
        guard let pictures = parts.rows(.pictures), let captions = parts.rows(.captions) else { return nil }
        return try ShuffledCaptions(pictures: pictures, captions: captions, portraits: records.map(\.number))
    }

    /// Pictures that go through the networks together. Parts that begin at its multiples are judged as the whole is, to
    /// the bit; sums of a convolution may otherwise differ in their last digits.
    package static let batch = 32
    /// Precision and recall of more pictures would take longer than drawing them.
    private static let coverageLimit = 10_000

    /// One picture as each judge sees it: what is kept of it until its batch is full.
    private struct View {
        package let clip: Image?
        package let attributes: Tensor?
        package let inception: Tensor?
        package let published: Tensor?

        package init(_ picture: Image, for scorer: ImageScorer, published isScored: Bool) throws {
            clip = try scorer.clip?.prepared(picture)
            attributes = scorer.attributes?.input(picture)
            inception = scorer.inception.map { InceptionScore.input(picture, $0.network.configuration) }
            published =
                isScored
                ? scorer.inception.map { InceptionScore.publishedInput(picture, $0.network.configuration) } : nil
        }
    }
}

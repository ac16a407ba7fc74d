import Foundation
import SynFiles
import SynImages
import SynMetrics
import SynRuns
import SynTensors

/// The fourth stage of the probe: what the judges say of a trial's pictures, and of the real ones they are held
/// against.
final class TrialScoring {
    let session: ProbeSession
    let features: ProbeFeatures
    private var realSet: SetDistances.Features?
    private lazy var savings = CaptionSavings(session, features)

    init(_ session: ProbeSession, _ features: ProbeFeatures) { (self.session, self.features) = (session, features) }

    /// Scores a trial's pictures and keeps the scores beside them. What ranks have judged before is taken from the
    /// run's shards.
    func run(_ trial: Trial, in folder: TrialFolder) throws -> TrialScores {
        let count = session.plan.requests.count
        let ranges = session.ranks.isAlone ? [0..<count] : ProbeWork.judgedRanges(count)
        let parts = try ranges.map { range in
            if !session.ranks.isAlone, let kept = try keptVerdicts(on: range, of: trial, in: folder) { return kept }
            return try verdicts(on: range, of: trial, in: folder)
        }
        let judged = try session.models().scorer.score(parts, real: try realFeatures())
        let losses =
            try trial.hasAdapter
            ? JSONLines.read(TrainingLine.self, from: folder.trainingLog).compactMap(\.validation)
            : [floor()].compactMap(\.self)
        session.clock.tick()
        let scores = TrialScores(
            measured: judged.scores, bestLoss: losses.min(), lastLoss: losses.last,
            seconds: session.seconds(of: trial).rounded(.down),
            bitsSaved: mean(judged.records.compactMap(\.bitsSaved)),
            secondClipScore: mean(judged.records.compactMap(\.secondClipScore)))
        try folder.save(scores, judged.records)
        return scores
    }

    /// What all judges say of some of a trial's pictures, and the bits that their captions save.
    func verdicts(on range: Range<Int>, of trial: Trial, in folder: TrialFolder) throws -> JudgedPart {
        let requests = Array(session.plan.requests[range])
        let records = requests.map {
            SampleRecord(
                number: $0.number, caption: $0.caption, copy: $0.copy, text: $0.text, file: folder.picture($0.file))
        }
        func picture(_ place: Int) throws -> Image {
            try Image(contentsOf: folder.imageFolder.appending(path: requests[place].file))
        }
        try session.tell("\(trial.title), scores", 0, of: requests.count, kind: .scoring)
        var judged = try session.models().scorer.judged(
            records, of: session.plan.requests.count, image: picture
        ) { try self.session.tell("\(trial.title), scores", $0, of: requests.count, kind: .scoring) }
        try judgeAgain(&judged.records, picture)
        if trial.hasAdapter {
            let copies = session.settings.sampling.imagesPerCaption
            let captions = range.lowerBound / copies..<(range.upperBound + copies - 1) / copies
            let bits = try savings.bits(of: trial, in: folder, captions: captions)
            for place in range {
                judged.records[place - range.lowerBound].bitsSaved = bits[place / copies - captions.lowerBound]
            }
        }
        return judged
    }

    private func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// What the second judge says, where there is one.
    private func judgeAgain(_ records: inout [SampleRecord], _ image: (Int) throws -> Image) throws {
        guard let judge = try session.models().secondJudge else { return }
        for places in batches(Array(records.indices), of: ImageScorer.batch) {
            let found = try judge.scores(
                ofPrepared: parallelMap(places.count) { try judge.prepared(image(places[$0])) },
                places.map { records[$0].text })
            for (place, score) in zip(places, found.scores) { records[place].secondClipScore = score }
        }
    }

    /// The validation loss of the decoder without a prefix: the same for every seed.
    private func floor() throws -> Double? { mean(try savings.floor(.validation)) }

    // MARK: - Real pictures

    /// The pictures the captions were written for, scored like drawn ones.
    func real() throws -> RealScores {
        if let known = session.realScores { return known }
        let (name, checksums) = (RealScores.fileName, session.folder.checksums)
        if let word = checksums.word(name, checksums.finding(name, thoroughly: true)) {
            session.remark("\(word); it is made again")
        }
        let choices = session.plan.captions
        let records = choices.map { choice in
            let sample = session.data.scored[choice.sample]
            return SampleRecord(
                number: sample.number, caption: choice.caption, text: sample.captions[choice.caption], file: "")
        }
        let scorer = try session.models().scorer
        /// - Parameter pictures: of some of the records, for their places among these.
        func judge(
            _ what: String, from reference: SetDistances.Features? = nil,
            _ pictures: (Range<Int>) throws -> (Int) throws -> Image
        ) throws -> (ImageScores, [SampleRecord]) {
            let parts = try batches(Array(records.indices), of: ImageScorer.batch).map { places in
                let range = places[0]..<places[0] + places.count
                let picture = try pictures(range)
                var part = try scorer.judged(Array(records[range]), of: records.count, image: picture) {
                    try self.session.tell("\(what), scores", range.lowerBound + $0, of: choices.count)
                }
                try judgeAgain(&part.records, picture)
                return part
            }
            return try scorer.score(parts, real: reference)
        }
        let real = try session.realImages()
        let whole = try judge("real pictures") { range in { try real(choices[range.lowerBound + $0]) } }
        let decoder = try session.models().drawing
        let tokens = try features.tokens(session.data.scoredSplit)
        let reconstructed = try judge("reconstructions", from: realFeatures()) { range in
            let drawn = try decoder.images(fromTokens: tokens.rows(at: choices[range].map(\.sample)))
            let pictures = Image.images(from: drawn, range: .signed)
            return { pictures[$0] }
        }
        let file = session.root.appending(path: name)
        try AtomicFile.makeFolder(file.deletingLastPathComponent())
        let scores = RealScores(
            measured: whole.0, records: whole.1, reconstructed: reconstructed.0, reconstructions: reconstructed.1)
        try AtomicFile.write(json: scores, to: file)
        try checksums.note(name)
        return scores
    }

    /// What distances are measured from: the pictures the captions were written for, on both inputs of the network.
    private func realFeatures() throws -> SetDistances.Features? {
        if let realSet { return realSet }
        let choices = session.plan.captions
        guard choices.count > 1 else { return nil }
        let kept = features.shards.read(Self.realName, realKey)
        // Only a set large enough for an Inception Score is scored on the published input, too.
        let isEnough = session.plan.requests.count >= session.settings.scores.splits
        func made(published: Bool) throws -> Tensor {
            let real = try session.realImages()
            return try session.models().scorer.inceptionFeatures(
                choices.count, published: published, image: { try real(choices[$0]) }
            ) { try self.session.tell("real pictures, features", $0, of: choices.count) }
        }
        let plain = try kept?["features"] ?? made(published: false)
        let published = isEnough ? try kept?["published"] ?? made(published: true) : nil
        if !session.ranks.isAlone {
            let second = published.map { [("published", $0)] } ?? []
            try features.shards.write([("features", plain)] + second, Self.realName, realKey)
        }
        let found = SetDistances.Features(plain: plain, published: published)
        realSet = found
        return found
    }

    /// What every trial's scores are held against, for all ranks: computed once and kept in the run's `shards`.
    func keepReferences() throws {
        _ = try realFeatures()
        _ = try savings.floor(session.data.scoredSplit)
        if session.data.scoredSplit != .validation, session.plan.trials.contains(where: { !$0.hasAdapter }) {
            _ = try savings.floor(.validation)
        }
    }

    private static let realName = "real-features"

    private var realKey: [String] {
        [
            session.inputs.hash(ofModel: "scores.inception"), session.data.identity,
            session.settings.scores.precision.rawValue,
        ] + session.plan.captions.map { "\($0.sample) \($0.caption)" }
    }
}

extension ProbeSession {
    /// The real pictures' scores as they were written, if they are of the plan's captions.
    var realScores: RealScores? {
        let (name, count) = (RealScores.fileName, plan.captions.count)
        guard folder.checksums.finding(name, thoroughly: true) == .intact,
            let bytes = try? WholeFile.read(root.appending(path: name)),
            let real = try? JSONDecoder().decode(RealScores.self, from: Data(bytes)), real.records.count == count,
            real.measured.count == count
        else { return nil }
        return real
    }

    /// The picture that a caption was written for, as the decoder's pictures are: cut square, of their size.
    func realImages() throws -> (GenerationCaption) throws -> Image {
        let (data, side) = (data, try models().decoder.configuration.vqgan.resolution)
        let preparation = TamingPreprocessing(side: side)
        return { try preparation.prepared(data.image(data.scored[$0.sample])) }
    }
}

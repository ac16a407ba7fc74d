import Foundation
import SynCheckpoints
import SynEmbedding
import SynFiles
import SynImages
import SynMetrics
import SynPortraits
import SynReports
import SynRuns
import SynTensors

/// A finished run as the record that all reports are made from.
struct ProbeReportBuilder {
    let session: ProbeSession
    let scores: [Trial: TrialScores]
    /// Every picture's.
    private let samples: [Trial: [SampleRecord]]
    private let real: RealScores

    init(_ session: ProbeSession, _ scores: [Trial: TrialScores], _ real: RealScores) throws {
        (self.session, self.scores, self.real) = (session, scores, real)
        samples = try scores.keys.reduce(into: [:]) { samples, trial in
            samples[trial] = try JSONLines.read(SampleRecord.self, from: session.folder(trial).samplesFile)
        }
    }

    var settings: ProbeSettings { session.settings }

    func report() throws -> ProbeReport {
        let records = try session.plan.published.map(record)
        let cut = try cutCaptions()
        var report = ProbeReport(
            title: "What do text encoders know about faces?", dataset: session.data.name,
            partial: settings.limit != nil,
            settings: try settings.yaml.split(separator: "\n").map { Setting(line: String($0)) },
            provenance: provenance, scores: records,
            groundTruth: groundTruth,
            curves: try session.plan.published.filter(\.hasAdapter).map(curve),
            significance: try ProbeReport.significance(records),
            gallery: try gallery(),
            ablation: try ablation(), caveats: try caveats(cut))
        report.inference = try inference()
        report.learningRates = try learningRates()
        report.cutCaptions = cut.isEmpty ? nil : cut
        let (most, few) = (min(4 * galleryCount, real.records.count), report.gallery.count)
        report.galleryChoice =
            few < most
            ? "Captions: of the first \(most) the \(few) that mention most, chosen before any picture was drawn."
            : "Captions: all \(few)."
        return report
    }

    private let galleryCount = 10

    private func style(_ trial: Trial) throws -> EncoderStyle {
        switch try settings.encoder(trial.encoder).style {
        case .bert: .bert
        case .clip: .clip
        case .random: .random
        case .noCaption: .noCaption
        }
    }

    private func inceptionScore(_ result: InceptionScore.Result?) -> ScoreRecord.InceptionScore? {
        result.map { .init(mean: $0.mean, sd: $0.deviation) }
    }

    private func record(_ trial: Trial) throws -> ScoreRecord {
        let found = scores[trial]
        var record = ScoreRecord(
            encoder: trial.encoder, style: try style(trial), seed: UInt64(trial.seed),
            clipScore: found?.measured.clipScore ?? .nan, n: found?.measured.count ?? 0,
            inceptionScore: inceptionScore(found?.measured.inceptionScore),
            inceptionScoreAsPublished: inceptionScore(found?.measured.inceptionScoreAsPublished),
            fid: found?.measured.fid,
            attributeScore: found?.measured.attributeScore,
            bitsSaved: found?.bitsSaved, secondClipScore: found?.secondClipScore,
            validationLoss: found.flatMap { found in
                found.bestLoss.flatMap { best in found.lastLoss.map { .init(best: best, last: $0) } }
            }, seconds: found?.seconds)
        let distances = found?.measured.distances
        (record.fidAsPublished, record.kid) = (distances?.fidAsPublished?.value, distances?.kid.mean)
        (record.precision, record.recall) = (distances?.coverage?.precision, distances?.coverage?.recall)
        return record
    }

    /// What real pictures, and what the VQGAN makes of them, score.
    private var groundTruth: GroundTruth {
        let (whole, drawn) = (real.measured, real.reconstructed)
        var reconstruction = GroundTruth.Reconstruction(
            clipScore: drawn.clipScore, attributeScore: drawn.attributeScore,
            inceptionScore: inceptionScore(drawn.inceptionScore))
        reconstruction.inceptionScoreAsPublished = inceptionScore(drawn.inceptionScoreAsPublished)
        reconstruction.fid = drawn.distances?.fid.value
        reconstruction.fidAsPublished = drawn.distances?.fidAsPublished?.value
        reconstruction.kid = drawn.distances?.kid.mean
        var truth = GroundTruth(
            clipScore: whole.clipScore, n: whole.count, attributeScore: whole.attributeScore,
            inceptionScore: inceptionScore(whole.inceptionScore), reconstruction: reconstruction)
        truth.inceptionScoreAsPublished = inceptionScore(whole.inceptionScoreAsPublished)
        return truth
    }

    private func curve(_ trial: Trial) throws -> TrainingCurve {
        let lines = try JSONLines.read(
            TrainingLine.self, from: session.folder(trial).trainingLog)
        return TrainingCurve(
            encoder: trial.encoder, style: try style(trial), seed: UInt64(trial.seed),
            train: lines.compactMap { line in line.loss.map { .init(line.step, $0) } },
            validation: lines.compactMap { line in line.validation.map { .init(line.step, $0) } })
    }

    /// Every encoder's, as its adapters say; nil where the settings leave nothing to choose.
    private func learningRates() throws -> [LearningRateRecord]? {
        guard settings.adapter.choiceSteps > 0 else { return nil }
        var records: [LearningRateRecord] = []
        for trial in session.plan.published
        where trial.hasAdapter && !records.contains(where: { $0.encoder == trial.encoder }) {
            let file = try session.folder(trial).adapterFolder.appending(path: Adapter.fileName)
            let note = try CheckpointContents(of: file).metadata[RateChoice.key]
            guard let choice = note.flatMap(RateChoice.init(text:)) else { continue }
            let tried = zip(choice.rates, choice.losses).map {
                LearningRateRecord.Trial(rate: $0, loss: $1.isFinite ? $1 : nil)
            }
            records.append(
                LearningRateRecord(encoder: trial.encoder, chosen: choice.chosen, tried: tried, steps: choice.steps))
        }
        return records
    }

    /// Floors and the two inferences, from every picture's score.
    private func inference() throws -> InferenceRecord? {
        ProbeInference(
            try session.plan.published.compactMap { trial in
                guard let found = scores[trial] else { return nil }
                return ProbeInference.Trial(
                    encoder: trial.encoder, style: try style(trial), seed: UInt64(trial.seed), scores: found.measured,
                    samples: samples[trial] ?? [])
            }, ceiling: real.reconstructions, primary: settings.scores.primary
        ).record()
    }

    // MARK: - Pictures

    private func picture(_ sample: SampleRecord, _ trial: Trial) throws -> Picture {
        let folder = try session.folder(trial).adapterFolder.path.dropFirst(session.root.path.count)
        let path = "\(folder)/\(sample.file)".drop { $0 == "/" }
        return Picture(.path(String(path)), clipScore: sample.clipScore, attributeScore: share(sample))
    }

    private func share(_ sample: SampleRecord) -> Double? {
        guard let right = sample.attributesRight, let stated = sample.attributesStated, stated > 0 else { return nil }
        return Double(right) / Double(stated)
    }

    /// Places of captions worth showing: the longest of the first ones, so that there is something to look for.
    private func shown(_ count: Int) -> [Int] {
        let candidates = real.records.prefix(4 * count).indices
        return Array(
            candidates.sorted { mentions($0) != mentions($1) ? mentions($0) > mentions($1) : $0 < $1 }.prefix(count)
        ).sorted()
    }

    private func mentions(_ place: Int) -> Int { CaptionMentions.read(real.records[place].text).count }

    /// The first seed's pictures of some captions, every encoder side by side, as Figure 1 of the paper.
    private func gallery() throws -> [GalleryRow] {
        guard let seed = settings.seeds.first else { return [] }
        let columns = session.plan.published.filter { $0.seed == seed }.map { ($0, samples[$0] ?? []) }
        let (perCaption, realImage) = (settings.sampling.imagesPerCaption, try session.realImages())
        return try shown(galleryCount).map { place in
            let original = real.records[place]
            return GalleryRow(
                caption: original.text,
                attributes: CaptionMentions.read(original.text).filter(\.value).keys.sorted {
                    $0.rawValue < $1.rawValue
                }.map(\.name),
                original: Picture(
                    .data(try realImage(session.plan.captions[place]).pngData()), clipScore: original.clipScore,
                    attributeScore: share(original)),
                pictures: try columns.compactMap { trial, samples in
                    guard place * perCaption < samples.count else { return nil }
                    return GalleryPicture(
                        encoder: trial.encoder, seed: UInt64(seed),
                        picture: try picture(samples[place * perCaption], trial))
                })
        }
    }

    private func ablation() throws -> Ablation? {
        guard !session.plan.ablation.isEmpty else { return nil }
        let places = shown(6)
        let rows = try session.plan.ablation.compactMap { trial -> AblationRow? in
            guard let found = scores[trial] else { return nil }
            let samples = self.samples[trial] ?? []
            let perCaption = settings.sampling.imagesPerCaption
            return AblationRow(
                encoder: trial.encoder, style: try style(trial), prefixTokens: trial.prefixTokens,
                guidance: trial.guidance, clipScore: found.measured.clipScore,
                attributeScore: found.measured.attributeScore, n: found.measured.count,
                pictures: try places.filter { $0 * perCaption < samples.count }.map {
                    try picture(samples[$0 * perCaption], trial)
                })
        }
        return Ablation(captions: places.map { real.records[$0].text }, rows: rows)
    }
}

extension Setting {
    /// A line of the settings file as key and value, its indentation kept.
    fileprivate init(line: String) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(parts[0], parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
}

import Foundation
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
    private let session: ProbeSession
    private let scores: [Trial: TrialScores]
    /// Every picture's.
    private let samples: [Trial: [SampleRecord]]
    private let real: RealScores

    init(_ session: ProbeSession, _ scores: [Trial: TrialScores], _ real: RealScores) throws {
        (self.session, self.scores, self.real) = (session, scores, real)
        samples = try scores.keys.reduce(into: [:]) { samples, trial in
            samples[trial] = try JSONLines.read(SampleRecord.self, from: session.folder(trial).samplesFile)
        }
    }

    private var settings: ProbeSettings { session.settings }

    func report() throws -> ProbeReport {
        let records = try session.plan.published.map(record)
        let cut = try cutCaptions()
        var report = ProbeReport(
            title: "What do text encoders know about faces?", dataset: session.data.name,
            partial: settings.limit != nil,
            settings: try settings.yaml.split(separator: "\n").map { Setting(line: String($0)) },
            provenance: provenance, scores: records,
            groundTruth: GroundTruth(
                clipScore: real.measured.clipScore, n: real.measured.count,
                attributeScore: real.measured.attributeScore,
                inceptionScore: inceptionScore(real.measured.inceptionScore),
                reconstruction: .init(
                    clipScore: real.reconstructed.clipScore, attributeScore: real.reconstructed.attributeScore,
                    inceptionScore: inceptionScore(real.reconstructed.inceptionScore))),
            curves: try session.plan.published.filter(\.hasAdapter).map(curve),
            significance: try ProbeReport.significance(records),
            gallery: try gallery(),
            ablation: try ablation(), caveats: try caveats(cut))
        report.inference = try inference()
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
        return ScoreRecord(
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
    }

    private func curve(_ trial: Trial) throws -> TrainingCurve {
        let lines = try JSONLines.read(
            TrainingLine.self, from: session.folder(trial).trainingLog)
        return TrainingCurve(
            encoder: trial.encoder, style: try style(trial), seed: UInt64(trial.seed),
            train: lines.compactMap { line in line.loss.map { .init(line.step, $0) } },
            validation: lines.compactMap { line in line.validation.map { .init(line.step, $0) } })
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
        let perCaption = settings.sampling.imagesPerCaption
        return try shown(galleryCount).map { place in
            let original = real.records[place]
            return GalleryRow(
                caption: original.text,
                attributes: CaptionMentions.read(original.text).filter(\.value).keys.sorted {
                    $0.rawValue < $1.rawValue
                }.map(\.name),
                original: Picture(
                    .data(try session.realImage(session.plan.captions[place]).pngData()), clipScore: original.clipScore,
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

    // MARK: - Where it comes from

    /// Where the decoder was computed, if not on the CPU; nil where no model is open any more.
    private var deviceNote: String? {
        (try? session.models())?.deviceNote
    }

    private var provenance: Provenance {
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.recorded + (deviceNote.map { "; \($0)" } ?? ""),
            threads: Threads.count,
            precision: settings.precision.recorded(on: settings.device), date: Date.now.formatted(.iso8601),
            stages: session.clock.stages.map { Provenance.Stage($0.name, seconds: $0.seconds) })
    }

    /// The encoders that could not read all captions to their end; vectors that are kept do not tell.
    private func cutCaptions() throws -> [CutCaptions] {
        let captions = session.data.all.flatMap(\.captions)
        let models = try session.models()
        return settings.encoders.compactMap { encoder -> CutCaptions? in
            guard let embedder = models.encoder(encoder.name)?.embedder else { return nil }
            let cut = embedder.cutCount(captions)
            return cut == 0 ? nil : CutCaptions(encoder: encoder.name, cut: cut, captions: captions.count)
        }
    }

    private func caveats(_ cut: [CutCaptions]) throws -> [String] {
        var sentences: [String] = []
        if settings.data.isDrawnWorld {
            sentences.append(
                "This is the miniature world: drawn faces, captions from a grammar, encoders of a few hundred "
                    + "thousand weights. What is found here is about them; the paper's finding is about the real "
                    + "encoders."
            )
        }
        sentences.append(
            "A low score is not missing knowledge: it is knowledge that one linear layer into this decoder does not "
                + "carry into pictures.")
        if let seen = session.data.seen {
            sentences.append(
                "Of \(seen.captions) captions of the test portraits \(seen.words) stand in training word for word and "
                    + "\(seen.statements) more as the same statements; they are not drawn"
                    + (seen.portraits == 0 ? "." : ", so that \(seen.portraits) portraits have none left.")
                    + " What remains of training in the others: every single statement, in other company.")
        } else if session.data.test.isEmpty {
            sentences.append(
                "As published, the scored captions are those that the schedule and the checkpoint were chosen by, and "
                    + "captions that training has are not left out.")
        }
        if settings.adapter.learningRate != AdapterSettings().learningRate {
            sentences.append(
                "The adapter's learning rate is \(settings.adapter.learningRate) instead of the published 5e-4, "
                    + "because its training is far shorter."
            )
        }
        if settings.sampling.weights == .int8 {
            sentences.append(
                "The decoder drew with its transformer's weights rounded to eight bits, off by "
                    + String(
                        format: "%.2f %% of their size.",
                        100 * (try session.models().drawing.transformer.roundingError ?? 0)))
        }
        if !cut.isEmpty {
            let each = cut.map { "\($0.encoder) \($0.cut) of \($0.captions)" }
            sentences.append(
                "Captions that are longer than an encoder reads lost their end: \(each.joined(separator: ", ")).")
        }
        if let truncated = scores.values.map(\.measured.truncatedCaptions).max(), truncated > 0 {
            sentences.append("\(truncated) captions were longer than the judge's context and were cut for scoring.")
        }
        let measured = scores.values.map(\.measured)
        if let warning = measured.compactMap(\.fidWarning).min() {
            sentences.append(ProbeReport.fidCaveat + warning + ".")
        }
        if let lacking = measured.first(where: { $0.inceptionScore == nil }) {
            sentences.append(
                "There is no Inception Score: \(lacking.count) pictures are fewer than its \(settings.scores.splits) "
                    + "splits (scores.splits)."
            )
        }
        return sentences
    }
}

extension Setting {
    /// A line of the settings file as key and value, its indentation kept.
    fileprivate init(line: String) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.init(parts[0], parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
}

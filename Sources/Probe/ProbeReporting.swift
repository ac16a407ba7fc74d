import SynEmbedding
import SynFiles
import Foundation
import SynImages
import SynMetrics
import SynPortraits
import SynReports
import SynRuns
import SynStatistics
import SynTensors

/// A finished run as the record that all reports are made from.
struct ProbeReporting {
    private let run: ProbeRun
    private let scores: [ProbeRun.Variant: RunFolder.Scores]
    private let truth: RunFolder.Truth

    init(_ run: ProbeRun, _ scores: [ProbeRun.Variant: RunFolder.Scores], _ truth: RunFolder.Truth) {
        (self.run, self.scores, self.truth) = (run, scores, truth)
    }

    private var settings: ProbeSettings { run.settings }

    func report() throws -> ProbeReport {
        let records = published.map(record)
        let cut = try cutCaptions()
        var report = ProbeReport(
            title: "What do text encoders know about faces?", dataset: run.data.name, partial: settings.limit != nil,
            settings: try settings.yaml.split(separator: "\n").map { Setting(line: String($0)) },
            provenance: provenance, scores: records,
            groundTruth: GroundTruth(
                clipScore: truth.verdict.clipScore, n: truth.verdict.count, attributeScore: truth.verdict.attributeScore,
                inceptionScore: inceptionScore(truth.verdict.inceptionScore)),
            curves: try published.map(curve), significance: try significance(records), gallery: try gallery(),
            ablation: try ablation(), caveats: try caveats(cut))
        report.cutCaptions = cut.isEmpty ? nil : cut
        let (most, few) = (min(4 * galleryCount, truth.records.count), report.gallery.count)
        report.galleryChoice = few < most
            ? "Captions: of the first \(most) the \(few) that mention most, chosen before any picture was drawn."
            : "Captions: all \(few)."
        return report
    }

    private let galleryCount = 10

    /// Every encoder and seed as published, in the order of the settings.
    private var published: [(variant: ProbeRun.Variant, style: EncoderStyle)] {
        settings.encoders.flatMap { encoder in
            settings.seeds.map { seed in
                (run.published(encoder.name, seed), style(encoder))
            }
        }
    }

    private func style(_ encoder: EncoderSettings) -> EncoderStyle {
        switch encoder.style {
        case .bert: .bert
        case .clip: .clip
        case .random: .random
        }
    }

    private func inceptionScore(_ result: InceptionScore.Result?) -> ScoreRecord.InceptionScore? {
        result.map { .init(mean: $0.mean, sd: $0.deviation) }
    }

    private func record(_ one: (variant: ProbeRun.Variant, style: EncoderStyle)) -> ScoreRecord {
        let found = scores[one.variant]
        return ScoreRecord(
            encoder: one.variant.encoder, style: one.style, seed: UInt64(one.variant.seed),
            clipScore: found?.verdict.clipScore ?? .nan, n: found?.verdict.count ?? 0,
            inceptionScore: inceptionScore(found?.verdict.inceptionScore),
            inceptionScoreAsPublished: inceptionScore(found?.verdict.inceptionScoreAsPublished), fid: found?.verdict.fid,
            attributeScore: found?.verdict.attributeScore,
            validationLoss: found.flatMap { found in
                found.bestLoss.flatMap { best in found.lastLoss.map { .init(best: best, last: $0) } }
            }, seconds: found?.seconds)
    }

    private func curve(_ one: (variant: ProbeRun.Variant, style: EncoderStyle)) throws -> TrainingCurve {
        let lines = try JSONLines.read(
            TrainingLine.self, from: run.runFolder(one.variant).trainingLog)
        return TrainingCurve(
            encoder: one.variant.encoder, style: one.style, seed: UInt64(one.variant.seed),
            train: lines.compactMap { line in line.loss.map { .init(line.step, $0) } },
            validation: lines.compactMap { line in line.validation.map { .init(line.step, $0) } })
    }

    /// The published comparison of styles and the better ones; nil where there is only one style.
    private func significance(_ records: [ScoreRecord]) throws -> SignificanceRecord? {
        guard Set(records.map(\.style)).count > 1 else { return nil }
        let observations = records.map {
            Observation(group: $0.style.name, encoder: $0.encoder, seed: Int($0.seed), score: $0.clipScore)
        }
        return try SignificanceStudy(observations, source: "CLIP-Score of every encoder and seed").record()
    }

    // MARK: - Pictures

    private func samples(_ variant: ProbeRun.Variant) throws -> [SampleRecord] {
        try JSONLines.read(SampleRecord.self, from: run.runFolder(variant).samplesFile)
    }

    private func picture(_ sample: SampleRecord, _ variant: ProbeRun.Variant) throws -> Picture {
        let folder = try run.runFolder(variant).adapterFolder.path.dropFirst(run.root.path.count)
        let path = "\(folder)/\(sample.file)".drop { $0 == "/" }
        return Picture(.path(String(path)), clipScore: sample.clipScore, attributeScore: share(sample))
    }

    private func share(_ sample: SampleRecord) -> Double? {
        guard let right = sample.attributesRight, let stated = sample.attributesStated, stated > 0 else { return nil }
        return Double(right) / Double(stated)
    }

    /// Places of captions worth showing: the longest of the first ones, so that there is something to look for.
    private func shown(_ count: Int) -> [Int] {
        let candidates = truth.records.prefix(4 * count).indices
        return Array(candidates.sorted { mentions($0) != mentions($1) ? mentions($0) > mentions($1) : $0 < $1 }.prefix(count)).sorted()
    }

    private func mentions(_ place: Int) -> Int { CaptionMentions.read(truth.records[place].text).count }

    /// The first seed's pictures of some captions, every encoder side by side, as Figure 1 of the paper.
    private func gallery() throws -> [GalleryRow] {
        guard let seed = settings.seeds.first else { return [] }
        let columns = try published.filter { $0.variant.seed == seed }.map { ($0.variant, try samples($0.variant)) }
        let perCaption = settings.sampling.imagesPerCaption
        return try shown(galleryCount).map { place in
            let real = truth.records[place]
            return GalleryRow(
                caption: real.text,
                attributes: CaptionMentions.read(real.text).filter(\.value).keys.sorted { $0.rawValue < $1.rawValue }.map(\.name),
                original: Picture(
                    .data(try realPicture(place)), clipScore: real.clipScore, attributeScore: share(real)),
                pictures: try columns.compactMap { variant, samples in
                    guard place * perCaption < samples.count else { return nil }
                    return GalleryPicture(
                        encoder: variant.encoder, seed: UInt64(seed), picture: try picture(samples[place * perCaption], variant))
                })
        }
    }

    private func realPicture(_ place: Int) throws -> Data {
        let choice = run.data.generationCaptions(settings.sampling.captions)[place]
        let image = try run.data.image(run.data.validation[choice.sample])
        return try TamingPreprocessing(side: run.models().decoder.configuration.vqgan.resolution).prepared(image).pngData()
    }

    private func ablation() throws -> Ablation? {
        guard !run.ablationVariants.isEmpty else { return nil }
        let places = shown(6)
        let rows = try run.ablationVariants.compactMap { variant -> AblationRow? in
            guard let found = scores[variant], let encoder = settings.encoders.first(where: { $0.name == variant.encoder })
            else { return nil }
            let samples = try samples(variant)
            let perCaption = settings.sampling.imagesPerCaption
            return AblationRow(
                encoder: variant.encoder, style: style(encoder), prefixTokens: variant.prefixTokens,
                guidance: variant.guidance, clipScore: found.verdict.clipScore,
                attributeScore: found.verdict.attributeScore, n: found.verdict.count,
                pictures: try places.filter { $0 * perCaption < samples.count }.map { try picture(samples[$0 * perCaption], variant) })
        }
        return Ablation(captions: places.map { truth.records[$0].text }, rows: rows)
    }

    // MARK: - Where it comes from

    private var provenance: Provenance {
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return Provenance(
            toolVersion: machine.version, cpu: machine.processor, threads: Threads.count,
            precision: settings.precision.recorded, date: Date.now.formatted(.iso8601),
            stages: run.clock.stages.map { Provenance.Stage($0.name, seconds: $0.seconds) })
    }

    /// The encoders that could not read all captions to their end; vectors that are kept do not tell.
    private func cutCaptions() throws -> [CutCaptions] {
        let captions = (run.data.training + run.data.validation).flatMap(\.captions)
        return try settings.encoders.filter { $0.style != .random }.compactMap { encoder -> CutCaptions? in
            guard let reader = try CaptionEncoder(encoder, shelf: run.shelf).reader else { return nil }
            let cut = captions.count { reader.encoding($0).truncated }
            return cut == 0 ? nil : CutCaptions(encoder: encoder.name, cut: cut, captions: captions.count)
        }
    }

    private func caveats(_ cut: [CutCaptions]) throws -> [String] {
        var sentences: [String] = []
        if settings.data.isDrawnWorld {
            sentences.append(
                "This is the miniature world: drawn faces, captions from a grammar, encoders of a few hundred thousand weights. "
                    + "It shows that the method works and what it can tell apart; the paper's finding is about the real encoders.")
        }
        if settings.adapter.learningRate != AdapterSettings().learningRate {
            sentences.append(
                "The adapter's learning rate is \(settings.adapter.learningRate) instead of the published 5e-4, because its training is far shorter.")
        }
        if settings.sampling.weights == .int8 {
            sentences.append(
                "The decoder drew with its transformer's weights rounded to eight bits, off by "
                    + String(format: "%.2f %% of their size.", 100 * (try run.models().drawing.transformer.roundingError ?? 0)))
        }
        if !cut.isEmpty {
            let each = cut.map { "\($0.encoder) \($0.cut) of \($0.captions)" }
            sentences.append("Captions that are longer than an encoder reads lost their end: \(each.joined(separator: ", ")).")
        }
        if let truncated = scores.values.map(\.verdict.truncatedCaptions).max(), truncated > 0 {
            sentences.append("\(truncated) captions were longer than the judge's context and were cut for scoring.")
        }
        let verdicts = scores.values.map(\.verdict)
        if let warning = verdicts.compactMap(\.fidWarning).min() { sentences.append(ProbeReport.fidCaveat + warning + ".") }
        if let lacking = verdicts.first(where: { $0.inceptionScore == nil }) {
            sentences.append(
                "There is no Inception Score: \(lacking.count) pictures are fewer than its \(settings.scores.splits) splits (scores.splits).")
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

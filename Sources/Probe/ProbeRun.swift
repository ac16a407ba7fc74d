import SynCheckpoints
import SynEmbedding
import SynFiles
import Foundation
import SynMetrics
import SynModels
import SynReports
import SynRuns
import SynTensors

/// The text-to-image probe, whole: features, one adapter per encoder and seed, pictures, scores, ablation, report.
///
/// Everything finished is on disk and is not done again, so the same command goes on where the last one stopped
/// and ends with the same adapters, pictures and scores. What is read back is compared with its checksum first; what was
/// changed since it was written is made again, with a remark. A finished run gives back the report that it wrote.
package final class ProbeRun {
    /// Makes the report of another study of the same encoders, which becomes the run's second page: studies never import
    /// each other, so who starts the run hands it over.
    package typealias SecondPage = (_ models: [TextModel], _ source: TextFeatureSource) throws -> TextStudyReport

    /// One adapter and the pictures drawn with it.
    struct Variant: Hashable {
        let encoder: String
        let seed: Int
        let prefixTokens: Int
        let guidance: Double
    }

    let settings: ProbeSettings
    let root: URL
    let shelf: ModelShelf
    let interruption: Interruption
    let remark: (String) -> Void
    let secondPage: SecondPage?
    private let show: (WorkProgress) -> Void

    let data: ProbeData
    /// Of the frozen transformer; captions are always encoded in Float32.
    let precision: Precision
    let inputs: RunInputs
    let folder: ProbeFolder
    let clock: RunClock
    private var progress: RunProgress?
    private var opened: ProbeModels?
    /// The report of a run that was finished before.
    private var stored: ProbeReport?

    /// By split.
    var known: [String: (key: String, data: AdapterData)] = [:]
    var realStatistics: FeatureStatistics?

    /// Checks everything before any long work: the data, the run's folder, and all models, which are opened unless the run
    /// is finished.
    package init(
        _ settings: ProbeSettings, shelf: ModelShelf, interruption: Interruption,
        remark: @escaping (String) -> Void = { _ in }, secondPage: SecondPage? = nil, progress: @escaping (WorkProgress) -> Void
    ) throws {
        let settings = settings.limited
        (self.settings, self.shelf, self.interruption, self.remark, show) = (settings, shelf, interruption, remark, progress)
        self.secondPage = secondPage
        root = URL(filePath: settings.output)
        if let threads = settings.threads { Threads.count = threads }
        precision = settings.precision.resolved
        // Settings that cannot run must not make a folder theirs, so a new one is made last.
        let isThere = root.isFolder
        var early = isThere ? try ProbeFolder(root, remark: remark) : nil
        try early?.check(settings)
        data = try ProbeNeeds(settings).check(shelf)
        if !isThere { opened = try Self.open(settings, data, shelf, precision) }
        let inputs = try RunInputs(
            models: try settings.models.map { ($0.owner, try shelf.folder(of: $0.name)) }, data: data.inputs + [.precision(precision)],
            known: early?.knownInputs ?? ChecksumTable()
        ) { done, total in
            if total > 1_000_000_000 {
                progress(WorkProgress(task: "checksums of models and data, MB", done: done / 1_000_000, total: total / 1_000_000, note: ""))
            }
            try interruption.check()
        }
        if early == nil {
            try AtomicFile.makeFolder(root)
            early = try ProbeFolder(root, remark: remark)
            try early?.check(settings)   // another process may have made it in between
        }
        guard let folder = early else { throw Complaint(.failed, "\(root.path) cannot be made") }
        (self.folder, self.inputs) = (folder, inputs)
        try folder.check(inputs)
        clock = RunClock(root)
        if !clock.takeUp() || (folder.isKnown && !clock.isThere) {
            remark("\(root.relativePath)/times.json is gone or has been changed; a report will only tell the times from now on")
            clock.save()
        }
        stored = try finishedReport()
        if let split = data.split { try folder.keep(split, as: ProbeFolder.splitName) }
        guard stored == nil else {
            try folder.mend(settings, inputs.table)
            return
        }
        if opened == nil { opened = try Self.open(settings, data, shelf, precision) }
        folder.sweep()
        try folder.claim(settings, inputs.table)
        clock.save()
    }

    /// Opens every model, and looks whether the work with them has room in memory.
    private static func open(
        _ settings: ProbeSettings, _ data: ProbeData, _ shelf: ModelShelf, _ precision: Precision
    ) throws -> ProbeModels {
        let models = try ProbeModels(settings, shelf, precision)
        var sizes: [Int] = []
        for named in settings.encoders {
            let encoder = try CaptionEncoder(named, shelf: shelf)
            sizes.append(encoder.vectorSize)
            if let sentence = encoder.reader?.remark { models.prompts.append("\(named.name): \(sentence)") }
        }
        for need in MemoryNeed.probe(settings, data, models.decoder.configuration, vectorSize: sizes.max() ?? 0) {
            try need.check()
        }
        return models
    }

    /// What a person should know before: what is odd about the data but does no harm, what `precision: auto` chose, and
    /// what encoders put before captions.
    package var remarks: [String] { [data.remark, settings.precision.remark].compactMap(\.self) + (opened?.prompts ?? []) }

    /// Whether the whole run was done before, so that its report is given back as it is.
    package var isFinished: Bool { stored != nil }

    /// Runs what is not done yet and writes the report.
    package func run() throws -> ProbeReport {
        if let stored {
            try mendFeatures()
            return stored
        }
        defer { clock.save() }
        var scores: [Variant: RunFolder.Scores] = [:]
        let jobs = self.jobs
        for variant in variants { scores[variant] = try finished(variant, jobs) }
        let rest = variants.filter { scores[$0] == nil }
        progress = plan(rest)
        for variant in rest {
            progress?.beginNext()
            scores[variant] = try complete(variant, jobs)
        }
        progress = nil
        let truth = try clock.measure("real pictures") { try groundTruth() }
        let hasSecondPage = try clock.measure("text study") { try textStudy() }
        try mendFeatures()
        clock.save()
        var report = try ProbeReporting(self, scores, truth).report()
        if hasSecondPage { report.secondPage = Self.secondPage }
        try keep(report)
        try forgetStrays()
        return report
    }

    /// The first stage alone: adapters of the named encoders and seeds, of all where none is named. Returns their folders.
    package func trainAdapters(encoders: [String] = [], seeds: [Int] = []) throws -> [String] {
        let known = settings.encoders.map(\.name)
        for name in encoders where !known.contains(name) {
            throw Complaint(.settings, "the settings have no encoder \"\(name)\"; they have \(known.joined(separator: ", "))")
        }
        for seed in seeds where !settings.seeds.contains(seed) {
            throw Complaint(.settings, "the settings have no seed \(seed); they have \(settings.seeds.map(String.init).joined(separator: ", "))")
        }
        defer { clock.save() }
        let chosen = publishedVariants.filter {
            (encoders.isEmpty || encoders.contains($0.encoder)) && (seeds.isEmpty || seeds.contains($0.seed))
        }
        progress = plan(chosen, trainingOnly: true)
        return try chosen.map { variant in
            progress?.beginNext()
            let folder = try runFolder(variant)
            if !folder.isTrained { try clock.measure("adapters") { try train(variant, folder) } }
            return folder.adapterFolder.relativePath
        }
    }

    // MARK: - What there is to do

    /// Every encoder and seed as published: with the settings' own prefix and guidance.
    var publishedVariants: [Variant] {
        settings.encoders.flatMap { encoder in settings.seeds.map { published(encoder.name, $0) } }
    }

    func published(_ encoder: String, _ seed: Int) -> Variant {
        Variant(
            encoder: encoder, seed: seed, prefixTokens: settings.adapter.prefixTokens, guidance: settings.sampling.guidance)
    }

    /// K × W on the encoders named for it, with the first seed.
    var ablationVariants: [Variant] {
        guard let seed = settings.seeds.first else { return [] }
        return settings.ablation.encoders.flatMap { encoder in
            settings.ablation.prefixTokens.flatMap { count in
                settings.ablation.guidance.map {
                    Variant(encoder: encoder, seed: seed, prefixTokens: count, guidance: $0)
                }
            }
        }
    }

    /// All of them, each once.
    private var variants: [Variant] {
        let published = publishedVariants
        let known = Set(published)
        return published + ablationVariants.filter { !known.contains($0) }
    }

    func runFolder(_ variant: Variant) throws -> RunFolder { try RunFolder(folder, variant, settings) }

    func models() throws -> ProbeModels {
        if let opened { return opened }
        let models = try Self.open(settings, data, shelf, precision)
        opened = models
        return models
    }

    // MARK: - Progress

    private func plan(_ variants: [Variant], trainingOnly: Bool = false) -> RunProgress {
        let places = Dictionary(uniqueKeysWithValues: settings.encoders.map(\.name).enumerated().map { ($1, $0) })
        let published = Set(publishedVariants)
        let extra = variants.filter { !published.contains($0) }
        let pictures = trainingOnly ? 0 : jobs.count
        let parts = variants.map { variant in
            var place = "encoder \((places[variant.encoder] ?? 0) + 1) of \(settings.encoders.count)"
            if let number = extra.firstIndex(of: variant) {
                place = "ablation \(number + 1) of \(extra.count)"
            } else if settings.seeds.count > 1, let number = settings.seeds.firstIndex(of: variant.seed) {
                place += ", seed \(number + 1) of \(settings.seeds.count)"
            }
            return RunProgress.Part(
                place: place,
                needs: [.training: settings.adapter.steps(for: data.training.count), .drawing: pictures, .scoring: pictures])
        }
        return RunProgress(parts, clock) { ProcessInfo.processInfo.systemUptime }
    }

    /// Tells how far a task is; throws once a stop was wished for.
    func tell(_ task: String, _ done: Int, of total: Int, kind: RunProgress.Kind? = nil, note: String = "") throws {
        clock.tick()
        if let kind { progress?.tell(kind, done, of: total) }
        show(WorkProgress(
            task: task, done: done, total: total, note: note, place: progress?.place ?? "", left: progress?.leftText ?? ""))
        try interruption.check()
    }
}

extension RunInputs.Item {
    /// What `precision: auto` came to: it must not differ between the sittings of a run.
    fileprivate static func precision(_ precision: Precision) -> RunInputs.Item {
        var hash = ContentHash()
        hash.add(part: precision.rawValue)
        return RunInputs.Item(owner: "machine", name: "precision of the decoder", source: .content(hash: hash.hexadecimal))
    }
}

extension ProbeSettings {
    /// Every model that the settings name, by what it is to the run.
    fileprivate var models: [(owner: String, name: String)] {
        [("decoder", decoder)] + encoders.compactMap { encoder in encoder.path.map { ("encoder \(encoder.name)", $0) } }
            + [("scores.clip", scores.clip), ("scores.inception", scores.inception)]
            + (scores.attributes.map { [("scores.attributes", $0)] } ?? [])
    }
}

extension SamplingSettings {
    var sampler: TokenSampler {
        get throws { try TokenSampler(topK: topK, topP: topP, temperature: Float(temperature), greedy: greedy) }
    }
}

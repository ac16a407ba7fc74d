import Checkpoints
import Files
import Foundation
import Images
import Models
import Reports
import Tensors

/// The text-to-image probe, whole: features, one adapter per encoder and seed, pictures, scores, ablation, report.
///
/// Everything finished is on disk and is not done again, so the same command goes on where the last one stopped
/// and ends with the same adapters, pictures and scores.
public final class ProbeRun {
    /// One adapter and the pictures drawn with it.
    struct Variant: Hashable {
        let encoder: String
        let seed: Int
        let prefixTokens: Int
        let guidance: Double
    }

    /// What a caller needs for a progress line.
    public struct Progress {
        public let task: String
        public let done: Int
        public let total: Int
        public let note: String
    }

    let settings: ProbeSettings
    let root: URL
    let shelf: ModelShelf
    let interruption: Interruption
    let tell: (Progress) -> Void

    let data: ProbeData
    let decoder: ImageDecoder
    /// The same as it draws, with rounded weights where the settings ask for them.
    private lazy var drawing = DrawingDecoder(decoder, roundingToInt8: settings.sampling.weights == .int8)
    var roundingError: Double { drawing.transformer.roundingError ?? 0 }
    let judges: Judges
    /// Of the frozen transformer; captions are always encoded in Float32.
    let precision: Precision
    private let decoderHash: String
    private let cache: FeatureCache
    private var realStatistics: FeatureStatistics?
    /// By split.
    private var known: [String: (key: String, data: AdapterData)] = [:]
    var stages: [Provenance.Stage] = []

    /// Opens every model and checks the data before any long work.
    public init(
        _ settings: ProbeSettings, shelf: ModelShelf, interruption: Interruption, progress: @escaping (Progress) -> Void
    ) throws {
        (self.settings, self.shelf, self.interruption, tell) = (settings, shelf, interruption, progress)
        root = URL(filePath: settings.output)
        if let threads = settings.threads { Threads.count = threads }
        precision = settings.precision.resolved
        data = try ProbeNeeds(settings).check(shelf)
        let folder = try shelf.folder(of: settings.decoder)
        decoder = try ImageDecoder(folder: folder, precision: precision)
        decoderHash = try FeatureCache.hash(ofModel: folder)
        judges = try Judges(settings.scores, shelf: shelf)
        cache = FeatureCache(folder: root.appending(path: "features"))
        for encoder in settings.encoders {
            if let sentence = try captionEncoder(encoder).reader?.remark { prompts.append("\(encoder.name): \(sentence)") }
        }
        // Last: settings that cannot run must not make the folder theirs.
        try AtomicFile.makeFolder(root)
        try RunFolder.claim(root, settings)
        if let split = data.split { try AtomicFile.write(split, to: root.appending(path: "split.csv")) }
    }

    /// What a person should know before: what is odd about the data but does no harm, what `precision: auto` chose, and
    /// what encoders put before captions.
    public var remarks: [String] { [data.remark, settings.precision.remark].compactMap(\.self) + prompts }
    private var prompts: [String] = []

    /// Runs what is not done yet and writes the report.
    public func run() throws -> ProbeReport {
        var scores: [Variant: RunFolder.Scores] = [:]
        for encoder in settings.encoders {
            for seed in settings.seeds {
                let variant = published(encoder.name, seed)
                scores[variant] = try complete(variant, encoder)
            }
        }
        for variant in ablationVariants where scores[variant] == nil {
            guard let encoder = settings.encoders.first(where: { $0.name == variant.encoder }) else { continue }
            scores[variant] = try complete(variant, encoder)
        }
        let truth = try timed("real pictures") { try groundTruth() }
        let hasSecondPage = try timed("text study") { try textStudy() }
        var report = try ProbeReporting(self, scores, truth).report()
        if hasSecondPage { report.secondPage = "text.html" }
        try report.write(to: root)
        return report
    }

    /// What the encoders know of the drawn world's captions without pictures, beside the report.
    private func textStudy() throws -> Bool {
        let encoders = settings.encoders.filter { $0.style != .random }
        guard settings.textStudy, !encoders.isEmpty else { return false }
        let models = try encoders.map { try TextModel("\($0.name)=\($0.path ?? "")", shelf: shelf) }
        let source = TextFeatureSource(
            keepingIn: root.appending(path: "features"), interruption: interruption, progress: tell)
        try PortraitTexts().report(models, with: source).write(to: root, home: "report.html")
        return true
    }

    /// The first stage alone: adapters of the named encoders and seeds, of all where none is named. Returns their folders.
    public func trainAdapters(encoders: [String] = [], seeds: [Int] = []) throws -> [String] {
        let known = settings.encoders.map(\.name)
        for name in encoders where !known.contains(name) {
            throw Complaint(.settings, "the settings have no encoder \"\(name)\"; they have \(known.joined(separator: ", "))")
        }
        for seed in seeds where !settings.seeds.contains(seed) {
            throw Complaint(.settings, "the settings have no seed \(seed); they have \(settings.seeds.map(String.init).joined(separator: ", "))")
        }
        var folders: [String] = []
        for encoder in settings.encoders where encoders.isEmpty || encoders.contains(encoder.name) {
            for seed in settings.seeds where seeds.isEmpty || seeds.contains(seed) {
                let variant = published(encoder.name, seed)
                let folder = RunFolder(root, variant, settings)
                try train(variant, encoder, folder)
                folders.append(folder.adapterFolder.relativePath)
            }
        }
        return folders
    }

    /// The probe as published: the settings' own prefix and guidance.
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

    // MARK: - One adapter and its pictures

    private func complete(_ variant: Variant, _ encoder: EncoderSettings) throws -> RunFolder.Scores {
        let folder = RunFolder(root, variant, settings)
        if let known = try folder.scores() { return known }
        let start = ContinuousClock.now
        try timed("adapters") { try train(variant, encoder, folder) }
        let jobs = self.jobs
        try timed("pictures") { try draw(variant, encoder, folder, jobs) }
        let scores = try timed("scores") { try score(folder, jobs, seconds: 0) }
        let time = (ContinuousClock.now - start).components
        let whole = scores.taking(seconds: Double(time.seconds))
        try folder.save(whole)
        return whole
    }

    private func train(_ variant: Variant, _ encoder: EncoderSettings, _ folder: RunFolder) throws {
        guard !FileManager.default.fileExists(atPath: folder.adapterFile.path) else { return }
        var adapterSettings = settings.adapter
        adapterSettings.prefixTokens = variant.prefixTokens
        let (training, validation) = try adapterData(encoder, seed: variant.seed)
        var metadata = [
            "encoder": encoder.name, "encoder_path": encoder.path ?? "", "decoder": settings.decoder,
            "decoder_hash": decoderHash, "prefix_tokens": "\(variant.prefixTokens)",
        ]
        metadata["encoder_hash"] = try captionEncoder(encoder).folder.map(FeatureCache.hash(ofModel:))
        let session = try AdapterTraining(
            decoder, adapterSettings, seed: UInt64(variant.seed), training: training, validation: validation,
            folder: folder.adapterFolder, metadata: metadata)
        let log = try TrainingLog<TrainingLine>(folder.trainingLog, keepingUpTo: session.step)
        // Saving as often as takes a hundredth of the time: a kill costs a second or two.
        var (lastSave, interval) = (ContinuousClock.now, Duration.seconds(1))
        func report() {
            let note = session.bestValidation.map { String(format: "validation %.4f", $0) } ?? ""
            tell(Progress(task: folder.title, done: session.step, total: session.totalSteps, note: note))
        }
        if !session.isFinished { report() }
        while !session.isFinished {
            for line in try session.advance() { try log.append(line) }
            report()
            let start = ContinuousClock.now
            if interruption.isRequested || start - lastSave > interval {
                try session.saveState()
                lastSave = .now
                interval = max(.seconds(1), (lastSave - start) * 100)
            }
            try interruption.check()
        }
        try session.saveState()
        try session.saveAdapters()
    }

    private func draw(_ variant: Variant, _ encoder: EncoderSettings, _ folder: RunFolder, _ jobs: [GenerationJob]) throws {
        // The captions drawn are captions of validation pictures, whose vectors are there already.
        let validation = try features(of: data.validation, "validation", encoder, variant.seed)
        let choices = data.generationCaptions(settings.sampling.captions)
        let vectors = validation.vectors(choices.flatMap { choice in
            Array(repeating: (choice.sample, choice.caption), count: settings.sampling.imagesPerCaption)
        })
        let adapter = try Adapter(
            at: folder.adapterFolder, width: decoder.configuration.transformer.width, vectorSize: vectors.size(1))
        let sampler = FaceSampler(drawing, try settings.sampling.sampler, guidance: Float(variant.guidance))
        let generation = Generation(
            sampler, seed: UInt64(variant.seed), format: settings.sampling.format, batch: settings.sampling.batch)
        try generation.run(
            jobs, prefixes: adapter(vectors), into: folder.imageFolder,
            texts: [("Encoder", encoder.name), ("Decoder", settings.decoder), ("Guidance", "\(variant.guidance)")]
        ) { done in
            tell(Progress(task: "\(folder.title), pictures", done: done, total: jobs.count, note: ""))
            try interruption.check()
        }
    }

    private func score(_ folder: RunFolder, _ jobs: [GenerationJob], seconds: Double) throws -> RunFolder.Scores {
        let records = jobs.map {
            SampleRecord(number: $0.number, caption: $0.caption, text: $0.text, file: "\(folder.imageFolder.lastPathComponent)/\($0.file)")
        }
        let judged = try judges.judge(
            records, real: try realFeatures(),
            image: { try Image(contentsOf: folder.imageFolder.appending(path: jobs[$0].file)) }
        ) { try self.show("\(folder.title), scores", $0, of: jobs.count) }
        try JSONLines.write(judged.records, to: folder.samplesFile)
        let curve = try JSONLines.read(TrainingLine.self, from: folder.trainingLog)
        let losses = curve.compactMap(\.validation)
        return RunFolder.Scores(verdict: judged.verdict, bestLoss: losses.min(), lastLoss: losses.last, seconds: seconds)
    }

    // MARK: - What is shared

    /// The captions drawn for every encoder and seed.
    var jobs: [GenerationJob] {
        data.generationCaptions(settings.sampling.captions).flatMap { choice -> [GenerationJob] in
            let sample = data.validation[choice.sample]
            return (0..<settings.sampling.imagesPerCaption).map { copy in
                let ending = settings.sampling.format == .png ? "png" : "jpg"
                let number = String(format: "%06d", sample.number)
                let name = copy == 0 ? "\(number)-\(choice.caption)" : "\(number)-\(choice.caption)-\(copy)"
                return GenerationJob(
                    number: sample.number, caption: choice.caption + 1000 * copy, text: sample.captions[choice.caption],
                    file: "\(name).\(ending)")
            }
        }
    }

    func captionEncoder(_ encoder: EncoderSettings) throws -> CaptionEncoder {
        if encoder.style == .random { return CaptionEncoder(randomOfSize: encoder.size ?? 512) }
        let pooling = Pooling(rawValue: encoder.pooling.rawValue) ?? .probe
        let folder = try shelf.folder(of: encoder.path ?? "")
        let opened = try CaptionEncoder(
            folder: folder, pooling: pooling, activation: encoder.activation.map(CLIPActivation.init))
        guard opened.isContrastive == (encoder.style == .clip) else {
            let found = opened.isContrastive ? "clip" : "bert"
            throw Complaint(
                .settings, "the settings give \(encoder.name) the style \(encoder.style.rawValue), but \(folder.path) holds one of style \(found)")
        }
        return opened
    }

    /// Tokens and vectors of both splits. Only the last encoder's are kept: all of them would fill the memory.
    private func adapterData(_ encoder: EncoderSettings, seed: Int) throws -> (AdapterData, AdapterData) {
        (try features(of: data.training, "training", encoder, seed), try features(of: data.validation, "validation", encoder, seed))
    }

    private func features(
        of samples: [ProbeSample], _ split: String, _ encoder: EncoderSettings, _ seed: Int
    ) throws -> AdapterData {
        let key = encoder.style == .random ? "\(encoder.name) \(seed)" : encoder.name
        if let known = known[split], known.key == key { return known.data }
        known[split] = nil
        return try timed("features") {
            let tokens = try cache.tokens(samples, of: data, by: decoder, decoderHash: decoderHash, split: split) {
                try show("image tokens, \(split)", $0, of: samples.count)
            }
            let generator = try captionEncoder(encoder)
            let hash = try generator.folder.map { try FeatureCache.hash(ofModel: $0) + " " + encoder.pooling.rawValue + (encoder.activation.map { " " + $0.rawValue } ?? "") } ?? ""
            let captions = samples.reduce(0) { $0 + $1.captions.count }
            let vectors = try cache.vectors(
                samples, of: data, by: generator, encoderHash: hash, name: encoder.name, split: split, seed: UInt64(seed)
            ) { try show("\(encoder.name), caption vectors, \(split)", $0, of: captions) }
            let data = AdapterData(tokens: tokens, vectors: vectors, captionCounts: samples.map(\.captions.count))
            known[split] = (key, data)
            return data
        }
    }

    /// What the Fréchet distance compares with: the pictures the captions were written for.
    private func realFeatures() throws -> FeatureStatistics? {
        if let known = realStatistics { return known }
        let choices = data.generationCaptions(settings.sampling.captions)
        guard choices.count > 1 else { return nil }
        let features = try judges.inceptionFeatures(choices.count, image: { try self.realImage(choices[$0]) }) {
            try self.show("real pictures, features", $0, of: choices.count)
        }
        realStatistics = try FeatureStatistics(of: features)
        return realStatistics
    }

    private func realImage(_ choice: GenerationCaption) throws -> Image {
        try TamingPreprocessing(side: decoder.configuration.vqgan.resolution).prepared(try data.image(data.validation[choice.sample]))
    }

    /// The pictures the captions were written for, scored like drawn ones.
    private func groundTruth() throws -> RunFolder.Truth {
        let folder = root.appending(path: "real")
        let scoresFile = folder.appending(path: "scores.json")
        if let known = try RunFolder.read(RunFolder.Truth.self, scoresFile) { return known }
        let choices = data.generationCaptions(settings.sampling.captions)
        let records = choices.map { choice in
            let sample = data.validation[choice.sample]
            return SampleRecord(number: sample.number, caption: choice.caption, text: sample.captions[choice.caption], file: "")
        }
        let judged = try judges.judge(records, image: { try self.realImage(choices[$0]) }) {
            try self.show("real pictures, scores", $0, of: choices.count)
        }
        try AtomicFile.makeFolder(folder)
        let truth = RunFolder.Truth(verdict: judged.verdict, records: judged.records)
        try RunFolder.write(truth, scoresFile)
        return truth
    }

    /// Tells how far a task is; throws once a stop was wished for.
    private func show(_ task: String, _ done: Int, of total: Int) throws {
        tell(Progress(task: task, done: done, total: total, note: ""))
        try interruption.check()
    }

    private func timed<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer {
            let time = (ContinuousClock.now - start).components
            let seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
            if let place = stages.firstIndex(where: { $0.name == stage }) {
                stages[place].seconds += seconds
            } else {
                stages.append(Provenance.Stage(stage, seconds: seconds))
            }
        }
        return try body()
    }
}

extension SamplingSettings {
    var sampler: TokenSampler {
        get throws { try TokenSampler(topK: topK, topP: topP, temperature: Float(temperature), greedy: greedy) }
    }
}

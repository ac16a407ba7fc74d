import SynEmbedding
import SynFiles
import Foundation
import SynImages
import SynMetrics
import SynRuns
import SynTensors
import SynReports

/// What all variants share: tokens, caption vectors, and the real pictures' scores.
extension ProbeRun {
    private var featureFolder: Checksums { get throws { try folder.checksums(in: root.appending(path: "features")) } }

    /// Tokens and vectors of a split. Only the last encoder's are kept: all of them would fill the memory.
    func features(
        of samples: [ProbeSample], _ split: String, _ encoder: EncoderSettings, _ seed: Int
    ) throws -> AdapterData {
        let key = encoder.style == .random ? "\(encoder.name) \(seed)" : encoder.name
        if let known = known[split], known.key == key { return known.data }
        known[split] = nil
        let cache = FeatureCache(try featureFolder, remark: remark)
        return try clock.measure("features") {
            let tokens = try cache.tokens(
                samples, of: data, by: try models().decoder, decoderHash: inputs.hash(ofModel: "decoder"), split: split
            ) { try tell("image tokens, \(split)", $0, of: samples.count, kind: .tokens) }
            let generator = try CaptionEncoder(encoder, shelf: shelf)
            let hash = inputs.hash(ofModel: "encoder \(encoder.name)") + " " + encoder.pooling.rawValue
                + (encoder.activation.map { " " + $0.rawValue } ?? "")
            let captions = samples.reduce(0) { $0 + $1.captions.count }
            let vectors = try cache.vectors(
                samples, of: data, by: generator, encoderHash: hash, name: encoder.name, split: split, seed: UInt64(seed)
            ) { try tell("\(encoder.name), caption vectors, \(split)", $0, of: captions, kind: .vectors) }
            let data = try AdapterData(tokens: tokens, vectors: vectors, captionCounts: samples.map(\.captions.count))
            known[split] = (key, data)
            return data
        }
    }

    /// What the Fréchet distance compares with: the pictures the captions were written for.
    func realFeatures() throws -> FeatureStatistics? {
        if let known = realStatistics { return known }
        let choices = data.generationCaptions(settings.sampling.captions)
        guard choices.count > 1 else { return nil }
        let features = try models().judges.inceptionFeatures(choices.count, image: { try self.realImage(choices[$0]) }) {
            try self.tell("real pictures, features", $0, of: choices.count)
        }
        realStatistics = try FeatureStatistics(of: features)
        return realStatistics
    }

    private func realImage(_ choice: GenerationCaption) throws -> Image {
        try TamingPreprocessing(side: models().decoder.configuration.vqgan.resolution)
            .prepared(try data.image(data.validation[choice.sample]))
    }

    /// The pictures the captions were written for, scored like drawn ones.
    func groundTruth() throws -> RunFolder.Truth {
        let choices = data.generationCaptions(settings.sampling.captions)
        let name = RunFolder.Truth.fileName
        if let known = storedTruth(choices.count) { return known }
        if let word = folder.checksums.word(name, folder.checksums.finding(name, thoroughly: true)) {
            remark("\(word); it is made again")
        }
        let records = choices.map { choice in
            let sample = data.validation[choice.sample]
            return SampleRecord(number: sample.number, caption: choice.caption, text: sample.captions[choice.caption], file: "")
        }
        let judged = try models().judges.judge(records, image: { try self.realImage(choices[$0]) }) {
            try self.tell("real pictures, scores", $0, of: choices.count)
        }
        let file = root.appending(path: name)
        try AtomicFile.makeFolder(file.deletingLastPathComponent())
        let truth = RunFolder.Truth(verdict: judged.verdict, records: judged.records)
        try AtomicFile.write(json: truth, to: file)
        try folder.checksums.note(name)
        return truth
    }

    /// The real pictures' scores as they were written, if they are of so many captions.
    func storedTruth(_ count: Int) -> RunFolder.Truth? {
        let name = RunFolder.Truth.fileName
        guard folder.checksums.finding(name, thoroughly: true) == .intact,
            let bytes = try? WholeFile.read(root.appending(path: name)),
            let truth = try? JSONDecoder().decode(RunFolder.Truth.self, from: Data(bytes)), truth.records.count == count,
            truth.verdict.count == count
        else { return nil }
        return truth
    }

    /// What the encoders know of the drawn world's captions without pictures, beside the report.
    func textStudy() throws -> Bool {
        guard let report = try textReport() else { return false }
        for url in try report.write(to: root, home: "report.html") { try folder.checksums.note(url.lastPathComponent) }
        return true
    }

    private func textReport() throws -> TextStudyReport? {
        let encoders = settings.encoders.filter { $0.style != .random }
        guard settings.textStudy, !encoders.isEmpty, let secondPage else { return nil }
        let models = try encoders.map { try TextModel("\($0.name)=\($0.path ?? "")", shelf: shelf) }
        let source = TextFeatureSource(try featureFolder, interruption, remark) {
            try? self.tell($0.task, $0.done, of: $0.total, note: $0.note)   // the study looks for interruptions itself
        }
        return try secondPage(models, source)
    }

    /// Nothing finished reads its features any more, but a run that grows does: those that are not as they were written are
    /// made again, and what nothing needs goes. A run whose whole folder of features was removed to save room has none.
    func mendFeatures() throws {
        guard root.appending(path: "features").isFolder else { return }
        let checksums = try featureFolder
        func damaged() throws -> [String] {
            let there = try FileManager.default.contentsOfDirectory(atPath: checksums.folder.path)
                .filter { $0.firstMatch(of: FeatureCache.nameEnding) != nil }
            return Set(checksums.fileNames).union(there).filter { !checksums.isIntact($0) }.sorted()
        }
        guard try !damaged().isEmpty else { return }
        for encoder in settings.encoders {
            for (samples, split) in [(data.training, "training"), (data.validation, "validation")] {
                _ = try features(of: samples, split, encoder, settings.seeds.first ?? 0)
            }
        }
        if try !damaged().isEmpty { _ = try textReport() }
        for name in try damaged() {
            guard let word = checksums.word(name, checksums.finding(name)) else { continue }
            remark("\(word); nothing needs it any more, so it is removed")
            unlink(checksums.folder.appending(path: name).path)
        }
        let rest = Set(try damaged())
        try checksums.forget { rest.contains($0) }
    }
}

import SynEmbedding
import SynFiles
import Foundation
import SynImages
import SynMetrics
import SynModels
import SynRuns
import SynTensors

/// One adapter, its pictures and their scores.
extension ProbeRun {
    /// The scores of a variant that is finished and as it was written.
    func finished(_ variant: Variant, _ jobs: [GenerationJob]) throws -> RunFolder.Scores? {
        let folder = try runFolder(variant)
        guard let scores = folder.finished(jobs) else { return nil }
        try folder.settleState(remark)
        return scores
    }

    /// Makes what is missing of a variant, or is not what was written.
    func complete(_ variant: Variant, _ jobs: [GenerationJob]) throws -> RunFolder.Scores {
        let folder = try runFolder(variant)
        for word in folder.words(jobs) { remark("\(word); it is made again") }
        return try clock.measure(part: folder.title) {
            if !folder.isTrained { try clock.measure("adapters") { try train(variant, folder) } }
            try clock.measure("pictures") { try draw(variant, folder, jobs) }
            return try clock.measure("scores") { try score(folder, jobs) }
        }
    }

    private func encoder(_ variant: Variant) throws -> EncoderSettings {
        guard let encoder = settings.encoders.first(where: { $0.name == variant.encoder }) else {
            throw Complaint(.settings, "the settings have no encoder \"\(variant.encoder)\"")
        }
        return encoder
    }

    func train(_ variant: Variant, _ folder: RunFolder) throws {
        let encoder = try encoder(variant)
        var adapterSettings = settings.adapter
        adapterSettings.prefixTokens = variant.prefixTokens
        let training = try features(of: data.training, "training", encoder, variant.seed)
        let validation = try features(of: data.validation, "validation", encoder, variant.seed)
        var metadata = [
            "encoder": encoder.name, "encoder_path": encoder.path ?? "", "decoder": settings.decoder,
            "decoder_hash": inputs.hash(ofModel: "decoder"), "prefix_tokens": "\(variant.prefixTokens)",
        ]
        if encoder.path != nil { metadata["encoder_hash"] = inputs.hash(ofModel: "encoder \(encoder.name)") }
        try folder.checksums.forget { $0 == AdapterTraining.stateName }   // it looks after itself while it changes
        let session = try AdapterTraining(
            try models().decoder, adapterSettings, seed: UInt64(variant.seed), training: training, validation: validation,
            folder: folder.adapterFolder, metadata: metadata, remark: remark)
        func tellSteps() throws {
            let note = session.bestValidation.map { String(format: "validation %.4f", $0) } ?? ""
            try tell(folder.title, session.step, of: session.totalSteps, kind: .training, note: note)
        }
        if !session.isFinished { try tellSteps() }
        while !session.isFinished {
            try session.advance()
            try session.saveStateIfDue(interruption)
            try tellSteps()
        }
        try session.saveState()
        let before = RunFolder.trained.map(folder.checksums.hash)
        try session.saveAdapters()
        let adapter = try ContentHash(file: folder.adapterFolder.appending(path: RunFolder.trained[0])).hexadecimal
        if let old = before[0], old != adapter { try folder.forgetPictures() }
        for name in RunFolder.trained + [AdapterTraining.stateName] { try folder.checksums.note(name) }
    }

    private func draw(_ variant: Variant, _ folder: RunFolder, _ jobs: [GenerationJob]) throws {
        let encoder = try encoder(variant)
        // The captions drawn are captions of validation pictures, whose vectors are there already.
        let validation = try features(of: data.validation, "validation", encoder, variant.seed)
        let choices = data.generationCaptions(settings.sampling.captions)
        let vectors = validation.vectors(choices.flatMap { choice in
            Array(repeating: (choice.sample, choice.caption), count: settings.sampling.imagesPerCaption)
        })
        let models = try models()
        let adapter = try Adapter(
            at: folder.adapterFolder, width: models.decoder.configuration.transformer.width, vectorSize: vectors.size(1))
        let sampler = FaceSampler(models.drawing, try settings.sampling.sampler, guidance: Float(variant.guidance))
        let generation = Generation(
            sampler, seed: UInt64(variant.seed), format: settings.sampling.format, batch: settings.sampling.batch)
        try generation.run(
            jobs, prefixes: adapter(vectors), into: folder.imageFolder,
            texts: [("Encoder", encoder.name), ("Decoder", settings.decoder), ("Guidance", "\(variant.guidance)")],
            noting: folder.checksums, as: folder.picture
        ) { try tell("\(folder.title), pictures", $0, of: jobs.count, kind: .drawing) }
    }

    private func score(_ folder: RunFolder, _ jobs: [GenerationJob]) throws -> RunFolder.Scores {
        let records = jobs.map {
            SampleRecord(number: $0.number, caption: $0.caption, text: $0.text, file: folder.picture($0.file))
        }
        let judged = try models().judges.judge(
            records, real: try realFeatures(),
            image: { try Image(contentsOf: folder.imageFolder.appending(path: jobs[$0].file)) }
        ) { try self.tell("\(folder.title), scores", $0, of: jobs.count, kind: .scoring) }
        let losses = try JSONLines.read(TrainingLine.self, from: folder.trainingLog).compactMap(\.validation)
        clock.tick()
        let scores = RunFolder.Scores(
            verdict: judged.verdict, bestLoss: losses.min(), lastLoss: losses.last,
            seconds: clock.seconds(ofPart: folder.title).rounded(.down))
        try folder.save(scores, judged.records)
        return scores
    }

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
}

extension RunFolder {
    var isTrained: Bool { Self.trained.allSatisfy { checksums.finding($0, thoroughly: true) == .intact } }
}

import Foundation
import SynFiles
import SynModels
import SynRuns

/// The second stage of the probe: the adapter of a trial, trained to its end.
struct TrialTraining {
    let session: ProbeSession
    let features: ProbeFeatures

    /// Trains, or goes on where a stopped training stands, and leaves the files that ``TrialFolder/trained`` names.
    ///
    /// - Parameter crew: ranks that train it together, all of which call this; nil for one alone.
    func run(_ trial: Trial, in folder: TrialFolder, by crew: Crew? = nil) throws {
        let settings = try session.settings.encoder(trial.encoder)
        var adapter = session.settings.adapter
        adapter.prefixTokens = trial.prefixTokens
        let choice = try features.rateChoice(settings, prefixTokens: trial.prefixTokens)
        adapter = adapter.fixed(choice?.chosen ?? adapter.learningRate)
        let writes = crew?.isLed ?? true
        if writes { try folder.checksums.forget { $0 == AdapterTraining.stateName } }   // it changes now
        let training = try AdapterTraining(
            try session.models().decoder, adapter, seed: UInt64(trial.seed),
            training: try features.data(.training, settings, seed: trial.seed),
            validation: try features.data(.validation, settings, seed: trial.seed),
            start: try features.start(of: adapter), folder: folder.adapterFolder,
            metadata: metadata(trial, settings, choice), crew: crew, remark: session.remark)
        func tellSteps() throws {
            let note = training.bestValidation.map { String(format: "validation %.4f", $0) } ?? ""
            // The pace of one rank is what forecasts are made of.
            try session.tell(
                trial.title, training.step, of: training.totalSteps, kind: crew == nil ? .training : nil, note: note,
                stops: crew == nil || training.isStopAgreed)
        }
        if !training.isFinished { try tellSteps() }
        while !training.isFinished {
            try training.advance()
            try training.saveStateIfDue(session.interruption)
            try tellSteps()
        }
        guard writes else { return }
        try training.saveState()
        let before = folder.checksums.hash(of: TrialFolder.trained[0])
        try training.saveAdapters()
        let now = try ContentHash(file: folder.adapterFolder.appending(path: TrialFolder.trained[0])).hexadecimal
        if let before, before != now { try folder.forgetPictures() }
        for name in TrialFolder.trained + [AdapterTraining.stateName] { try folder.checksums.note(name) }
    }

    /// What the adapter's file says of where it comes from.
    private func metadata(_ trial: Trial, _ encoder: EncoderSettings, _ choice: RateChoice?) -> [String: String] {
        var metadata = [
            "encoder": encoder.name, "encoder_path": encoder.path ?? "", "decoder": session.settings.decoder,
            "decoder_hash": session.inputs.hash(ofModel: "decoder"), "prefix_tokens": "\(trial.prefixTokens)",
        ]
        if encoder.path != nil { metadata["encoder_hash"] = session.inputs.hash(ofModel: "encoder \(encoder.name)") }
        metadata[RateChoice.key] = choice?.text
        return metadata
    }
}

extension ProbeSettings {
    func encoder(_ name: String) throws -> EncoderSettings {
        guard let encoder = encoders.first(where: { $0.name == name }) else {
            throw UserError(.settings, "the settings have no encoder \"\(name)\"")
        }
        return encoder
    }
}

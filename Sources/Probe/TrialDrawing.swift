import SynModels
import SynRuns
import SynTensors

/// The third stage of the probe: a trial's pictures, drawn with its adapter.
struct TrialDrawing {
    let session: ProbeSession
    let features: ProbeFeatures

    /// Draws the pictures of the plan that are not there as they were written.
    func run(_ trial: Trial, in folder: TrialFolder) throws {
        let (settings, plan) = (session.settings, session.plan)
        let models = try session.models()
        func draw(_ prefixes: Tensor?) throws {
            let generator = TokenGenerator(
                models.drawing, try settings.sampling.sampler, guidance: Float(trial.guidance))
            let faces = FaceGenerator(
                generator, seed: UInt64(trial.seed), format: settings.sampling.format, batch: settings.sampling.batch)
            try faces.run(
                plan.requests, prefixes: prefixes, into: folder.imageFolder,
                texts: [("Encoder", trial.encoder), ("Decoder", settings.decoder), ("Guidance", "\(trial.guidance)")],
                noting: folder.checksums, as: folder.picture
            ) { try session.tell("\(trial.title), pictures", $0, of: plan.requests.count, kind: .drawing) }
        }
        guard trial.hasAdapter else { return try draw(nil) }
        let copies = settings.sampling.imagesPerCaption
        let prefixes = try features.prefixes(of: trial, in: folder)   // [captions, K, width]
        try draw(
            copies == 1
                ? prefixes : prefixes.rows(at: plan.captions.indices.flatMap { Array(repeating: $0, count: copies) })
        )
    }
}

extension SamplingSettings {
    var sampler: TokenSampler {
        get throws { try TokenSampler(topK: topK, topP: topP, temperature: Float(temperature), greedy: greedy) }
    }
}

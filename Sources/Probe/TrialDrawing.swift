import SynModels
import SynRuns
import SynTensors

/// The third stage of the probe: a trial's pictures, drawn with its adapter.
struct TrialDrawing {
    let session: ProbeSession
    let features: ProbeFeatures

    /// Draws the pictures of the plan that are not there as they were written.
    ///
    /// - Parameters:
    ///   - range: which requests of the plan, from the beginning of a batch on; nil for all.
    ///   - known: what the trial's adapter makes of the plan's captions, where that is known.
    func run(_ trial: Trial, in folder: TrialFolder, _ range: Range<Int>? = nil, prefixes known: Tensor? = nil) throws {
        let (settings, plan) = (session.settings, session.plan)
        let models = try session.models()
        let places = range ?? 0..<plan.requests.count
        func draw(_ prefixes: Tensor?) throws {
            let generator = TokenGenerator(
                models.drawing, try settings.sampling.sampler, guidance: Float(trial.guidance))
            let faces = FaceGenerator(
                generator, seed: UInt64(trial.seed), format: settings.sampling.format, batch: settings.sampling.batch)
            try faces.run(
                Array(plan.requests[places]), prefixes: prefixes, into: folder.imageFolder,
                texts: [("Encoder", trial.encoder), ("Decoder", settings.decoder), ("Guidance", "\(trial.guidance)")],
                noting: folder.checksums, as: folder.picture
            ) { try session.tell("\(trial.title), pictures", $0, of: places.count, kind: .drawing) }
        }
        guard trial.hasAdapter else { return try draw(nil) }
        let copies = settings.sampling.imagesPerCaption
        let prefixes = try known ?? features.prefixes(of: trial, in: folder)   // [captions, K, width]
        // A caption's copies follow each other.
        try draw(copies == 1 && range == nil ? prefixes : prefixes.rows(at: places.map { $0 / copies }))
    }
}

extension SamplingSettings {
    var sampler: TokenSampler {
        get throws { try TokenSampler(topK: topK, topP: topP, temperature: Float(temperature), greedy: greedy) }
    }
}

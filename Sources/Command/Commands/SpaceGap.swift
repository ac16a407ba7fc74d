import ArgumentParser
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceGap: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gap",
        abstract: "Measures the gap between pictures and texts, and what closing or centring it does.",
        discussion: """
            Distance of the means, contrastive loss both ways and as published, the loss along the gap, and how \
            often searches find the partner: as trained, with the gap closed, and centred.

            --experiment asks why there is a gap: cone (random layers), initial (towers before training), minimum (the \
            least loss along the gap, by scale), sphere (wrong pairs on a sphere), closing (what it does to searches), \
            and with towers of the model's form trained for --steps: start (means together), temperature (fixed \
            scales), batch (16 to 512). cone and sphere need no pairs.

            Example:
              synesthesia space gap --matrix CLIP.csv --scale 100 --json
              synesthesia space gap --experiment cone
              synesthesia space gap --experiment initial --model Weights/clip-mini --data portraits --sample 200
            """)

    @Option(help: "What cosines are multiplied with before the softmax: 1/temperature.")
    var scale = GapStudy.defaultScale

    @Option(help: "Pairs of a batch of the loss.")
    var batch = 50

    @Option(
        help: "An experiment on the gap: cone, initial, start, temperature, minimum, sphere, batch or closing.")
    var experiment: GapExperiment?

    @Option(help: "Steps of each training of the experiments start, temperature and batch.")
    var steps = 60

    @OptionGroup var work: WorkFolderOption
    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.scale.check(scale, "--scale")
        try NumberRange.trainingBatch.check(batch, "--batch")
        try NumberRange.steps.check(steps, "--steps")
    }

    func run() throws {
        if let experiment {
            let record = try made(experiment)
            return try shared.json ? Output.write(json: record) : Output.write(record.terminal)
        }
        let record = try GapStudy(input.read(shared).pairs, scale: scale, batch: batch).record()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }

    private func made(_ experiment: GapExperiment) throws -> GapExperimentRecord {
        switch experiment {
        case .cone: return ConeExperiment(seed: input.seed).record()
        case .sphere: return try SphereExperiment().record()
        case .minimum: return try PairExperiments(input.read(shared).pairs).minimum(batch: batch)
        case .closing: return try PairExperiments(input.read(shared).pairs).closing(scale: scale)
        case .initial, .start, .temperature, .batch:
            let encoding = try input.encoding(shared)
            let (pictures, towers) = (encoding.pictures, encoding.towers)
            let watch = SignalWatch(keeps: experiment.trains)
            var bar: ProgressLine?
            /// The first time before anything is done now.
            func tell(_ done: Int, _ total: Int) {
                let what = experiment.trains ? "pairs" : "towers"
                if bar == nil { bar = shared.progress(what, total: total, done: done) }
                bar?.advance(to: done)
            }
            defer { bar?.finish() }
            guard experiment.trains else {
                tell(0, 5)
                return try InitialTowersExperiment(towers, pictures).record {
                    tell($0, 5)
                    try watch.check()
                }
            }
            let trainings = try TrainingExperiments(
                towers, pictures, steps: steps, seed: input.seed,
                folder: work.folder("gap-\(experiment.rawValue)", seed: input.seed),
                interruption: watch.interruption, remark: { shared.remark($0) })
            switch experiment {
            case .start: return try trainings.start(progress: tell)
            case .temperature: return try trainings.temperature(progress: tell)
            default: return try trainings.batches(progress: tell)
            }
        }
    }
}

extension GapExperiment: ExpressibleByArgument {}

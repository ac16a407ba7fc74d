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

            Example:
              synesthesia space gap --matrix CLIP.csv --scale 100 --json
            """)

    @Option(help: "What cosines are multiplied with before the softmax: 1/temperature.")
    var scale = GapStudy.defaultScale

    @Option(help: "Pairs of a batch of the loss.")
    var batch = 50

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.scale.check(scale, "--scale")
        try NumberRange.trainingBatch.check(batch, "--batch")
    }

    func run() throws {
        let record = try GapStudy(input.read(shared).pairs, scale: scale, batch: batch).record()
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

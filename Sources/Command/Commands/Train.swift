import ArgumentParser
import Foundation
import SynProbe
import SynRuns

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains adapters only: the first stage of the probe, in the same run folder.",
        discussion: """
            A later `synesthesia probe` with the same settings takes the trained adapters up.

            Examples:
              synesthesia train Samples/miniature.yaml
              synesthesia train Samples/miniature.yaml --encoder clip-small --seed 1
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "Only this encoder of the settings. May be repeated.")
    var encoder: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: "Only this seed of the settings. May be repeated.")
    var seed: [Int] = []

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let settings = try options.read()
        for remark in settings.retired { shared.remark(remark) }
        try Company.together { try run(settings, on: $0) }
    }

    private func run(_ settings: ProbeSettings, on ranks: Ranks) throws {
        let watch = SignalWatch()
        guard ranks.isFirst else {
            let helper = try ProbeHelper(
                settings, locator: shared.locator, ranks: ranks, interruption: watch.interruption,
                remark: { shared.remark("rank \(ranks.number): \($0)") })
            return try helper?.trainAdapters(encoders: encoder, seeds: seed) ?? ()
        }
        let bars = ProgressLines(shared)
        let run = try ProbeRun(
            settings, locator: shared.locator, ranks: ranks, interruption: watch.interruption,
            remark: { shared.remark($0) },
            progress: bars.show)
        for remark in run.remarks { shared.remark(remark) }
        let folders = try run.trainAdapters(encoders: encoder, seeds: seed)
        bars.finish()
        if shared.json { return try Output.write(json: ["adapters": folders]) }
        for folder in folders { try Output.write(exactly: folder + "\n") }
    }
}

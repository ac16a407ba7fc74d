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
        try options.onRanks(shared) { run, _, bars in
            let folders = try run.trainAdapters(encoders: encoder, seeds: seed)
            bars.finish()
            if shared.json { return try Output.write(json: ["adapters": folders]) }
            for folder in folders { try Output.write(exactly: folder + "\n") }
        } others: {
            try $0.trainAdapters(encoders: encoder, seeds: seed)
        }
    }
}

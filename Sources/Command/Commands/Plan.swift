import ArgumentParser
import Foundation
import SynProbe
import SynReports

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what a probe has to do, what is done, and how long the rest takes so many ranks.",
        discussion: """
            Nothing is computed and no model is opened. Rates are those that the run measured so far, or another one \
            (--from), such as one with --limit; what nobody measured is assumed and marked so.

            Examples:
              synesthesia plan Samples/celebahq.yaml --ranks 32
              synesthesia plan Samples/celebahq.yaml --from runs/celebahq-limit-64
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: "How many ranks mpirun or srun will start.")
    var ranks = 1

    @Option(help: ArgumentHelp("The folder of a run whose rates are taken.", valueName: "run"))
    var from: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        guard (1...100_000).contains(ranks) else {
            throw ValidationError("--ranks is \(ranks); give a number from 1 to 100000")
        }
    }

    func run() throws {
        let settings = try options.read()
        for remark in settings.retired { shared.remark(remark) }
        let record = try ProbePlanRecord(settings, ranks: ranks, rates: from.map { URL(filePath: $0) })
        if shared.json { return try Output.write(RecordFile.json(record)) }
        try Output.write(record.section.terminal)
    }
}

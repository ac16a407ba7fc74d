import ArgumentParser
import Foundation
import SynEmbedding
import SynFineTuning
import SynProbe
import SynReports
import SynRuns
import SynTextStudies

struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the text-to-image probe: trains adapters, draws faces, scores them, writes the report.",
        discussion: """
            Everything is kept in the run's folder (runs/NAME unless the settings name another). Stop it at any time: \
            the same command goes on and ends with the same result. A finished run gives back its report; to do it \
            anew, name another folder. Started by mpirun or srun, all ranks share the work of the one run, with the \
            same result (Documentation/Clusters.md).

            Examples:
              synesthesia probe Samples/miniature-quick.yaml
              synesthesia probe Samples/miniature.yaml --set output=runs/one-seed \\
                  --set 'seeds=[1]'
              mpirun -n 32 synesthesia probe Samples/celebahq.yaml
              synesthesia probe Samples/miniature.yaml --set output=runs/steered \\
                  --prefix-tokens 4 --guidance 3
            """)

    @OptionGroup var options: SettingsOptions

    @OptionGroup var shared: SharedOptions

    func run() throws {
        try options.onRanks(shared, pages: pages) { run, settings, bars in
            if run.isFinished { shared.remark("\(settings.output) is finished; this is the report that it wrote") }
            let report = try run.run()
            bars.finish()
            if shared.json { return try Output.write(RecordFile.json(report)) }
            try Output.write(report.terminal)
            shared.remark("the whole report: \(settings.output)/report.html")
        } others: {
            try $0.run()
        }
    }

    private func pages(_ settings: ProbeSettings) -> FurtherPages {
        FurtherPages(
            text: { try PortraitTexts().report($0, drawn: settings.drawnAttributes(), with: $1) },
            glue: { encoders, folder, interruption, progress in
                let spellings = encoders.map { "\($0.name)=\($0.path ?? "")" }
                let study = try GLUEStudy(
                    drawn: TextEmbedder.all(spellings, locator: shared.locator), limit: settings.limit, out: folder)
                return try study.wholeReport(
                    limit: settings.limit, interruption: interruption, remark: { shared.remark($0) },
                    progress: progress)
            })
    }
}

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
            return try helper?.run() ?? ()
        }
        let bars = ProgressLines(shared)
        let run = try ProbeRun(
            settings, locator: shared.locator, ranks: ranks, interruption: watch.interruption,
            remark: { shared.remark($0) },
            pages: pages(settings),
            progress: bars.show)
        for remark in run.remarks { shared.remark(remark) }
        if run.isFinished { shared.remark("\(settings.output) is finished; this is the report that it wrote") }
        let report = try run.run()
        bars.finish()
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal)
        shared.remark("the whole report: \(settings.output)/report.html")
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

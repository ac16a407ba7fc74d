import SynProbe
import SynRuns

extension SettingsOptions {
    /// Reads the settings and does one stage of the probe with all ranks that were started: the run is the first one's,
    /// the others help until it is done.
    ///
    /// - Parameters:
    ///   - first: what the first rank does; it ends the progress lines before it prints a result.
    ///   - others: what every other rank does; not asked where there is nothing to help with.
    func onRanks(
        _ shared: SharedOptions, pages: (ProbeSettings) -> FurtherPages = { _ in FurtherPages() },
        first: (ProbeRun, ProbeSettings, ProgressLines) throws -> Void, others: (ProbeHelper) throws -> Void
    ) throws {
        let settings = try read()
        for remark in settings.retired { shared.remark(remark) }
        try Company.together { ranks in
            let watch = SignalWatch()
            guard ranks.isFirst else {
                let helper = try ProbeHelper(
                    settings, locator: shared.locator, ranks: ranks, interruption: watch.interruption,
                    remark: { shared.remark("rank \(ranks.number): \($0)") })
                if let helper { try others(helper) }
                return
            }
            let bars = ProgressLines(shared)
            let run = try ProbeRun(
                settings, locator: shared.locator, ranks: ranks, interruption: watch.interruption,
                remark: { shared.remark($0) }, pages: pages(settings), progress: bars.show)
            for remark in run.remarks { shared.remark(remark) }
            try first(run, settings, bars)
        }
    }
}

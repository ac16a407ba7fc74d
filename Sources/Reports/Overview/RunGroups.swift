/// Which probe runs are joined to one study: those whose settings agree and whose shared measurements are the same.
struct RunGroups {
    /// Each at least one run, in the order they were named.
    private(set) var groups: [[JoinedReport.Run]] = []
    /// A sentence for each run that stands alone beside others, and for each that adds nothing.
    private(set) var remarks: [String] = []

    init(_ runs: [JoinedReport.Run]) throws {
        for run in runs {
            var reasons: [String] = []
            var place: Int?
            for (index, group) in groups.enumerated() where place == nil {
                do {
                    _ = try JoinedReport(group + [run])
                    place = index
                } catch let differences as JoinedReport.Differences {
                    if index == 0 { reasons = differences.sentences }
                }
            }
            guard let place else {
                if let first = groups.first { remarks.append(Self.apart(run.name, Self.name(first), reasons)) }
                groups.append([run])
                continue
            }
            let known = Set(groups[place].flatMap(\.report.scores).map(Measurement.init))
            if run.report.scores.allSatisfy({ known.contains(.init($0)) }) {
                remarks.append(
                    "\(run.name) adds nothing to \(Self.name(groups[place])): the same encoders, seeds and scores, "
                        + "counted once.")
            }
            groups[place].append(run)
        }
    }

    private struct Measurement: Hashable {
        let encoder: String
        let seed: UInt64

        init(_ score: ScoreRecord) { (encoder, seed) = (score.encoder, score.seed) }
    }

    /// One sentence however many differences there are; the table of settings has them all.
    private static func apart(_ run: String, _ first: String, _ reasons: [String]) -> String {
        let more = reasons.count - 1
        return "\(run) is not joined with \(first): \(reasons.first ?? "they differ")"
            + (more > 0 ? ", and \(more == 1 ? "one more difference" : "\(more) more differences")." : ".")
    }

    /// "a", "a + b", "a + 4 more".
    static func name(_ group: [JoinedReport.Run]) -> String {
        let names = group.map(\.name)
        return names.count <= 3 ? names.joined(separator: " + ") : "\(names[0]) + \(names.count - 1) more"
    }
}

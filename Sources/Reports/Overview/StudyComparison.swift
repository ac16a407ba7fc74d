import SynStatistics

/// Two studies of the same kind beside each other.
extension ReportCollection {
    /// The first of a kind against each later one: scores with their differences, then the settings that differ.
    var comparisonSections: [ReportSection] {
        let probes = entries.filter { $0.probe != nil }
        let texts = entries.filter { $0.text != nil }
        return [probes, texts].flatMap { kind in
            kind.dropFirst().map { other in section(kind[0], other) }
        }
    }

    private func section(_ a: Entry, _ b: Entry) -> ReportSection {
        let scores = a.probe.flatMap { x in b.probe.map { clipTable(x, $0, a.name, b.name) } }
            ?? a.text.flatMap { x in b.text.map { taskTable(x, $0, a.name, b.name) } }
        let settings = settingsTable(a, b)
        return ReportSection(
            "\(b.name) beside \(a.name)",
            [scores.map { .table($0) }, settings.map { .table($0) } ?? .sentence("Their settings agree.")]
                .compactMap(\.self))
    }

    private func clipTable(_ a: ProbeReport, _ b: ProbeReport, _ nameA: String, _ nameB: String) -> TextTable {
        let (first, second) = (EncoderSummary.of(a.scores), EncoderSummary.of(b.scores))
        let names = (first + second).map(\.encoder).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        func cell(_ one: EncoderSummary?) -> String {
            one?.clipScore.map { NumberText.plusMinus($0.mean, $0.sd, decimals: 2) } ?? "–"
        }
        return TextTable(
            "CLIP-Scores",
            columns: [.init("Encoder")]
                + [nameA, nameB, "Difference", "95 % interval"].map { .init($0, .right) },
            rows: names.map { name in
                let (x, y) = (first.first { $0.encoder == name }, second.first { $0.encoder == name })
                let difference = x?.clipScore.flatMap { x in y?.clipScore.map { $0.mean - x.mean } }
                let test = x.flatMap { x in
                    y.flatMap { y in try? TTest.welch(y.scores.map(\.clipScore), x.scores.map(\.clipScore)) }
                }
                return [
                    name, cell(x), cell(y), difference.map { NumberText.fixed($0, decimals: 2) } ?? "–",
                    test.map {
                        NumberText.fixed($0.interval.lower, decimals: 2) + " to "
                            + NumberText.fixed($0.interval.upper, decimals: 2)
                    } ?? "–",
                ]
            },
            notes: [
                "Difference: \(nameB) − \(nameA); its interval is Welch's over seeds, – where there are fewer "
                    + "than two on a side. It is not corrected for the number of encoders."
            ])
    }

    private func taskTable(_ a: TextStudyReport, _ b: TextStudyReport, _ nameA: String, _ nameB: String) -> TextTable {
        func figure(_ report: TextStudyReport, _ like: TextScore) -> Double? {
            report.scores.first {
                $0.encoder == like.encoder && $0.task == like.task && $0.variant == like.variant
            }.flatMap { score in score.headline.flatMap(score.figure)?.value }
        }
        let known = (a.scores + b.scores).reduce(into: [TextScore]()) { all, score in
            let isKnown = all.contains {
                $0.encoder == score.encoder && $0.task == score.task && $0.variant == score.variant
            }
            if !isKnown { all.append(score) }
        }
        return TextTable(
            "Tasks",
            columns: [.init("Encoder"), .init("Task"), .init("Vector")]
                + [nameA, nameB, "Difference"].map { .init($0, .right) },
            rows: known.map { score in
                let (x, y) = (figure(a, score), figure(b, score))
                let difference = x.flatMap { x in y.map { $0 - x } }
                return [score.encoder, score.task, score.variant]
                    + [x, y, difference].map { $0.map { TextStudyReport.hundredths($0) } ?? "–" }
            },
            notes: [
                "Correlations × 100; difference: \(nameB) − \(nameA). "
                    + "No test is made: it needs the similarity of every pair."
            ])
    }

    /// The settings that are not the same; nil where all are.
    private func settingsTable(_ a: Entry, _ b: Entry) -> TextTable? {
        let (first, second) = (JoinedReport.named(settings(a)), JoinedReport.named(settings(b)))
        let keys = (first + second).map(\.key).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let rows = keys.compactMap { key -> [String]? in
            let values = [first, second].map { $0.first { $0.key == key }?.value }
            return values[0] == values[1] ? nil : [key] + values.map { $0 ?? "not given" }
        }
        return rows.isEmpty
            ? nil
            : TextTable("Settings that differ", columns: [.init("Setting"), .init(a.name), .init(b.name)], rows: rows)
    }

    private func settings(_ entry: Entry) -> [Setting] { entry.probe?.settings ?? entry.text?.settings ?? [] }
}

extension JoinedReport {
    /// Settings with their whole names, `adapter.steps` or `encoders.bert-mini.style`.
    static func named(_ settings: [Setting]) -> [Setting] {
        var group = ""
        var item = ""
        return settings.compactMap { setting in
            let isInside = setting.key.hasPrefix(" ") || setting.key.hasPrefix("-")
            let key = String(setting.key.drop { $0 == " " || $0 == "-" })
            if !isInside { (group, item) = (key, "") }
            if setting.key.hasPrefix("-") { item = ".\(setting.value)" }
            guard isInside || !setting.value.isEmpty else { return nil }
            return Setting(isInside ? "\(group)\(item).\(key)" : key, setting.value)
        }
    }
}

import SynStatistics

/// Two studies of the same kind beside each other.
extension ReportCollection {
    /// The first of a kind against each later one with the same data: scores with their differences, then the settings
    /// that differ. Figures of other data are not set against each other.
    var comparisonSections: [ReportSection] {
        let probes = entries.filter { $0.probe != nil }
        let texts = entries.filter { $0.text != nil }
        return [probes, texts].flatMap { kind in
            kind.indices.compactMap { later in
                kind[..<later].first { Self.data($0) == Self.data(kind[later]) }.map { section($0, kind[later]) }
            }
        }
    }

    private static func data(_ entry: Entry) -> String? { entry.probe?.dataset ?? entry.text?.dataset }

    private func section(_ a: Entry, _ b: Entry) -> ReportSection {
        let scores =
            a.probe.flatMap { x in b.probe.map { clipTable(x, $0, a.name, b.name) } }
            ?? a.text.flatMap { x in b.text.flatMap { taskTable(x, $0, a.name, b.name) } }
        let settings = settingsTable(a, b)
        return ReportSection(
            "\(b.name) beside \(a.name)",
            [
                scores.map { .table($0) } ?? .sentence("They share no encoder and task."),
                settings.map { .table($0) } ?? .sentence("Their settings agree."),
            ])
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

    /// What both measured; nil where that is nothing.
    private func taskTable(_ a: TextStudyReport, _ b: TextStudyReport, _ nameA: String, _ nameB: String) -> TextTable? {
        let shared = a.scores.compactMap { x in
            b.scores.first { $0.encoder == x.encoder && $0.task == x.task && $0.variant == x.variant }.map { (x, $0) }
        }
        func figure(_ score: TextScore) -> Double? { score.headline.flatMap(score.figure)?.value }
        return shared.isEmpty
            ? nil
            : TextTable(
                "Tasks",
                columns: [.init("Encoder"), .init("Vector"), .init("Task")]
                    + [nameA, nameB, "Difference", "n"].map { .init($0, .right) },
                rows: shared.map { x, y in
                    let difference = figure(x).flatMap { x in figure(y).map { $0 - x } }
                    return [x.encoder, x.variant, x.task]
                        + [figure(x), figure(y), difference].map { $0.map { TextStudyReport.hundredths($0) } ?? "–" }
                        + [x.n == y.n ? "\(x.n)" : "\(x.n), \(y.n)"]
                },
                notes: [
                    "Correlations × 100; difference: \(nameB) − \(nameA). No test is made: it needs the similarity "
                        + "of every "
                        + "pair. Where n differs, so do the texts."
                ])
    }

    /// The settings that are not the same; nil where all are. What only one study has an encoder for is left out.
    private func settingsTable(_ a: Entry, _ b: Entry) -> TextTable? {
        let (first, second) = (settings(a), settings(b))
        let shared = Set(a.encoders).intersection(b.encoders)
        let left = Set(a.encoders + b.encoders).subtracting(shared).map { "encoders.\($0)." }
        let rows = (first + second).map(\.key).uniqued.compactMap { key -> [String]? in
            let values = [first, second].map { $0.first { $0.key == key }?.value }
            let isSame = values[0] == values[1] || left.contains(where: key.hasPrefix)
            return isSame ? nil : [key] + values.map { $0 ?? "not given" }
        }
        return rows.isEmpty
            ? nil
            : TextTable("Settings that differ", columns: [.init("Setting"), .init(a.name), .init(b.name)], rows: rows)
    }

    /// With their whole names, without what only names a run and with what is no setting but decides figures too.
    private func settings(_ entry: Entry) -> [Setting] {
        let given = JoinedReport.named(entry.probe?.settings ?? entry.text?.settings ?? [])
            .filter { !["name", "output", "threads", "encoders.name"].contains($0.key) && !JoinedReport.isUnset($0) }
        let precision = JoinedReport.precision(entry.study.provenance)
        return given + [Setting("precision", precision), Setting("tool", entry.study.provenance.toolVersion)]
    }
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

    /// Whether a setting says nothing: `null` is as good as absent, and older tools wrote one that nothing ever read.
    static func isUnset(_ setting: Setting) -> Bool {
        ["null", "[]"].contains(setting.value) || setting.key == "scores.inception-input"
            || ["adapter.rate-steps=100", "adapter.vector-length=1"].contains("\(setting.key)=\(setting.value)")
    }

    /// "f32", without why it was chosen.
    static func precision(_ provenance: Provenance) -> String {
        String(provenance.precision.prefix { $0 != " " })
    }
}

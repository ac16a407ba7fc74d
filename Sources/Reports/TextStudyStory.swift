import Foundation

/// The sentences of a text study, and its renderings made of text.
extension TextStudyReport {
    /// One paragraph for the top of every rendering.
    public var lead: String {
        "No picture is drawn here. Texts go through frozen encoders, and the cosine of two vectors is held against what "
            + "people say of the two texts, or against whether they describe one picture. An encoder can know much about "
            + "words and little about looks, or the other way round; which layer knows it, and how its vectors lie in "
            + "their space, is measured beside it."
    }

    /// "3 encoders · 8 tasks".
    public var subtitle: String {
        func count(_ n: Int, _ one: String) -> String { n == 1 ? "1 \(one)" : "\(n) \(one)s" }
        return [dataset, count(encoders.count, "encoder"), scores.isEmpty ? "geometry" : count(tasks.count, "task")]
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// The winner of each task and whether its lead over the next is more than chance.
    public var findings: [String] {
        tasks.compactMap { task in
            let ranked = scores(of: task).compactMap { score in
                score.headline.flatMap(score.figure).map { (score: score, value: $0.value) }
            }.sorted { $0.value > $1.value }
            guard let best = ranked.first, encoders.count > 1 else { return nil }
            func told(_ one: (score: TextScore, value: Double), _ joint: String) -> String {
                let layer = one.score.headline?.layer.map { ", layer \($0)" } ?? ""
                return "\(one.score.encoder)\(joint) \(Self.hundredths(one.value)) (\(one.score.variant)\(layer))"
            }
            guard let next = ranked.first(where: { $0.score.encoder != best.score.encoder }) else {
                return "\(task): \(told(best, " leads with"))."
            }
            let pair = Set([best.score, next.score].map { [$0.encoder, $0.variant] })
            let test = comparisons.first {
                $0.task == task && Set([[$0.a, $0.variantA], [$0.b, $0.variantB]]) == pair
            }
            guard let p = test?.pHolm else { return "\(task): \(told(best, "")), then \(told(next, ""))." }
            let leads = p < 0.05 ? "\(told(best, " leads with")), then " : "no clear leader: \(told(best, "")), "
            return "\(task): \(leads)\(told(next, p < 0.05 ? " with" : ""))"
                + "; Williams' p of the difference (Holm) \(NumberText.pValue(p))."
        }
    }

    /// From top to bottom as sections, for renderings made of text.
    ///
    /// - Parameter layers: whether every layer gets its line.
    public func sections(layers: Bool) -> [ReportSection] {
        var all: [ReportSection] = []
        if let table = summaryTable { all.append(ReportSection("All tasks", [.table(Self.untitled(table))])) }
        for task in tasks {
            let table = table(of: task)
            var parts: [ReportSection.Part] = [.table(Self.untitled(table))]
            if layers, let every = layerTable(of: task) { parts.append(.table(every)) }
            if let differences = comparisonTable(of: task) { parts.append(.table(differences)) }
            all.append(ReportSection(table.title ?? task, parts))
        }
        for what in [GeometryRecord.What.words, .sentences] {
            let records = geometry.filter { $0.what == what }
            guard !records.isEmpty else { continue }
            all.append(ReportSection("Geometry: \(what.title.lowercased())", records.map { .table(table(of: $0)) }))
        }
        if !geometry.isEmpty {
            all.append(ReportSection("What the columns of geometry mean", [.terms(Self.geometryTerms)]))
        }
        if !caveats.isEmpty { all.append(ReportSection("Before quoting a number", caveats.map { .sentence($0) })) }
        return all
    }

    static func untitled(_ table: TextTable) -> TextTable {
        var table = table
        table.title = nil
        return table
    }

    /// What a command prints; `caveats` are for whole studies.
    public func terminal(layers: Bool, caveats: Bool) -> String {
        var shown = self
        if !caveats { shown.caveats = [] }
        return shown.sections(layers: layers).map(\.terminal).joined(separator: "\n")
    }

    /// `text.md`.
    public var markdown: String {
        var blocks = [
            "# \(Markdown.escaped(title))\n", Markdown.escaped(subtitle) + "\n", Markdown.escaped(lead) + "\n",
        ]
        if !findings.isEmpty { blocks.append(findings.map { "- \(Markdown.escaped($0))\n" }.joined()) }
        blocks += sections(layers: true).map(\.markdown)
        blocks += [encoderTable, settingsTable, provenanceTable].compactMap(\.self)
            .map { ReportSection($0.title ?? "", [.table(Self.untitled($0))]).markdown }
        return blocks.joined(separator: "\n")
    }

    /// Writes `text.html`, `text.md`, `text.csv`, `geometry.csv` and `text.json` into `folder`; the page comes first in
    /// what is returned. `home` is the page this one belongs to, in the same folder.
    @discardableResult
    public func write(to folder: URL, home: String? = nil) throws -> [URL] {
        var written: [URL] = []
        func put(_ name: String, _ text: String) throws {
            let url = folder.appending(path: name)
            try RecordFile.write(text, to: url)
            written.append(url)
        }
        try put("text.html", TextStudyPage(self, home: home).rendered)
        try put("text.md", markdown)
        if !scores.isEmpty { try put("text.csv", scoresCSV) }
        if !geometry.isEmpty { try put("geometry.csv", geometryCSV) }
        let json = folder.appending(path: "text.json")
        try RecordFile.write(self, to: json)
        return written + [json]
    }
}

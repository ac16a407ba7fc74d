import Foundation

/// The sentences of a text study, and its renderings made of text.
extension TextStudyReport: StudyReport {
    package var kind: String { "text encoders by themselves" }
    package var warning: String? { partial == true ? Self.partialNote : nil }
    package var numbers: [ReportSection] { sections(layers: true) }
    package var facts: [TextTable] { [encoderTable, settingsTable, provenanceTable].compactMap(\.self) }

    package func pageSections(picturesBelow folder: URL?) -> [PageSection] { TextStudyPage(self).sections }

    /// One paragraph for the top of every rendering.
    package var lead: String {
        "No picture is drawn here. Texts go through frozen encoders, and the cosine of two vectors is held against "
            + "what people say of the two texts, or against whether they describe one picture. An encoder can know "
            + "much about words and little about looks, or the other way round; which layer knows it, and how its "
            + "vectors lie in their space, is measured beside it."
    }

    static let partialNote =
        "Only part of the texts was used (--limit): these are not the numbers of the whole study."

    /// "3 encoders · 8 tasks".
    package var subtitle: String {
        func count(_ n: Int, _ one: String) -> String { n == 1 ? "1 \(one)" : "\(n) \(one)s" }
        return [dataset, count(encoders.count, "encoder"), scores.isEmpty ? "geometry" : count(tasks.count, "task")]
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// First how many tasks tell encoders apart, then for each task the two best that were tested against each other.
    ///
    /// A difference is claimed only where Williams' p, corrected by Holm, is below 0.05.
    package var findings: [String] {
        guard encoders.count > 1, !scores.isEmpty else { return [] }
        let told = tasks.map { (task: $0, pair: tested($0)) }
        let tests = told.compactMap(\.pair)
        let clear = told.filter { ($0.pair?.pHolm ?? 1) < 0.05 }.map(\.task)
        let count = "\(clear.count) of \(tests.count) \(tests.count == 1 ? "task" : "tasks")"
        let first =
            tests.isEmpty
            ? "No difference between encoders was tested, so none is claimed."
            : clear.isEmpty
                ? "No clear difference between the two best encoders in any of "
                    + "\(StyleVerdict.counted(tests.count, "task")) (Williams' "
                    + "test, Holm's correction): other texts may order them otherwise."
                : "The two best encoders differ by more than chance in \(count): \(StyleVerdict.listed(clear))"
                    + (clear.count < tests.count ? "; in the others there is no clear difference" : "")
                    + " (Williams' test, Holm's correction; it speaks of other texts, not of other encoders)."
        return [first] + told.map { task, pair in pair.map(sentence) ?? untested(task) }
    }

    /// Of the comparisons made in a task, that of the best encoder with the next best; nil where none was made.
    private func tested(_ task: String) -> TextComparison? {
        comparisons.filter { $0.task == task && $0.valueA.isFinite && $0.valueB.isFinite }.max {
            (max($0.valueA, $0.valueB), min($0.valueA, $0.valueB)) < (
                max($1.valueA, $1.valueB), min($1.valueA, $1.valueB)
            )
        }
    }

    private func sentence(_ pair: TextComparison) -> String {
        let names = [(pair.a, pair.variantA, pair.valueA), (pair.b, pair.variantB, pair.valueB)]
        let ranked = pair.valueA >= pair.valueB ? names : names.reversed()
        let mixed = pair.variantA == pair.variantB ? "" : ", read differently"
        func told(_ one: (String, String, Double)) -> String { "\(one.0) \(Self.hundredths(one.2)) (\(one.1))" }
        let interval = pair.differenceInterval.map {
            let ends = pair.valueA >= pair.valueB ? ($0.lower, $0.upper) : (-$0.upper, -$0.lower)
            return ", 95 % interval \(Self.hundredths(ends.0)) to \(Self.hundredths(ends.1))"
        }
        let p = NumberText.pValue(pair.pHolm)
        return
            "\(pair.task): \(pair.pHolm < 0.05 ? "a clear difference" : "no clear difference"), \(told(ranked[0])) and "
            + "\(told(ranked[1]))\(mixed): \(Self.hundredths(abs(pair.valueA - pair.valueB)))\(interval ?? ""), "
            + "p \(p.hasPrefix("<") ? p : "= " + p)."
    }

    private func untested(_ task: String) -> String {
        let figures = scores(of: task).compactMap { score in
            score.headline.flatMap(score.figure).map {
                "\(score.encoder) \(Self.hundredths($0.value)) (\(score.variant))"
            }
        }
        return "\(task): no test was made"
            + (figures.isEmpty ? "." : ", so nothing is claimed: \(StyleVerdict.listed(figures)).")
    }

    /// The numbers from top to bottom as sections, for renderings made of text.
    ///
    /// - Parameter layers: whether every layer gets its line.
    package func sections(layers: Bool) -> [ReportSection] {
        var all: [ReportSection] = []
        if let table = summaryTable { all.append(ReportSection("All tasks", [.table(table.untitled)])) }
        for task in tasks {
            let table = table(of: task)
            var parts: [ReportSection.Part] = [.table(table.untitled)]
            if layers, let every = layerTable(of: task) { parts.append(.table(every)) }
            if let differences = comparisonTable(of: task) { parts.append(.table(differences)) }
            all.append(ReportSection(table.title ?? task, parts))
        }
        if let linearSection { all.append(linearSection) }
        for what in [GeometryRecord.What.words, .sentences] {
            let records = geometry.filter { $0.what == what }
            guard !records.isEmpty else { continue }
            all.append(ReportSection("Geometry: \(what.title.lowercased())", records.map { .table(table(of: $0)) }))
        }
        if !geometry.isEmpty {
            all.append(ReportSection("What the columns of geometry mean", [.terms(Self.geometryTerms)]))
        }
        return all
    }

    /// What a command prints; `caveats` are for whole studies.
    package func terminal(layers: Bool, caveats: Bool) -> String {
        let told = [warning.map { "Warning: " + $0 }, caveats ? findings.first : nil].compactMap(\.self)
        return
            (told.map(TerminalText.paragraph)
            + (sections(layers: layers) + (caveats ? caveatSections : [])).map(\.terminal)).joined(separator: "\n")
    }

    /// Writes `text.html`, `text.md`, `text.csv`, `geometry.csv`, `linear.csv` and `text.json` into `folder`; the page
    /// comes first in
    /// what is returned. `home` is the page this one belongs to, in the same folder.
    @discardableResult
    package func write(to folder: URL, home: String? = nil) throws -> [URL] {
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
        if linear?.isEmpty == false { try put("linear.csv", linearCSV) }
        let json = folder.appending(path: "text.json")
        try RecordFile.write(self, to: json)
        return written + [json]
    }
}

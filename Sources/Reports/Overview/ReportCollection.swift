import Foundation

/// Any number of studies as one report: an overview, then each study.
///
/// Probe runs whose settings agree are joined to one study; other runs of the same kind stand beside each other.
package struct ReportCollection: Sendable {
    /// One study: its record, a short name for headings, and where its pictures lie.
    package struct Entry: Sendable {
        package let name: String
        package let study: any StudyReport
        let folder: URL?

        package init(_ study: any StudyReport, name: String, folder: URL?) {
            (self.study, self.name, self.folder) = (study, name, folder)
        }

        var probe: ProbeReport? { study as? ProbeReport }
        var text: TextStudyReport? { study as? TextStudyReport }
        var glue: GLUEReport? { study as? GLUEReport }

        /// Every encoder it measured, in its order.
        var encoders: [String] {
            EncoderSummary.of(probe?.scores ?? []).map(\.encoder)
                + (text?.encoders ?? glue?.encoders ?? []).map(\.name)
        }
    }

    package let entries: [Entry]
    /// Why runs were not joined and which names mean different things, a sentence each.
    package let remarks: [String]

    package init(probes: [JoinedReport.Run], texts: [Entry], glue: [Entry] = []) throws {
        let joining = try RunGroups(probes)
        entries =
            try joining.groups.map { group in
                let isJoined = group.count > 1
                return Entry(
                    isJoined ? try JoinedReport(group).report : group[0].report, name: RunGroups.name(group),
                    folder: isJoined ? nil : group[0].folder)
            } + texts + glue
        remarks = joining.remarks + Self.copies(texts) + Self.clashes(entries)
    }

    /// Text studies that say the same are one measurement, not two.
    private static func copies(_ texts: [Entry]) -> [String] {
        texts.indices.flatMap { later in
            texts[..<later].first { earlier in
                earlier.text?.scores == texts[later].text?.scores
                    && earlier.text?.geometry == texts[later].text?.geometry
            }.map { ["\(texts[later].name) has the very figures of \($0.name): one measurement, shown twice."] } ?? []
        }
    }

    /// One name for encoders of different kinds would put different things into one row.
    private static func clashes(_ entries: [Entry]) -> [String] {
        var seen: [String: (text: String, entry: String)] = [:]
        var found: [String] = []
        func meet(_ encoder: String, _ kind: String, _ what: String, _ entry: String) {
            let key = "\(kind)\u{0}\(encoder)"
            guard let earlier = seen[key] else { return seen[key] = (what, entry) }
            if earlier.text != what {
                found.append(
                    "The name \(encoder) means two encoders: \(earlier.text) in \(earlier.entry), "
                        + "but \(what) in \(entry).")
            }
        }
        for entry in entries {
            for one in EncoderSummary.of(entry.probe?.scores ?? []) {
                meet(one.encoder, "probe", one.style.name, entry.name)
            }
            for one in entry.text?.encoders ?? entry.glue?.encoders ?? [] {
                meet(one.name, "text", "\(one.modelType), \(one.layers) layers of width \(one.width)", entry.name)
            }
        }
        return found
    }

    static let title = "What the studies found"

    var subtitle: String {
        StyleVerdict.counted(entries.count, "part") + ": " + entries.map(\.name).joined(separator: " · ")
    }

    /// Tables, what each study found, what is missing, and differences between studies of one kind.
    package var overview: [ReportSection] {
        let warnings = entries.compactMap { entry in entry.study.warning.map { "\(entry.name): \($0)" } }
        let missing = missingSentences
        return [
            ReportSection(
                "Overview",
                (warnings + remarks).map { .warning($0) }
                    + entries.flatMap { entry in
                        entry.study.findings.prefix(1).map { .sentence("\(entry.name): \($0)") }
                    } + OverviewTable(entries).tables.map { .table($0) })
        ] + (missing.isEmpty ? [] : [ReportSection("What is missing", missing.map { .sentence($0) })])
            + comparisonSections
    }

    /// Which encoders and tasks a study lacks, and which were measured too seldom for an interval.
    private var missingSentences: [String] {
        let all = entries.flatMap { $0.encoders }.uniqued
        let baselines = Set(entries.flatMap { $0.probe?.scores ?? [] }.filter(\.style.isBaseline).map(\.encoder))
        let tasks = entries.flatMap { $0.text?.tasks ?? [] }.uniqued
        return entries.filter { $0.probe != nil || $0.text != nil }.flatMap { entry -> [String] in
            // A baseline reads no text, so no study of texts can lack it.
            let lacking = all.filter { !entry.encoders.contains($0) && !(entry.probe == nil && baselines.contains($0)) }
            let untried = entry.text.map { text in tasks.filter { !text.tasks.contains($0) } } ?? []
            let seeds = EncoderSummary.of(entry.probe?.scores ?? [])
            let single = seeds.filter { $0.scores.count == 1 }.map(\.encoder)
            let undefined = seeds.filter { $0.scores.contains { !$0.clipScore.isFinite } }.map(\.encoder)
            return [
                lacking.isEmpty ? nil : "\(entry.name) has no \(StyleVerdict.listed(lacking)).",
                untried.isEmpty ? nil : "\(entry.name) has not measured \(StyleVerdict.listed(untried)).",
                single.isEmpty
                    ? nil : "\(entry.name) has one seed of \(StyleVerdict.listed(single)), so no spread and no test.",
                undefined.isEmpty
                    ? nil
                    : "\(entry.name) has a seed without a finite CLIP-Score of \(StyleVerdict.listed(undefined)).",
            ].compactMap(\.self)
        }
    }

    /// Every table of the overview and of every study, its title naming the study.
    package var tables: [TextTable] {
        overview.flatMap(\.tables)
            + entries.flatMap { entry in
                entry.study.tables.map { table in
                    var table = table
                    table.title = "\(entry.name): \(table.title ?? "")"
                    return table
                }
            }
    }

    // MARK: Renderings

    package var terminal: String {
        let head = Self.title + "\n" + TerminalText.safe(subtitle) + "\n"
        return
            ([head] + overview.map(\.terminal)
            + entries.map { entry in
                let study = entry.study
                let told = [study.warning.map { "Warning: " + $0 }, study.findings.first].compactMap(\.self)
                return
                    (["━━ \(TerminalText.safe(entry.name)): \(TerminalText.safe(study.title))\n"]
                    + told.map(TerminalText.paragraph) + study.numbers.map(\.terminal)).joined(separator: "\n")
            }).joined(separator: "\n")
    }

    package var markdown: String {
        (["# \(Self.title)\n", Markdown.escaped(subtitle) + "\n"] + overview.map(\.markdown)
            + entries.map { "## \(Markdown.escaped($0.name))\n\n" + $0.study.markdown(under: "##") })
            .joined(separator: "\n")
    }

    /// One page: the overview, then every study with its own sections below its heading.
    package var page: String {
        let told = overview.enumerated().map { $1.page(id: "overview-\($0 + 1)") }
        return HTMLPage(title: Self.title) {
            Tag.p(["class": "eyebrow"]) { "Synesthesia · overview" }
            Tag.h1 { Self.title }
            Tag.p(["class": "subtitle"]) { subtitle }
            Tag.nav(["aria-label": "Contents"]) {
                for section in told { Tag.a(["href": "#\(section.id)"]) { section.heading } }
                for (index, entry) in entries.enumerated() { Tag.a(["href": "#study-\(index + 1)"]) { entry.name } }
            }
        } main: {
            for section in told { section.markup() }
            for (index, entry) in entries.enumerated() { whole(entry, prefix: "study-\(index + 1)") }
        } footer: {
            HTMLPage.footnote
        }.rendered
    }

    private func whole(_ entry: Entry, prefix: String) -> Markup {
        let sections = PageParts.sections(of: entry.study, picturesBelow: entry.folder)
        return Tag.section(["id": prefix]) {
            Tag.p(["class": "eyebrow"]) { entry.study.kind }
            Tag.h2 { "\(entry.name): \(entry.study.title)" }
            PageParts.opening(entry.study)
            Tag.nav {
                for section in sections {
                    if let name = section.name { Tag.a(["href": "#\(prefix)-\(section.id)"]) { name } }
                }
            }
            for section in sections { section.markup(prefix: prefix + "-", heading: .h3) }
        }
    }

    /// Writes `report.html` and `report.md` into `folder`.
    package func write(to folder: URL) throws {
        try RecordFile.write(page, to: folder.appending(path: "report.html"))
        try RecordFile.write(markdown, to: folder.appending(path: "report.md"))
    }
}

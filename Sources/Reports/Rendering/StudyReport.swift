import Foundation

/// What a study says for itself: title, findings, tables, plots. Every rendering is made from this alone, so a new
/// study is a record and the few sentences and sections below.
package protocol StudyReport: Sendable {
    /// "text-to-image probe": above the title on a page.
    var kind: String { get }
    var title: String { get }
    /// Data, encoders and seeds in a line.
    var subtitle: String { get }
    /// To be seen before anything else: that only a part was used.
    var warning: String? { get }
    /// The answer first, each a sentence or two.
    var findings: [String] { get }
    /// One paragraph: what was asked and what it does not show.
    var lead: String { get }
    /// Sentences a reader must know before quoting a number, the most important first.
    var caveats: [String] { get }
    /// The numbers from top to bottom with all their tables, without caveats and facts.
    var numbers: [ReportSection] { get }
    /// Settings, provenance and the like: tables with titles that are read when asked for.
    var facts: [TextTable] { get }
    var provenance: Provenance { get }
    /// The numbers and plots as a page shows them. Relative picture paths start at `folder`.
    func pageSections(picturesBelow folder: URL?) -> [PageSection]
}

extension StudyReport {
    /// The caveats as a section, for renderings made of text.
    var caveatSections: [ReportSection] {
        caveats.isEmpty ? [] : [ReportSection("Before quoting a number", caveats.map { .sentence($0) })]
    }

    /// The same numbers for a wiki or an issue. Pictures and plots are on the page.
    package var markdown: String { markdown(under: "#") }

    /// - Parameter heading: the mark of the title's level; the sections stand one level below it.
    func markdown(under heading: String) -> String {
        var blocks = ["\(heading) \(Markdown.escaped(title))\n", Markdown.escaped(subtitle) + "\n"]
        if let warning { blocks.append("> **Warning.** \(Markdown.escaped(warning))\n") }
        if let first = findings.first {
            blocks.append("**\(Markdown.escaped(first))**\n")
            if findings.count > 1 { blocks.append(findings.dropFirst().map { "- \(Markdown.escaped($0))\n" }.joined()) }
        }
        blocks.append(Markdown.escaped(lead) + "\n")
        let told = numbers + caveatSections + facts.map { ReportSection($0.title ?? "", [.table($0.untitled)]) }
        blocks += told.map { $0.markdown(under: heading + "#") }
        return blocks.joined(separator: "\n")
    }
}

extension TextTable {
    /// Under a heading that already says its name.
    package var untitled: TextTable {
        var table = self
        table.title = nil
        return table
    }

    /// Nil without settings.
    static func settings(_ settings: [Setting]) -> TextTable? {
        settings.isEmpty
            ? nil
            : TextTable(
                "Settings", columns: [.init("Setting"), .init("Value")], rows: settings.map { [$0.key, $0.value] })
    }
}

extension Provenance {
    /// Where the numbers came from.
    var table: TextTable {
        let rows = [
            ["tool", "synesthesia \(toolVersion)"], ["processor", cpu],
            ["threads", String(threads)], ["precision", precision], ["date", date],
        ]
        return TextTable(
            "Provenance", columns: [.init("What"), .init("Value")],
            rows: rows + stages.map { ["time: \($0.name)", NumberText.duration($0.seconds)] })
    }
}

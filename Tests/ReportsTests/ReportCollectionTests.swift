import Foundation
import SynReports
import TestSupport
import Testing

@Suite("Several studies as one report")
struct ReportCollectionTests {
    private static let nowhere = URL(filePath: "/nonexistent")

    private static func collection(_ change: (inout ProbeReport) -> Void = { _ in }) throws -> ReportCollection {
        try ReportCollection(
            probes: [
                JoinedReportTests.run("a", seeds: [0, 1, 2], folder: nowhere),
                JoinedReportTests.run("b", seeds: [3, 4], folder: nowhere, change: change),
            ],
            texts: [.init(try TextStudyReportTests.madeUp(), name: "texts", folder: nil)])
    }

    @Test("runs with equal settings are one study; others stand beside each other with what differs")
    func beside() throws {
        #expect(try Self.collection().entries.map(\.name) == ["a + b", "texts"])
        let apart = try Self.collection { $0.settings[9] = Setting("  steps", "400") }
        #expect(apart.entries.map(\.name) == ["a", "b", "texts"])
        #expect(apart.remarks == ["adapter.steps is 200 in a, but 400 in b"])
        let section = try #require(apart.overview.first { $0.heading == "b beside a" })
        let settings = try #require(section.tables.last)
        #expect(settings.rows.contains(["adapter.steps", "200", "400"]))
    }

    @Test("the overview has every encoder once, says what is missing, and the page is whole with no address twice")
    func page() throws {
        let apart = try Self.collection { $0.settings[9] = Setting("  steps", "400") }
        let names = apart.overviewTable.rows.map { $0[0] }
        #expect(Set(names).count == names.count && names.contains("random") && names.contains("one"))
        #expect(apart.terminal.contains("WHAT IS MISSING") && apart.markdown.contains("a has no one"))
        let page = apart.page
        #expect(WellFormed(page).problem == nil)
        let ids = page.matches(of: /\bid="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        for match in page.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(match.1)), "\(match.1)") }
    }

    @Test("an encoder's name that means two things is told")
    func clash() throws {
        let apart = try Self.collection { report in
            report.settings[9] = Setting("  steps", "400")
            for place in report.scores.indices where report.scores[place].encoder == "clip-mini" {
                report.scores[place].style = .bert
            }
        }
        #expect(
            apart.remarks.contains(
                "The name clip-mini means two encoders: CLIP-style in a, but BERT-style in b."))
    }
}

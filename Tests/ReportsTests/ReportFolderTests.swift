import Foundation
import SynReports
import TestSupport
import Testing

/// The whole folder, from made-up records. `SYNESTHESIA_REPORT_DEMO=DIR` keeps it there to be looked at.
@Suite struct ReportFolderTests {
    @Test func writesEveryForm() throws {
        let kept = ProcessInfo.processInfo.environment["SYNESTHESIA_REPORT_DEMO"].map { URL(filePath: $0) }
        let folder = try kept ?? Fixture.temporaryFolder()
        defer { if kept == nil { try? FileManager.default.removeItem(at: folder) } }
        let report = MadeUpReport.whole()

        let written = try report.write(to: folder)

        #expect(
            written.map(\.lastPathComponent) == [
                "report.html", "report.md", "scores.csv", "scores.svg", "training.svg", "curves.csv", "report.json",
            ])
        let read = try RecordFile.read(ProbeReport.self, from: folder.appending(path: "report.json"))
        #expect(read == report)
        // Made again from the file, the page is the same to the byte.
        let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
        #expect(ProbePage(read, picturesBelow: folder).rendered == page)
    }
}

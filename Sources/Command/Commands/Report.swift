import ArgumentParser
import Foundation
import SynReports
import SynRuns

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes the report of a finished run again from its report.json or text.json, or one report of several runs.",
        discussion: """
            One folder: terminal, Markdown, CSV, plots and page are made again in it. Several folders: runs whose \
            settings agree are joined, encoder by encoder and seed by seed, and --out names the folder for the joined \
            report; where settings differ, the differences are named.

            Examples:
              synesthesia report runs/miniature
              synesthesia report runs/seed-1 runs/seed-2 --out runs/joined
            """)

    @Argument(help: "Folders of runs, such as runs/miniature.")
    var folders: [String]

    @Option(help: "The folder for the report of several runs; without it the report is only printed.")
    var out: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if folders.count == 1, out != nil {
            throw ValidationError("--out belongs to several folders; a single run's report stays in its own")
        }
    }

    func run() throws {
        guard folders.count == 1 else { return try join() }
        let url = URL(filePath: folders[0])
        let file = url.appending(path: "report.json").relativePath
        let text = try textStudy(url, home: FileManager.default.fileExists(atPath: file) ? "report.html" : nil)
        if let text, !FileManager.default.fileExists(atPath: file) {
            if shared.json { return try Output.write(RecordFile.json(text)) }
            return try Output.write(text.terminal(layers: false, caveats: true))
        }
        let report = try read(url)
        try report.write(to: url)
        try print(report)
    }

    private func join() throws {
        let runs = try folders.map { name in
            let url = URL(filePath: name)
            return JoinedReport.Run(try read(url), name: name, folder: url)
        }
        let report: ProbeReport
        do {
            report = try JoinedReport(runs).report
        } catch let differences as JoinedReport.Differences {
            throw Complaint(
                .badData, "these runs are not of one experiment, so their scores are not joined",
                details: differences.sentences)
        }
        if let out { try report.write(to: URL(filePath: out)) }
        try print(report)
        if let out { shared.remark("the whole report: \(out)/report.html") }
    }

    private func read(_ folder: URL) throws -> ProbeReport {
        let file = folder.appending(path: "report.json").relativePath
        let bytes = try InputFile.bytes(file, purpose: "the folder of a finished run")
        return try RecordFile.decode(ProbeReport.self, from: Data(bytes), name: file)
    }

    private func print(_ report: ProbeReport) throws {
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal)
    }

    /// The study of texts in the folder, written again; nil where there is none.
    private func textStudy(_ folder: URL, home: String?) throws -> TextStudyReport? {
        let file = folder.appending(path: "text.json").relativePath
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let bytes = try InputFile.bytes(file, purpose: "the folder of a finished study")
        let report = try RecordFile.decode(TextStudyReport.self, from: Data(bytes), name: file)
        try report.write(to: folder, home: home)
        return report
    }
}

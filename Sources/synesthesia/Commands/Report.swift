import ArgumentParser
import Experiments
import Foundation
import Reports

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes a finished run's report again from its report.json or text.json: terminal, Markdown, CSV, plots, page.",
        discussion: """
            Examples:
              synesthesia report runs/miniature
              synesthesia report runs/miniature --json
            """)

    @Argument(help: "The run's folder, such as runs/miniature.")
    var folder: String

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let url = URL(filePath: folder)
        let file = url.appending(path: "report.json").relativePath
        let text = try textStudy(url, home: FileManager.default.fileExists(atPath: file) ? "report.html" : nil)
        if let text, !FileManager.default.fileExists(atPath: file) {
            if shared.json { return try Output.write(RecordFile.json(text)) }
            return try Output.write(text.terminal(layers: false, caveats: true))
        }
        let bytes = try InputFile.bytes(file, purpose: "the folder of a finished run")
        let report = try RecordFile.decode(ProbeReport.self, from: Data(bytes), name: file)
        try report.write(to: url)
        if shared.json { return try Output.write(json: report) }
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

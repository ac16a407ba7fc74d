import ArgumentParser
import Experiments
import Foundation
import Reports

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a finished run's report again from its report.json: terminal, Markdown, CSV, plots, page.")

    @Argument(help: "The run's folder, such as runs/miniature.")
    var folder: String

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let url = URL(filePath: folder)
        let file = url.appending(path: "report.json").relativePath
        let bytes = try InputFile.bytes(file, purpose: "the folder of a finished run")
        let report = try RecordFile.decode(ProbeReport.self, from: Data(bytes), name: file)
        try report.write(to: url)
        if shared.json { return try Output.write(json: report) }
        try Output.write(report.terminal)
    }
}

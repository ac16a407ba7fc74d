import ArgumentParser
import Foundation
import SynProbe
import SynReports
import SynRuns

struct Power: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells what a probe could find, before it is run.",
        discussion: """
            How likely the design of a settings file (encoders of each style, seeds, captions, pictures of each) is to \
            find a difference between the styles, and how small a difference it can find. The variances are those \
            that a finished run measured.

            Examples:
              synesthesia power Samples/miniature.yaml --from runs/miniature
              synesthesia power Samples/celebahq.yaml --from runs/pilot --difference 0.2
            """)

    @OptionGroup var options: SettingsOptions

    @Option(
        help: ArgumentHelp(
            "A finished run, whose variances are taken. (default: that of the settings)", valueName: "run"))
    var from: String?

    @Option(
        help: ArgumentHelp("The difference to be found. (default: the one that the run found)", valueName: "points"))
    var difference: Double?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let difference, !(difference.isFinite && difference > 0) {
            throw ValidationError("--difference is \(difference); give a number above 0")
        }
    }

    func run() throws {
        let settings = try options.read()
        let run = URL(filePath: from ?? settings.output)
        let file = run.appending(path: "report.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw UserError(
                .missing,
                "\(file.relativePath) does not exist; name a finished run with --from, such as runs/miniature")
        }
        let report = try RecordFile.read(ProbeReport.self, from: file)
        let power = try ProbePower(settings, from: report, named: run.relativePath, difference: difference)
        if shared.json { return try Output.write(RecordFile.json(power)) }
        try Output.write(power.section.terminal)
    }
}

import ArgumentParser
import SynProbe
import SynRuns

struct Join: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Joins the folders of runs that shared the work of one experiment.",
        discussion: """
            The runs may differ in encoders and seeds only, and must have used the same models and data. Afterwards \
            `synesthesia probe OUT/settings.yaml` does what none of them did and writes the report of them all.

            Example:
              synesthesia join runs/celebahq-a runs/celebahq-b --out runs/celebahq
            """)

    @Argument(help: ArgumentHelp("The folders of two runs or more.", valueName: "run"))
    var runs: [String]

    @Option(help: "A new folder for the whole, or the folder of a run that takes the others in.")
    var out: String

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if runs.isEmpty { throw ValidationError("no runs are named; name the folders to join") }
        if out.isEmpty { throw ValidationError("--out is empty; name a folder") }
    }

    func run() throws {
        let watch = SignalWatch()
        var line: ProgressLine?
        let outcome = try RunJoin(runs, into: out, remark: { shared.remark($0) }).run { done, total in
            if line == nil { line = shared.progress("files", total: total) }
            line?.advance(to: done)
            try watch.check()
        }
        line?.finish()
        if shared.json { return try Output.write(json: outcome) }
        shared.remark("\(outcome.files) files of \(outcome.encoders.joined(separator: ", ")) are in \(out)")
        try Output.write("synesthesia probe \(outcome.settings)\n")
    }
}

import ArgumentParser
import SynProbe
import SynReports
import SynRuns

struct Significance: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tests whether groups of scores differ, and says which test answers which question.",
        discussion: """
            A CSV or TSV with a header: either columns group and score, one row a score, and encoder and seed where \
            they are known; or columns group, mean, sd and n, one row a group. Or what this tool wrote: run folders, \
            their scores.csv or scores.json (the styles are the groups), files with the output of score --json (each \
            is a group).

            Examples:
              synesthesia significance --groups scores.csv
              synesthesia significance --groups runs/a runs/b --score attribute_score
              synesthesia significance --groups runs/miniature/scores.csv --json
              synesthesia significance --groups scores.csv --equivalence 1.5
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Files of scores, - for standard input, or run folders.", valueName: "path"))
    var groups: [String]

    @Option(help: "The column that holds the scores. (default: score, else clip_score)")
    var score: String?

    @Option(
        parsing: .unconditional, help: "The seed of permutations and bootstrap samples. (default: 0)",
        transform: SeedArgument.read)
    var seed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: """
            Test for equivalence too: the largest difference that would not matter, in units of the score, chosen \
            before the scores are seen.
            """)
    var equivalence: Double?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let equivalence, !(equivalence > 0 && equivalence.isFinite) {
            throw ValidationError("--equivalence is \(equivalence), but must be a positive number")
        }
    }

    func run() throws {
        var line: ProgressLine?
        let start = ContinuousClock.now
        let record = try GroupsComparison.record(ofGroupsIn: groups, score: score, seed: seed, margin: equivalence) {
            done, total in
            // What takes less than a second needs no line.
            if line == nil, ContinuousClock.now - start > .seconds(1) {
                line = shared.progress("comparisons", total: total, done: done)
            }
            line?.advance(to: done)
        }
        line?.finish()
        if shared.json { return try Output.write(RecordFile.json(record)) }
        try Output.write(record.reportSections.map(\.terminal).joined(separator: "\n"))
    }
}

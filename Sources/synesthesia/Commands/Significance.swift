import ArgumentParser
import Experiments
import Reports

struct Significance: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tests whether groups of scores differ, and says which test answers which question.",
        discussion: """
            The file is a CSV or TSV with a header: either columns group and score, one row a score, and \
            encoder and seed where they are known; or columns group, mean, sd and n, one row a group.

            Examples:
              synesthesia significance --groups scores.csv
              synesthesia significance --groups scores.csv --json --seed 7
            """)

    @Option(help: "The file of scores, or - for standard input.")
    var groups: String

    @Option(parsing: .unconditional, help: "The seed of permutations and bootstrap samples. (default: 0)", transform: SeedArgument.read)
    var seed: UInt64 = 0

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let record = try GroupsComparison.record(ofGroupsIn: groups, seed: seed)
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.reportSections.map(\.terminal).joined(separator: "\n"))
    }
}

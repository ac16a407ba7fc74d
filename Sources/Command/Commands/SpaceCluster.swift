import ArgumentParser
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceCluster: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Groups pairs that lie together, and names the groups by their captions.",
        discussion: """
            --rows published groups and names as the article's code did; --rows pairs takes the unit sum of picture \
            and text, lays like beside like, and names by whole words that stand in a group more than elsewhere.

            Example:
              synesthesia space cluster --matrix CLIP.csv --captions captions.txt
            """)

    @Option(help: "What is grouped: published or pairs.")
    var rows: PairClusters.Rows = .pairs

    @Option(help: "The most groups.")
    var clusters = 10

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.clusters.check(clusters, "--clusters")
    }

    func run() throws {
        let space = try input.read(shared)
        try PairClusters.check(space.pairs.count, space.pairs.source)
        let record = try PairClusters(space.pairs, rows: rows, most: clusters).record(captions: space.captions)
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

extension PairClusters.Rows: ExpressibleByArgument {}

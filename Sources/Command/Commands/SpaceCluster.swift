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
            and text, lays like beside like, and names by whole words that stand in a group more than elsewhere; texts \
            does the same with texts alone, which is all there is with --encoder.

            Examples:
              synesthesia space cluster --matrix CLIP.csv --captions captions.txt
              synesthesia space cluster --encoder Weights/bert-small --captions captions.txt
            """)

    @Option(help: "What is grouped: published, pairs or texts. (default: pairs, with --encoder texts)")
    var rows: PairClusters.Rows?

    @Option(help: "The most groups.")
    var clusters = 10

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.clusters.check(clusters, "--clusters")
        if let rows, rows != .texts, input.encoder != nil {
            throw ValidationError(
                "--rows \(rows.rawValue) needs pictures, and --encoder has texts alone; leave it out")
        }
    }

    func run() throws {
        let record: ClusterRecord
        switch try input.readPairsOrTexts(shared) {
        case .pairs(let space):
            try PairClusters.check(space.pairs.count, space.pairs.source)
            record = try PairClusters(space.pairs, rows: rows ?? .pairs, most: clusters)
                .record(captions: space.captions)
        case .texts(let texts):
            try PairClusters.check(texts.count, texts.source)
            record = PairClusters(texts, most: clusters).record(captions: texts.texts)
        }
        if shared.json { return try Output.write(json: record) }
        try Output.write(record.terminal)
    }
}

extension PairClusters.Rows: ExpressibleByArgument {}

import ArgumentParser
import Foundation
import SynFiles
import SynLatentSpace
import SynRuns

struct SpaceExplore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore",
        abstract: "Makes one page to explore pictures and texts in: matrix, maps, searches, the gap on a slider.",
        discussion: """
            The page is one file that asks nobody for anything; open it in a browser. Numbers in it are those of \
            synesthesia space gap, cluster and project. With --model its text tower runs inside the page where it is \
            small enough (4 MB): type a caption and see where it lands. Up to 10,000 pairs; with more than 1,000 the \
            tree is of a sample, and maps are made without t-SNE unless --maps names it.

            Example:
              synesthesia space explore --model Weights/clip-small --data portraits --sample 300 --out space.html
            """)

    @Option(help: "The page's file.")
    var out = "space.html"

    @Option(help: "The page's heading. (default: made of what was read)")
    var title: String?

    @Option(help: "What cosines are multiplied with before the softmax: 1/temperature.")
    var scale = GapStudy.defaultScale

    @Option(help: "What is grouped: published or pairs.")
    var rows: PairClusters.Rows = .pairs

    @Option(help: "The most groups.")
    var clusters = 10

    @Option(
        parsing: .upToNextOption, help: "Which maps: pca, umap, tsne. (default: all up to 1,000 pairs, else no tsne)")
    var maps: [Projection.Method] = []

    @Option(
        help: ArgumentHelp(
            "With --model: phrases, one a line, that the page can show among the pairs.", valueName: "file"))
    var queries: String?

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.scale.check(scale, "--scale")
        try NumberRange.clusters.check(clusters, "--clusters")
        if rows == .texts {
            throw ValidationError("--rows texts is for space cluster; the page's groups are of pairs")
        }
        if queries != nil && input.model == nil {
            throw ValidationError(
                "--queries needs a text tower that makes vectors of phrases; give --model with --data")
        }
    }

    func run() throws {
        let file = URL(filePath: out)
        try AtomicFile.check(file)
        let phrases = try queries.map { try shared.captions($0).captions } ?? []
        guard phrases.count <= SpaceExploration.mostPhrases else {
            throw UserError(
                .badData,
                "\(queries ?? "") holds \(phrases.count) phrases, and the page takes \(SpaceExploration.mostPhrases); "
                    + "give fewer")
        }
        let space = try input.read(shared)
        if let sentence = SpaceExploration.portions(of: space.pairs.count) { shared.remark(sentence) }
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("parts", total: 5)
        var exploration = SpaceExploration(space)
        (exploration.scale, exploration.seed, exploration.rows) = (scale, input.seed, rows)
        (exploration.clusters, exploration.methods) = (clusters, maps.isEmpty ? nil : maps)
        exploration.title = title
        exploration.model = try input.model.map { try shared.locator.folder(of: $0) }
        if let model = exploration.model, !phrases.isEmpty {
            let towers = try TwoTowers(folder: model, activation: input.named.activation)
            (exploration.phrases, exploration.phraseVectors) = (phrases, try towers.texts(phrases))
        }
        let page = try exploration.page { part, done, _ in
            bar.advance(to: done, note: part)
            try watch.interruption.check()
        }
        bar.finish()
        try AtomicFile.write(page.rendered(), to: file)
        for sentence in page.facts.remarks where !space.pairs.remarks.contains(String(sentence.dropLast())) {
            shared.remark(sentence)
        }
        if shared.json { return try Output.write(json: page.facts.gap) }
        shared.remark("the page: \(out)")
    }
}

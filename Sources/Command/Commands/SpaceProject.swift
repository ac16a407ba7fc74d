import ArgumentParser
import Foundation
import SynFiles
import SynLatentSpace
import SynReports
import SynRuns

struct SpaceProject: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Lays pictures and texts out on a plane: PCA, UMAP or t-SNE.",
        discussion: """
            --fit both takes all points; images or texts makes the map of one modality and puts the other into it \
            (pca, umap); joint gives one point for each pair. Trustworthiness (15 neighbours) says how far the map can \
            be believed. The CSV has the columns item, modality, x, y.

            Example:
              synesthesia space project --matrix CLIP.csv --method umap --out map.csv
            """)

    @Option(help: "pca, umap or tsne.")
    var method: Projection.Method

    @Option(help: "What the map is made from: images, texts, both or joint.")
    var fit: Projection.Fit = .both

    @Option(help: ArgumentHelp("A file for the points; without it they are printed.", valueName: "file"))
    var out: String?

    @Flag(help: "Put new points into a UMAP as umap-learn's code does, which skips their nearest neighbour.")
    var likeUmap = false

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func run() throws {
        let file = out.map { URL(filePath: $0) }
        if let file { try AtomicFile.check(file) }
        let space = try input.read(shared)
        let watch = SignalWatch()
        var bar = shared.progress("steps", total: 1)
        let record = try Projection(
            space.pairs, method: method, fit: fit, seed: input.seed, likeUMAP: likeUmap
        ) { done, total in
            if done == 1 { bar = shared.progress("steps", total: total) }
            bar.advance(to: done)
            try watch.interruption.check()
        }.record()
        bar.finish()
        if let file { try AtomicFile.write(record.csv, to: file) }
        if let value = record.trustworthiness {
            shared.remark("trustworthiness of 15 neighbours: \(value.shortest)")
        }
        if shared.json { return try Output.write(json: record) }
        if out == nil { try Output.write(record.csv) }
    }
}

extension Projection.Method: ExpressibleByArgument {}
extension Projection.Fit: ExpressibleByArgument {}

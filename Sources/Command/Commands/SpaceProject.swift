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
            be believed. The CSV has the columns item, modality, x, y. With --encoder the map is of texts alone.

            Examples:
              synesthesia space project --matrix CLIP.csv --method umap --out map.csv
              synesthesia space project --encoder Weights/bert-small --captions captions.txt --method pca
            """)

    @Option(help: "pca, umap or tsne.")
    var method: Projection.Method

    @Option(help: "What the map is made from: images, texts, both or joint. (default: both, with --encoder texts)")
    var fit: Projection.Fit?

    @Option(help: ArgumentHelp("A file for the points; without it they are printed.", valueName: "file"))
    var out: String?

    @Flag(help: "Put new points into a UMAP as umap-learn's code does, which skips their nearest neighbour.")
    var likeUmap = false

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let fit, fit != .texts, input.encoder != nil {
            throw ValidationError("--fit \(fit.rawValue) needs pictures, and --encoder has texts alone; leave it out")
        }
    }

    func run() throws {
        let file = out.map { URL(filePath: $0) }
        if let file { try AtomicFile.check(file) }
        let found = try input.readPairsOrTexts(shared)
        let watch = SignalWatch(keeps: false)
        var bar = shared.progress("steps", total: 1)
        func advance(_ done: Int, _ total: Int) throws {
            if done == 1 { bar = shared.progress("steps", total: total) }
            bar.advance(to: done)
            try watch.interruption.check()
        }
        let map =
            switch found {
            case .pairs(let space):
                try Projection(
                    space.pairs, method: method, fit: fit ?? .both, seed: input.seed, likeUMAP: likeUmap,
                    progress: advance)
            case .texts(let texts): try Projection(texts, method: method, seed: input.seed, progress: advance)
            }
        let record = map.record()
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

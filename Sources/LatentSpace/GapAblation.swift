import Foundation
import SynFiles
import SynReports
import SynRuns
import SynTensors

/// Models of every objective, trained from the same beginnings on the same pairs for each of several seeds, and what
/// lies between pictures and texts in each. Studies do not train: whoever runs one hands in how.
///
/// What is finished stays in the folder: `models/NAME-seed-N` with weights and `measured.json`. The same ablation made
/// again there goes on, with the same numbers as if it had never been stopped; more seeds may be asked for later.
package struct GapAblation {
    package struct Settings: Codable, Sendable, Equatable {
        package var steps: Int
        package var batch: Int
        /// At which the four models that differ in loss and retrieval alone are held.
        package var scale: Double
        /// Held-out pairs that are measured.
        package var pairs: Int

        package init(steps: Int, batch: Int, scale: Double, pairs: Int) {
            (self.steps, self.batch, self.scale, self.pairs) = (steps, batch, scale, pairs)
        }
    }

    /// A model to be trained.
    package struct Cell: Sendable, Equatable {
        package let objective: String
        /// Nil for the objective's own.
        package let scale: Double?
        package let seed: Int
        package var name: String { "\(objective)-seed-\(seed)" }
        var isFactorial: Bool { scale != nil }
    }

    /// InfoNCE and InfoLOOB, without and with retrieval.
    static let factorial = ["clip", "infoloob", "hopfield", "cloob"]
    static let others = ["cyclip", "siglip"]

    package let settings: Settings
    package let cells: [Cell]
    private let seeds: Int
    private let folder: URL
    private let lock: FileLock?

    /// - Parameters:
    ///   - seeds: 1, 2, … so many.
    ///   - factorsOnly: without CyCLIP and SigLIP.
    ///   - ranks: those that share the work; the first has the folder, the others come when it is made.
    package init(
        _ settings: Settings, seeds: Int, factorsOnly: Bool = false, folder: URL, ranks: Ranks = .alone
    ) throws {
        (self.settings, self.seeds, self.folder) = (settings, seeds, folder)
        cells = (1...seeds).flatMap { seed in
            Self.factorial.map { Cell(objective: $0, scale: settings.scale, seed: seed) }
                + (factorsOnly ? [] : Self.others.map { Cell(objective: $0, scale: nil, seed: seed) })
        }
        guard ranks.isFirst else {
            lock = nil
            return
        }
        try AtomicFile.makeFolder(folder)
        lock = try FileLock(folder: folder)
        let file = folder.appending(path: "settings.json")
        if let data = FileManager.default.contents(atPath: file.path) {
            guard let found = try? JSONDecoder().decode(Settings.self, from: data) else {
                throw UserError(.badData, "\(file.path) is not what this command writes; choose another folder")
            }
            guard found == settings else {
                throw UserError(
                    .settings,
                    "\(folder.path) holds an ablation of \(found.steps) steps, batches of \(found.batch), scale "
                        + "\(found.scale.shortest) and \(found.pairs) pairs; give those, or another folder")
            }
        } else {
            try AtomicFile.write(json: settings, to: file)
        }
    }

    /// Where a cell's finished model goes, and where its training keeps its state until then.
    package func places(of cell: Cell) -> (model: URL, state: URL) {
        (
            folder.appending(path: "models").appending(path: cell.name),
            folder.appending(path: "states").appending(path: cell.name)
        )
    }

    /// Trains and measures what is missing.
    ///
    /// - Parameters:
    ///   - train: goes on with a cell's training until its model is saved.
    ///   - progress: told what begins, and how many cells are done.
    package func models(
        train: (Cell) throws -> Void, progress: (_ what: String, _ done: Int) throws -> Void
    ) throws -> [AblatedModel] {
        try cells.enumerated().map { place, cell in
            try progress(cell.name, place)
            return try finished(cell) ?? made(cell, train)
        }
    }

    private func made(_ cell: Cell, _ train: (Cell) throws -> Void) throws -> AblatedModel {
        try train(cell)
        let model = try measured(cell)
        try RecordFile.write(model, to: places(of: cell).model.appending(path: Self.record))
        try? FileManager.default.removeItem(at: places(of: cell).state)
        return model
    }

    /// This rank's part of what is missing, where there are several: each takes models from one list, and the first
    /// reads all from the folder afterwards. One process alone has nothing to do here.
    ///
    /// - Parameter train: goes on with a cell's training until its model is saved; told what listens for a stop that
    ///   another rank wishes, and of the first rank how many models are done.
    package func share(
        among ranks: Ranks, _ interruption: Interruption, train: (Cell, SharedWork) throws -> Void
    ) throws {
        guard !ranks.isAlone else { return }
        let pieces = cells.map { WorkList.Piece($0.name, cost: 1) }
        let done = ranks.isFirst ? Set(cells.indices.filter { finished(cells[$0]) != nil }) : []
        let shared = SharedWork(WorkList(pieces, done: done), ranks, interruption)
        try shared.run { place in _ = try made(cells[place]) { try train($0, shared) } }
    }

    private static let record = "measured.json"

    /// What was measured before, of the weights that are still there.
    private func finished(_ cell: Cell) -> AblatedModel? {
        let place = places(of: cell).model
        guard let known = try? RecordFile.read(AblatedModel.self, from: place.appending(path: Self.record)),
            let weights = try? ContentHash(file: place.appending(path: "model.safetensors")).hexadecimal,
            known.weights == weights, known.objective == cell.objective, known.seed == cell.seed
        else { return nil }
        return known
    }

    private func measured(_ cell: Cell) throws -> AblatedModel {
        let place = places(of: cell).model
        let input = try LatentSpaceInput(PicturesWithCaptions(portraits: settings.pairs), model: place)
        let gap = ModalityGap(input.pairs)
        return AblatedModel(
            objective: cell.objective, scale: cell.scale?.shortest ?? "learned", seed: cell.seed,
            isFactorial: cell.isFactorial,
            weights: try ContentHash(file: place.appending(path: "model.safetensors")).hexadecimal,
            distance: gap.distance, rmsInModalDifference: gap.inModalDifference,
            imageToText: RetrievalRanks.imageToText(input.pairs).recall(at: 1),
            textToImage: RetrievalRanks.textToImage(input.pairs).recall(at: 1),
            mixed: RetrievalRanks.mixed(input.pairs).recall(at: 10),
            mixedClosed: RetrievalRanks.mixed(try gap.closed()).recall(at: 10))
    }

    package func report(_ models: [AblatedModel], published: [PublishedFactors]) throws -> GapAblationReport {
        let measures: [(String, (AblatedModel) -> Double)] = [
            ("distance", { $0.distance }), ("r1", { ($0.imageToText + $0.textToImage) / 2 }),
            ("mixed_r10", { $0.mixed }),
        ]
        let machine = Machine(version: Release.version, environment: [:], cache: "")
        return GapAblationReport(
            models: models,
            analyses: try measures.map { try analysis(models, $0, $1) }, published: published,
            settings: [
                .init("seeds", "\(seeds)"), .init("steps", "\(settings.steps)"), .init("batch", "\(settings.batch)"),
                .init("scale of the four", settings.scale.shortest), .init("held-out pairs", "\(settings.pairs)"),
            ],
            provenance: Provenance(
                toolVersion: machine.version, cpu: machine.processor, threads: Threads.count, precision: "f32",
                date: Date.now.formatted(.iso8601)), remarks: [])
    }

    private func analysis(
        _ models: [AblatedModel], _ measure: String, _ value: (AblatedModel) -> Double
    ) throws -> FactorAnalysis {
        let blocks = try (1...seeds).map { seed in
            func cell(_ objective: String) throws -> Double {
                guard
                    let model = models.first(where: { $0.seed == seed && $0.objective == objective && $0.isFactorial })
                else { throw UserError(.failed, "there is no model \(objective) of seed \(seed)") }
                return value(model)
            }
            return FactorCells(
                clip: try cell("clip"), infoloob: try cell("infoloob"), hopfield: try cell("hopfield"),
                cloob: try cell("cloob"))
        }
        return TwoWayAnalysis(blocks).record(measure: measure)
    }
}

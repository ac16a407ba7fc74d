import ArgumentParser
import Foundation
import SynLatentSpace
import SynReports
import SynRuns
import SynTraining

struct SpaceAblation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablation",
        abstract: "Trains models of every objective and tells what closes the gap, the loss or the retrieval.",
        discussion: """
            For every seed CLIP, InfoLOOB, InfoNCE on retrieved vectors and CLOOB at one fixed scale, and CyCLIP and \
            SigLIP, from the same beginning on the same portraits. Stop it at any time: what is finished is kept, and \
            the same command goes on, also with more seeds. The folder gets ablation.html, ablation.md, ablation.json \
            and the models.

            Examples:
              synesthesia space ablation
              synesthesia space ablation --seeds 2 --steps 100 --factors-only
            """)

    @Option(parsing: .unconditional, help: "How many seeds: replicates of every model.")
    var seeds = 5

    @Option(parsing: .unconditional, help: "Steps of each training.")
    var steps = MiniatureModel.clip.recipe.steps

    @Option(parsing: .unconditional, help: "Portraits a step.")
    var batch = MiniatureModel.clip.recipe.batch

    @Option(parsing: .unconditional, help: "At which the scale of the four is held.")
    var scale = 30.0

    @Option(parsing: .unconditional, help: "Held-out pairs that are measured.")
    var pairs = 500

    @Flag(help: "Leave CyCLIP and SigLIP out.")
    var factorsOnly = false

    @Option(help: "A folder with the eight published matrices of CLOOB's ablation, to be measured instead of quoted.")
    var published: String?

    @Option(help: "The folder for models and report.")
    var out = "runs/ablation"

    @Option(parsing: .unconditional, help: "Threads; as many as there are cores unless given.")
    var threads: Int?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.replicates.check(seeds, "--seeds")
        try NumberRange.steps.check(steps, "--steps")
        try NumberRange.trainingBatch.check(batch, "--batch")
        try NumberRange.scale.check(scale, "--scale")
        try NumberRange.sample.check(pairs, "--pairs")
        if let threads { try NumberRange.threads.check(threads, "--threads") }
        guard steps <= MiniatureModel.lot / batch else {
            throw ValidationError(
                "--steps times --batch is more than the \(MiniatureModel.lot) portraits that each seed has")
        }
    }

    func run() throws { try Company.together(run) }

    private func run(on ranks: Ranks) throws {
        let folder = URL(filePath: out)
        let published = try published.map { try PublishedAblation.measured(in: URL(filePath: $0)) }
        let ablation = try GapAblation(
            GapAblation.Settings(steps: steps, batch: batch, scale: scale, pairs: pairs), seeds: seeds,
            factorsOnly: factorsOnly, folder: folder, ranks: ranks)
        let watch = SignalWatch()
        var bar = shared.progress("models", total: ablation.cells.count * steps)
        try ablation.share(among: ranks, watch.interruption) { cell, work in
            try train(cell, ablation, watch) { done, note in
                work.listen()
                guard let all = work.progress else { return }
                bar.advance(
                    to: min(all.done * steps + done, ablation.cells.count * steps),
                    note: "\(cell.name) \(note), \(all.done) of \(all.total) done by \(ranks.count) ranks")
            }
        }
        guard ranks.isFirst else { return }
        let models = try ablation.models { cell in
            try train(cell, ablation, watch) { done, note in
                let before = (ablation.cells.firstIndex(of: cell) ?? 0) * steps
                bar.advance(to: before + done, note: "\(cell.name) \(note)")
            }
        } progress: { name, done in
            bar.advance(to: done * steps, note: name)
            try watch.check()
        }
        bar.finish()
        let report = try ablation.report(models, published: published ?? PublishedAblation.quoted)
        try report.write(to: folder)
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal)
        shared.remark("the whole report: \(out)/ablation.html")
    }

    private func train(
        _ cell: GapAblation.Cell, _ ablation: GapAblation, _ watch: SignalWatch, progress: (Int, String) -> Void
    ) throws {
        guard let objective = PairTraining.Objective(rawValue: cell.objective),
            let model = MiniatureModel.clip.learning(
                PairTraining(objective, scale: cell.scale.map { .fixed($0) }))?.onLot(cell.seed)
        else { throw UserError(.failed, "there is no objective \(cell.objective)") }
        var recipe = model.recipe
        (recipe.steps, recipe.batch, recipe.seed) = (steps, batch, UInt64(cell.seed))
        recipe.warmup = min(recipe.warmup, steps / 5)
        let places = ablation.places(of: cell)
        _ = try PretrainingSession(
            model, recipe, work: URL(filePath: out), folder: places.state, threads: threads
        ).run(
            savingTo: places.model, command: "synesthesia space ablation (\(cell.name))",
            interruption: watch.interruption, remark: { shared.remark($0) }, progress: progress)
    }
}

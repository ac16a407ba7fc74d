import ArgumentParser
import Foundation
import SynFiles
import SynLatentSpace
import SynReports
import SynRuns

struct StudySpace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "space",
        abstract: "The latent space of pictures and texts: gap, searches, clusters and maps in one report.",
        discussion: """
            Reads what every synesthesia space command reads; a model on the drawn portraits is also asked for \
            classes, ways, sums, scenes, tokens and a changed picture. The folder gets space.html, space.md, \
            space.json and the maps as CSV. Stop it at any time: what is finished is kept, and the same command goes \
            on, also by mpirun on several ranks.

            Example:
              synesthesia study space --model Weights/clip-small --data portraits
            """)

    @Option(help: "What cosines are multiplied with before the softmax: 1/temperature.")
    var scale = GapStudy.defaultScale

    @Option(help: "The folder for the report.")
    var out = "runs/space"

    @OptionGroup var input: SpaceInput
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.scale.check(scale, "--scale")
    }

    func run() throws { try Company.together(run) }

    private func run(on ranks: Ranks) throws {
        let folder = URL(filePath: out)
        if ranks.isFirst { try AtomicFile.makeFolder(folder) }
        var told = shared
        told.quiet = shared.quiet || !ranks.isFirst   // what the first says need not be said by all
        let work = try SpaceStudyWork(
            input.subject(told), scale: scale, seed: input.seed, folder: folder, ranks: ranks
        ) { told.remark($0) }
        let watch = SignalWatch()
        var bar: ProgressLine?
        try work.run(watch.interruption) { piece, done, total in
            let helpers = ranks.isAlone ? "" : ", by \(ranks.count) ranks"
            if bar == nil { bar = told.progress("parts", total: total, done: done) }
            bar?.advance(to: done, note: piece + helpers)
        }
        bar?.finish()
        guard ranks.isFirst else { return }
        let report = try work.report()
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal)
        shared.remark("the whole report: \(out)/space.html")
    }
}

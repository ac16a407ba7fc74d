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
            space.json and the maps as CSV.

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

    func run() throws {
        let folder = URL(filePath: out)
        try AtomicFile.makeFolder(folder)
        let space = try input.read(shared)
        let watch = SignalWatch()
        let portraits = try input.portraits(space.pairs.count, shared)
        var parts = shared.progress("measures", total: portraits == nil ? 1 : 7)
        let measures = try MeasuresStudy(space.pairs, scale: scale, seed: input.seed).record(portraits) {
            part, done, _ in
            parts.advance(to: done, note: part)
            try watch.check()
        }
        parts.finish()
        var bar = shared.progress("parts", total: 6)
        let report = try LatentSpaceStudy(space, scale: scale, seed: input.seed).report(measures: measures) {
            part, done, _ in
            bar.advance(to: done, note: part)
            try watch.check()
        }
        bar.finish()
        try report.write(to: folder)
        if shared.json { return try Output.write(RecordFile.json(report)) }
        try Output.write(report.terminal)
        shared.remark("the whole report: \(out)/space.html")
    }
}

import ArgumentParser
import SynReports
import SynRuns
import SynTextStudies

struct Study: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs whole studies without drawing a picture.",
        discussion: """
            Examples:
              synesthesia study text --encoder bert-base-uncased --data data
              synesthesia study glue --task all --encoder bert-base-uncased --data glue
              synesthesia study space --model Weights/clip-small --data portraits
            """,
        subcommands: [StudyText.self, StudyGLUE.self, StudySpace.self])
}

struct StudyText: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text",
        abstract: "What the encoders know by themselves: similarity, words and geometry in one report.",
        discussion: """
            Whatever of the published files is in the data folder is measured; what is missing is named in the report \
            with the page it comes from. Stop it at any time: finished features are kept, and the same command goes on.

            Example:
              synesthesia study text --encoder bert-base-uncased \\
                  openai/clip-vit-base-patch32 --data data --out runs/text
            """)

    @Option(help: "Which part of Crisscrossed Captions: val or test.")
    var part: CrisscrossedCaptions.Part = .val

    @Option(help: "How many words in their sentences to draw.")
    var sample = 10_000

    @OptionGroup var study: StudyOptions
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.sample.check(sample, "--sample")
    }

    func run() throws { try Company.together(run) }

    private func run(on ranks: Ranks) throws {
        var options = study
        options.out = study.out ?? "runs/text"
        var settings = TextStudy.Settings(folder: study.folder)
        (settings.part, settings.sample, settings.seed) = (part, sample, study.seed)
        settings.limit = study.limit.limit
        settings.likePaper = study.likePaper
        let models = try options.models(shared)
        let (watch, bars) = (SignalWatch(), ProgressLines(shared))
        try options.share(models, among: ranks, watch, bars, shared) {
            _ = try TextStudy([$0], settings, with: $1).run()
        }
        guard ranks.isFirst else { return }
        let report = try TextStudy(models, settings, with: options.source(watch, bars, shared)).run()
        bars.finish()
        try options.finish(report, layers: false, caveats: true, shared)
    }
}

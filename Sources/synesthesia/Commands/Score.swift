import ArgumentParser
import Experiments
import Foundation

struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores pictures against captions: CLIP-Score of each pair and their mean, Inception Score.",
        discussion: """
            Pictures, in the order of their names' numbers, are paired with the captions line by line.

            Example:
              synesthesia score --images faces --captions Samples/captions.txt \\
                  --clip Weights/clip-judge --inception Weights/inception-mini --splits 1
            """)

    @Option(help: "The CLIP that scores: a Hugging Face folder, or org/name in the cache.")
    var clip: String

    @Option(help: "The Inception network: a folder with model.safetensors.")
    var inception: String

    @Option(help: "A folder of PNG or JPEG pictures.")
    var images: String

    @Option(help: "A file with one caption a line for each picture, or - for standard input.")
    var captions: String

    @Option(parsing: .unconditional, help: "Parts that the Inception Score is averaged over.")
    var splits = 10

    @Option(help: "A reader of drawn attributes, for the attribute score.")
    var attributes: String?

    @Option(help: "f32, bf16, or auto: bf16 where the processor computes with it natively.")
    var precision: ProbeSettings.Precision = .f32

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.splits.check(splits, "--splits")
    }

    func run() throws {
        var settings = ScoreSettings()
        (settings.clip, settings.inception, settings.splits, settings.attributes) = (clip, inception, splits, attributes)
        settings.precision = precision
        let captions = try CaptionFile(path: captions).captions
        let report = try ScoringJob(settings, shelf: shared.shelf).run(try PictureFolder(images), captions)
        if shared.json { return try Output.write(json: report) }
        try Output.write(report.text)
    }
}

import ArgumentParser
import Foundation
import SynMetrics
import SynRuns

struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scores pictures, with captions or without: CLIP-Score of each pair and their mean, Inception Score.",
        discussion: """
            Name the judges wanted: --clip and --attributes compare pictures with captions, --inception looks at \
            pictures alone. Pictures, in the order of their names' numbers, are paired with the captions line by \
            line; each is resized by itself, so their sizes may differ.

            Example:
              synesthesia score --images faces --captions Samples/captions.txt \\
                  --clip Weights/clip-judge --inception Weights/inception-mini --splits 1
              synesthesia score --images faces --real photos --inception inception
            """)

    @Option(help: "The CLIP that scores: a Hugging Face folder, or org/name in the cache.")
    var clip: String?

    @Option(help: "The Inception network: a folder with model.safetensors.")
    var inception: String?

    @Option(help: "A folder of PNG or JPEG pictures.")
    var images: String

    @Option(help: "A file with one caption a line for each picture, or - for standard input.")
    var captions: String?

    @Option(parsing: .unconditional, help: "Parts that the Inception Score is averaged over.")
    var splits = 10

    @Option(
        parsing: .unconditional, help: "The seed of the shuffle that deals pictures to the splits. (default: 2020)",
        transform: SeedArgument.read)
    var seed: UInt64 = InceptionScore.defaultSeed

    @Option(
        help: """
            A folder of pictures to hold the set against: Fréchet distance, kernel distance, precision and recall, by \
            --inception.
            """)
    var real: String?

    @Option(
        parsing: .unconditional,
        help: """
            Leave the last pictures that fill no batch of so many out of the Inception Score; 128 is what the released \
            code does.
            """)
    var dropLast: Int?

    @Option(help: "A reader of drawn attributes, for the attribute score.")
    var attributes: String?

    @OptionGroup var computing: PrecisionOption

    @OptionGroup var named: ActivationOption

    @OptionGroup var limit: LimitOption
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.splits.check(splits, "--splits")
        if let dropLast { try NumberRange.batch.check(dropLast, "--drop-last") }
        if inception == nil, real != nil || dropLast != nil {
            throw ValidationError("\(real != nil ? "--real" : "--drop-last") is for --inception; name a network")
        }
        if clip == nil, inception == nil, attributes == nil {
            throw ValidationError("nobody is to judge; name --clip, --inception or --attributes")
        }
        let reader = clip != nil ? "--clip" : attributes != nil ? "--attributes" : nil
        if let reader, captions == nil {
            throw ValidationError("\(reader) compares pictures with captions; name a file of them with --captions")
        }
        if reader == nil, captions != nil {
            throw ValidationError("--captions are read by --clip and --attributes only; name one of them")
        }
    }

    func run() throws {
        var settings = ScoreSettings()
        (settings.clip, settings.inception, settings.attributes) = (clip ?? "", inception ?? "", attributes)
        (settings.splits, settings.shuffleSeed, settings.precision) = (splits, seed, computing.precision)
        (settings.activation, settings.dropLast) = (named.activation, dropLast)
        let captions = try captions.map { try shared.captions($0).captions }
        let pictures = try PictureFolder(images)
        let others = try real.map { try PictureFolder($0) }
        if let captions { try pictures.requireOneEach(captions) }   // before models are opened
        let (chosen, portion) = pictures.first(limit.limit)
        let watch = SignalWatch(keeps: false)
        let job = try ScoringJob(settings, locator: shared.locator)
        var line = shared.progress("pictures", total: chosen.names.count)
        let report = try job.run(
            chosen, captions.map { Array($0.prefix(chosen.names.count)) }, real: others, portion: portion
        ) {
            line.advance(to: $0)
            try watch.interruption.check()
        }
        line.finish()
        shared.remark(portion)
        if shared.json { return try Output.write(json: report) }
        try Output.write(report.text)
    }
}

import ArgumentParser
import Foundation
import SynEmbedding
import SynFineTuning
import SynReports
import SynRuns

/// What `glue` and `study glue` are told.
struct GLUEOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "cola, sst-2, mrpc, sts-b, qqp, mnli, qnli, rte, wnli or all; of the drawn world smiling, same-portrait, "
                + "word-order, grammar or drawn. More than one may be named.",
            valueName: "task"))
    var task: [String]

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "One encoder or more: Hugging Face folders or org/name in the cache, perhaps with a name in front.",
            valueName: "[name=]encoder"))
    var encoder: [String]

    @Option(help: "The folder with GLUE's files, each task in its own: CoLA/train.tsv, …")
    var data = "data/glue"

    @Option(help: "Seeds of heads, orders and dropout, as in 1,2,3 or 1..20.")
    var seeds = "1,2,3"

    @Option(
        help: """
            A settings file, such as Samples/glue.yaml; without it those published, and for tasks of the drawn world \
            alone those of its encoders.
            """
    )
    var settings: String?

    @Option(name: .customLong("set"), help: "Override a setting, as in learning-rate=3e-5. May be repeated.")
    var overrides: [String] = []

    @Option(help: "The folder for trials, results and the report. (default: runs/glue)")
    var out: String?

    @OptionGroup var limit: LimitOption

    func validate() throws {
        if encoder.isEmpty { throw ValidationError("--encoder is missing; name at least one encoder") }
        if task.isEmpty { throw ValidationError("--task is missing; name at least one task, or all") }
        _ = try seedNumbers
    }

    var seedNumbers: [Int] {
        get throws {
            guard let list = SeedList(seeds), SettingsRule.seeds.allows(list) else {
                throw ValidationError(
                    "--seeds is \(seeds); write whole numbers of 0 or more, none twice, as in 1,2,3 or 1..20")
            }
            return list.numbers
        }
    }

    /// The study's folder. A limited one has a folder of its own.
    var folder: URL {
        URL(filePath: out ?? "runs/glue" + (limit.limit.map { "-limit-\($0)" } ?? ""))
    }

    /// In which precision the settings ask to compute; the base has no part in it.
    func precision() throws -> PrecisionSetting {
        try FineTuningSettings(file: settings, overrides: overrides, base: FineTuningSettings()).precision
    }

    /// Opens data and encoders before any long work.
    func study(predicts: Bool, _ shared: SharedOptions, _ ranks: Ranks) throws -> GLUEStudy {
        let (data, leftOut) = try TaskData.all(
            task, in: GLUEFolder(self.data), limit: limit.limit, predicts: predicts)
        if ranks.isFirst { for remark in leftOut + data.flatMap(\.remarks) { shared.remark(remark) } }
        let isDrawn = data.allSatisfy { DrawnTask(rawValue: $0.task.name) != nil }
        let settings = try FineTuningSettings(
            file: self.settings, overrides: overrides, base: isDrawn ? .miniature : FineTuningSettings())
        let encoders = try TextEmbedder.all(encoder, locator: shared.locator)
        return GLUEStudy(encoders, data, seeds: try seedNumbers, settings, out: folder, leftOut: leftOut)
    }

    /// This rank's part of a study where mpirun or srun has started several.
    func share(
        _ study: GLUEStudy, _ ranks: Ranks, isTuned: Bool, isFrozen: Bool, _ watch: SignalWatch,
        _ bars: ProgressLines, _ shared: SharedOptions
    ) throws {
        try study.share(
            among: ranks, isTuned: isTuned, isFrozen: isFrozen, interruption: watch.interruption,
            remark: { shared.remark(ranks.isFirst ? $0 : "rank \(ranks.number): \($0)") },
            progress: { if ranks.isFirst { bars.show($0) } })
    }
}

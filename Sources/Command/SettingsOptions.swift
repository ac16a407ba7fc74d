import ArgumentParser
import SynProbe

/// The settings of a probe and what the command line changes in them.
struct SettingsOptions: ParsableArguments {
    @Argument(help: "A settings file, such as Samples/miniature.yaml.")
    var settings: String

    @Option(
        help: ArgumentHelp(
            "Prefix tokens that the linear layer makes: 1 as published, more steer more; adapter.prefix-tokens.",
            valueName: "k"))
    var prefixTokens: Int?

    @Option(
        help: ArgumentHelp(
            "How strongly the caption steers: 1 as published, more for more; sampling.guidance.", valueName: "w"))
    var guidance: Double?

    @Option(name: .customLong("set"), help: "Override a setting, as in adapter.learning-rate=1e-4. May be repeated.")
    var overrides: [String] = []

    @OptionGroup var limit: LimitOption

    /// The file's settings with the changes made, and checked. A limited run has a folder of its own.
    func read() throws -> ProbeSettings {
        let named = [
            prefixTokens.map { "adapter.prefix-tokens=\($0)" },
            guidance.map { "sampling.guidance=\($0)" },
            limit.limit.map { "limit=\($0)" },
        ]
        var read = try ProbeSettings(file: settings, overrides: named.compactMap { $0 } + overrides)
        let ending = "-limit-\(limit.limit ?? 0)"
        if limit.limit != nil, !read.output.hasSuffix(ending), !overrides.contains(where: { $0.hasPrefix("output=") }) {
            read.output += ending
        }
        return read
    }
}

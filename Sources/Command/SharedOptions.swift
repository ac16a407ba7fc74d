import ArgumentParser
import Foundation
import SynEmbedding
import SynRuns

/// Options that every command understands.
struct SharedOptions: ParsableArguments {
    @Flag(name: .long, help: "Print the result as JSON.")
    var json = false

    @Flag(name: [.long, .short], help: "Print nothing on standard error but errors.")
    var quiet = false

    @Flag(name: [.long, .short], help: "Tell more on standard error.")
    var verbose = false

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose contradict each other; give one") }
        if !quiet { ReaderRemarks.listen { Exit.say($0) } }   // what readers of checkpoints remark
    }

    /// A progress line on standard error in the manner asked for.
    func progress(_ task: String, total: Int, done: Int = 0, unit: ProgressLine.Unit = .items) -> ProgressLine {
        ProgressLine(task, total: total, done: done, unit: unit, style: .standardError(quiet: quiet))
    }

    /// A remark on standard error that `--quiet` silences.
    func remark(_ sentence: @autoclosure () -> String) {
        if !quiet { Exit.say(sentence()) }
    }

    /// That only a portion was worked on, where that is so.
    func remark(_ portion: Portion?) {
        if let portion { remark(portion.sentence) }
    }

    /// A remark that only `--verbose` brings out.
    func detail(_ sentence: @autoclosure () -> String) {
        if verbose { Exit.say(sentence()) }
    }

    /// The captions of a file, and a remark on what was taken of it without being told.
    func captions(_ path: String, allowingEmpty: Bool = false) throws -> CaptionFile {
        let file = try CaptionFile(path: path, allowingEmpty: allowingEmpty)
        if let sentence = file.remark { remark(sentence) }
        return file
    }

    /// The models at hand in this process's environment.
    var locator: ModelLocator { ModelLocator(environment: ProcessInfo.processInfo.environment) }
}

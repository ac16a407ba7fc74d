import ArgumentParser
import BenchmarkStages
import Foundation

/// One stage of the probe in a process of its own, timed; one line of JSON on standard output.
///
/// Exit codes: 0 done, 1 failed, 64 wrong usage.
@main
struct StageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage",
        abstract: "Times one stage of the probe and prints one line of JSON.",
        discussion: """
            Stages: \(Stage.all.map(\.name).joined(separator: ", ")); \
            `ceilings` measures what the machine can do at best.

            Seconds are per unit, one number per repeat, after one run that does not count. The highest memory is that \
            of the process up to then, making its weights included. Random weights of the published sizes take up to \
            a minute to make.
            """)

    @Argument(help: "A stage's name, or ceilings.")
    var stage: String

    @Option(help: "miniature: this repository's models; full: random weights of the published sizes.")
    var size = Stage.Size.miniature

    @Option(help: "How frozen matrices are kept and multiplied: \(precisions).")
    var precision = "bf16"

    @Option(help: "Units computed together; each stage has its usual number.")
    var batch: Int?

    @Option(help: "How often the stage is timed.")
    var repeats = 3

    @Option(help: "Of sample: time only so many steps, spread evenly over the picture.")
    var steps: Int?

    @Option(help: "Threads; as many as the machine has processors if not said.")
    var threads: Int?

    @Flag(inversion: .prefixedNo, help: "Measure the machine's ceilings after the stage, and its share of them.")
    var ceiling = true

    @Flag(help: "Say “ready” when warm, and wait for a line before timing.")
    var wait = false

    private static let precisions = Machine.precisionNames.joined(separator: ", ") + ", or int8, which sample knows"

    static func main() {
        Machine.settle()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            exit(withError: error)
        }
    }

    func validate() throws {
        for (name, number) in [("batch", batch), ("repeats", repeats), ("steps", steps), ("threads", threads)] {
            if let number, number < 1 { throw ValidationError("--\(name) is \(number); it must be at least 1.") }
        }
    }

    func run() throws {
        if let threads { Machine.threads = threads }
        if stage == "ceilings" { return try print(json: CeilingsLine()) }
        let found = try usage { try Stage.named(stage) }
        let setting = try usage {
            try Stage.Setting(
                size: size, precisionName: precision, batch: batch ?? found.usualBatch, steps: steps)
        }
        let prepared = try found.prepare(setting)
        _ = try prepared.run()
        if wait {
            FileHandle.standardOutput.write(Data("ready\n".utf8))
            _ = readLine()
        }
        let seconds = try (0..<repeats).map { _ in try prepared.time() }
        var line = StageLine(found, setting, seconds: seconds, peakBytes: PeakMemory.bytes)
        if ceiling { try line.compare(prepared.work, found.arithmetic) }
        try print(json: line)
    }

    /// What the user wrote wrongly is told as such.
    private func usage<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as StageError { throw ValidationError(error.description) }
    }

    private func print(json line: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        FileHandle.standardOutput.write(try encoder.encode(line) + Data("\n".utf8))
    }
}

extension Stage.Size: @retroactive ExpressibleByArgument {}

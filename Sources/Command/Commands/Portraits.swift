import ArgumentParser
import Foundation
import SynRuns
import SynTraining

struct Portraits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws portraits with captions, in the layout of Multi-Modal CelebA-HQ.",
        discussion: """
            Stopped at any moment, the same command goes on. Portrait number i is the same in every run.

            Examples:
              synesthesia portraits --out portraits --count 60
              synesthesia portraits --out large --count 600 --size 128 --seed 7
            """)

    @Option(help: "The folder to fill.")
    var out: String

    @Option(parsing: .unconditional, help: "How many portraits; five of six are for training.")
    var count = 6000

    @Option(parsing: .unconditional, help: "Pixels a side.")
    var size = 64

    @Option(
        parsing: .unconditional, help: "The seed of another world than the one the miniature models know.",
        transform: SeedArgument.read)
    var seed: UInt64?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try NumberRange.pictures.check(count, "--count")
        try NumberRange.portraitSide.check(size, "--size")
    }

    func run() throws {
        let signals = SignalWatch()
        let folder = try PortraitFolder(URL(filePath: out), count: count, size: size, seed: seed)
        var done = count - folder.missing.count
        var line = shared.progress("drawing", total: count, done: done)
        defer { line.finish() }
        var rest = folder.missing[...]
        while !rest.isEmpty {
            let batch = rest.prefix(32)
            try folder.write(batch)
            rest = rest.dropFirst(32)
            done += batch.count
            line.advance(to: done)
            try signals.check()
        }
        try folder.finish()
    }
}

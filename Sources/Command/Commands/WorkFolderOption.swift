import ArgumentParser
import Foundation

/// Where a command that trains a while keeps what it needs to go on.
struct WorkFolderOption: ParsableArguments {
    @Option(
        help: """
            Keeps the states of trainings until all is done, so that the same command goes on after a stop. \
            (default: runs/NAME-seed-N)
            """)
    var work: String?

    func folder(_ name: String, seed: UInt64) -> URL { URL(filePath: work ?? "runs/\(name)-seed-\(seed)") }
}

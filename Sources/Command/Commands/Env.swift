import ArgumentParser
import Foundation
import SynRuns

struct Env: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the machine, the versions and the variables that matter; paste it into bug reports.",
        discussion: """
            Examples:
              synesthesia env
              synesthesia env --json
            """)

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let machine = Machine(
            version: Release.version, environment: ProcessInfo.processInfo.environment,
            cache: shared.locator.cacheFolder.path)
        if shared.json { return try Output.write(json: machine) }
        try Output.write(machine.lines.map { "\($0.name): \($0.value)\n" }.joined())
    }
}

import ArgumentParser
import Foundation
import SynEmbedding

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what the paper's experiment needs, what is here, what is missing, and all models at hand.",
        discussion: """
            Models at hand are those in a folder, such as the miniature ones, and those in the Hugging Face cache. \
            Sizes of what is here are those of its files; of what is missing, those of the download, about.

            Examples:
              synesthesia list
              synesthesia list --weights Weights --json
            """)

    @Option(help: "The folder whose subfolders are models.")
    var weights = "Weights"

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let inventory = ModelInventory(weights: weights, environment: ProcessInfo.processInfo.environment)
        if shared.json { return try Output.write(json: inventory) }
        try Output.write(inventory.text)
        if let command = inventory.command { shared.remark("fetch what is missing with: \(command)") }
    }
}

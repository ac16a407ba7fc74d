import ArgumentParser
import Experiments
import Foundation

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the models at hand: those in a folder and those in the Hugging Face cache.")

    @Option(help: "The folder whose subfolders are models.")
    var weights = "Weights"

    @OptionGroup var shared: SharedOptions

    func run() throws {
        let shelf = ModelShelf(weights: weights, environment: ProcessInfo.processInfo.environment)
        let models = shelf.models
        if shared.json { return try Output.write(json: models) }
        if models.isEmpty {
            shared.remark("no models in \(weights) and none in \(shelf.cacheFolder.path)")
        }
        for model in models {
            let size = String(format: "%8.1f MB", Double(model.bytes) / 1e6)
            let kind = model.kind.padding(toLength: max(10, model.kind.count), withPad: " ", startingAt: 0)
            try Output.write("\(kind) \(size)  \(model.name)  \(model.path)\n")
        }
    }
}

import Foundation
import SynFiles
import SynModels

/// How a committed model came to be: kept beside it as `training.json`.
package struct PretrainingRecord: Codable, Sendable {
    package static let fileName = "training.json"

    package let model: String
    /// What to type to train it again.
    package let command: String
    package let recipe: Recipe
    /// How pairs were brought together; nil where there are none.
    package let objective: PairObjectiveSettings?
    package let parameters: Int
    /// Time of the steps alone, over all sittings.
    package let seconds: Double
    package let threads: Int
    /// Smoothed over about fifty steps.
    package let finalLoss: Double?
    package let quality: [Measure]

    enum CodingKeys: String, CodingKey {
        case model, command, recipe, objective, parameters, seconds, threads, quality
        case finalLoss = "final_loss"
    }

    package init(
        model: String, command: String, recipe: Recipe, objective: PairObjectiveSettings? = nil, parameters: Int,
        seconds: Double, threads: Int,
        finalLoss: Double?, quality: [Measure]
    ) {
        (self.model, self.command, self.recipe, self.parameters) = (model, command, recipe, parameters)
        self.objective = objective
        (self.seconds, self.threads, self.finalLoss, self.quality) = (seconds, threads, finalLoss, quality)
    }

    package func write(to folder: URL) throws {
        try AtomicFile.write(json: self, to: folder.appending(path: Self.fileName))
    }
}

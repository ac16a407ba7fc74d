import Files
import Foundation

/// How a committed model came to be: kept beside it as `training.json`.
public struct PretrainingRecord: Codable, Sendable {
    public static let fileName = "training.json"

    public let model: String
    /// What to type to train it again.
    public let command: String
    public let recipe: Recipe
    public let parameters: Int
    /// Time of the steps alone, over all sittings.
    public let seconds: Double
    public let threads: Int
    /// Smoothed over about fifty steps.
    public let finalLoss: Double?
    public let quality: [Measure]

    enum CodingKeys: String, CodingKey {
        case model, command, recipe, parameters, seconds, threads, quality
        case finalLoss = "final_loss"
    }

    public init(
        model: String, command: String, recipe: Recipe, parameters: Int, seconds: Double, threads: Int,
        finalLoss: Double?, quality: [Measure]
    ) {
        (self.model, self.command, self.recipe, self.parameters) = (model, command, recipe, parameters)
        (self.seconds, self.threads, self.finalLoss, self.quality) = (seconds, threads, finalLoss, quality)
    }

    public func write(to folder: URL) throws {
        try AtomicFile.write(json: self, to: folder.appending(path: Self.fileName))
    }
}

import Foundation
import SynModelHub
import SynRuns

/// The models at hand: those in a folder of ours and those in the shared Hugging Face cache.
package struct ModelLocator: Sendable {
    private let weights: URL
    private let hub: ModelHub

    /// - Parameters:
    ///   - weights: the folder whose subfolders are models; it need not exist.
    ///   - environment: the variables that name the cache; normally those of the process.
    package init(weights: String = "Weights", environment: [String: String]) {
        self.weights = URL(filePath: weights)
        hub = ModelHub(environment: environment)
    }

    package var cacheFolder: URL { hub.cache.folder }

    /// All models, ours first, each group by name.
    package var models: [ModelFolder] {
        ModelFolder.all(in: weights)
            + hub.cache.models().compactMap { ModelFolder($0.snapshot, name: $0.name) }
    }

    /// The folder of a model named by a path or by `org/name[@revision]`.
    package func folder(of model: String) throws -> URL {
        do {
            return try hub.folder(of: model)
        } catch {
            throw UserError(error)
        }
    }
}

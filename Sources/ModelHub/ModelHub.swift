import Foundation

/// From what a user calls a model to the local folder that holds it.
///
/// A folder that exists wins; otherwise the name is looked up in the shared Hugging Face cache. Nothing is
/// downloaded and the network is never touched.
public struct ModelHub: Sendable {
    /// Why a model was not found, as a sentence that says where was looked.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public enum Reason: Sendable { case absent, offline }
        public let reason: Reason
        public let description: String

        init(reason: Reason, _ sentence: String) {
            self.reason = reason
            description = sentence
        }
    }

    public let cache: HubCache
    /// `HF_HUB_OFFLINE` is set: the user forbids the network.
    public let isOffline: Bool

    /// - Parameter environment: the variables that name the cache; normally those of the process.
    public init(environment: [String: String]) {
        cache = HubCache(environment: environment)
        let offline = environment["HF_HUB_OFFLINE"]?.lowercased() ?? ""
        isOffline = ["1", "true", "yes", "on"].contains(offline)
    }

    /// The folder of `model`: a path that exists, or `org/name[@revision]` in the cache.
    public func folder(of model: String) throws -> URL {
        let path = URL(filePath: model)
        if path.isFolder { return path }
        if FileManager.default.fileExists(atPath: path.path) {
            throw Failure(reason: .absent, "\(model) is a file; name the folder that holds the model")
        }
        if model.hasPrefix("/") || model.hasPrefix("./") || model.hasPrefix("../") || model.hasPrefix("~") {
            throw Failure(reason: .absent, "the folder \(model) does not exist")
        }
        let repository = try RepositoryName(model)
        if let snapshot = cache.snapshot(of: repository) { return snapshot }
        let remedy =
            isOffline
            ? "HF_HUB_OFFLINE forbids fetching it; fetch it on a machine with a network and copy the folder"
            : "fetch it with: hf download \(repository.name) --revision \(repository.revision)"
        throw Failure(
            reason: isOffline ? .offline : .absent,
            "model \(repository) was not found, neither as a folder at \(path.path) nor in the cache "
                + "\(cache.folder.path); \(remedy)")
    }
}

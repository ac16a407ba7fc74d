import Foundation
import SynFiles

/// From what a user calls a model to the local folder that holds it.
///
/// A folder that exists wins, or a file of weights in one; then the models that are known by name (``PublishedModel``);
/// otherwise the name is looked up in the shared Hugging Face cache. Nothing is downloaded here and the network is
/// never touched.
package struct ModelHub: Sendable {
    /// Why a model was not found or not fetched, as a sentence that says where was looked and what to do.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package enum Reason: Sendable {
            case absent
            /// The network is forbidden or cannot be reached.
            case offline
            /// The hub wants a token, or one with more rights.
            case refused
            /// The server's fault, or the connection's.
            case network
            /// What came is not what was announced.
            case damaged
            case unwritable
            /// A variable or option makes no sense.
            case settings
        }
        package let reason: Reason
        package let description: String

        package init(_ reason: Reason, _ sentence: String) {
            self.reason = reason
            description = sentence
        }
    }

    package let cache: HubCache
    /// Where models stand that no hub has: `SYNESTHESIA_CACHE`, else `synesthesia` in the user's cache.
    package let ownCache: URL
    /// `HF_HUB_OFFLINE` is set: the user forbids the network.
    package let isOffline: Bool

    /// - Parameter environment: the variables that name the caches; normally those of the process.
    package init(environment: [String: String]) {
        cache = HubCache(environment: environment)
        ownCache = UserFolder.ownCache(environment)
        isOffline = HubAccess.isOffline(environment)
    }

    /// The folder of `model`, or the file of weights that was named: a path that exists, a model known by name, or
    /// `org/name[@revision]` in the cache.
    package func folder(of model: String) throws -> URL {
        let path = URL(filePath: model)
        if path.isFolder { return path }
        // a file of weights, its settings beside it
        if FileManager.default.fileExists(atPath: path.path) { return path }
        if model.hasPrefix("/") || model.hasPrefix("./") || model.hasPrefix("../") || model.hasPrefix("~") {
            throw Failure(.absent, "the folder \(model) does not exist")
        }
        if let known = PublishedModel.named(model) {
            let folder = known.folder(in: ownCache)
            let missing = known.missing(in: ownCache)
            if missing.isEmpty { return folder }
            throw failure(model, "\(model) is not whole in \(folder.path): \(missing.joined(separator: ", ")) missing")
        }
        let repository = try RepositoryName(model)
        guard let snapshot = cache.snapshot(of: repository) else {
            throw failure(
                "\(repository)",
                "model \(repository) was not found, neither as a folder at \(path.path) nor in the cache "
                    + "\(cache.folder.path)"
            )
        }
        let missing = ModelFiles.missing(in: snapshot)
        if missing.isEmpty { return snapshot }
        throw failure(
            "\(repository)",
            "model \(repository) in the cache \(cache.folder.path) lacks \(missing.joined(separator: " and "))")
    }

    private func failure(_ model: String, _ sentence: String) -> Failure {
        guard Self.canFetch(model) else { return Failure(.absent, sentence) }
        let forbidden =
            isOffline ? "; HF_HUB_OFFLINE forbids fetching it now: unset it, then fetch it with: " : "; fetch it with: "
        return Failure(isOffline ? .offline : .absent, sentence + forbidden + Self.command(fetching: [model]))
    }

    /// Whether a name that is no folder here is one that can be fetched. `Weights/mine` is not, where there is a
    /// folder `Weights`: that is a path to something that is not there.
    package static func canFetch(_ model: String) -> Bool {
        if PublishedModel.named(model) != nil { return true }
        let isPath = ["/", "./", "../", "~"].contains { model.hasPrefix($0) }
        let isBelow = model.contains("/") && URL(filePath: model).deletingLastPathComponent().isFolder
        return !isPath && !isBelow && (try? RepositoryName(model)) != nil
    }

    /// What to type to fetch models.
    package static func command(fetching models: [String]) -> String {
        (["synesthesia fetch"] + models).joined(separator: " ")
    }
}

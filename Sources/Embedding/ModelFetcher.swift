import Foundation
import SynModelHub
import SynRuns

/// Models from the network onto this machine: what `synesthesia fetch` does.
package struct ModelFetcher {
    private let cache: HubCache
    private let ownCache: URL
    private let access: HubAccess
    private let everything: Bool
    private let interruption: Interruption

    /// - Parameters:
    ///   - environment: the variables that name caches, endpoint and token.
    ///   - cache: another folder for repositories; nil for that of the variables.
    ///   - everything: every file of a repository.
    package init(environment: [String: String], cache: String?, everything: Bool, interruption: Interruption) throws {
        let hub = ModelHub(environment: environment)
        self.cache = cache.map { HubCache(folder: URL(filePath: $0)) } ?? hub.cache
        ownCache = hub.ownCache
        do {
            access = try HubAccess(environment: environment)
        } catch {
            throw UserError(error)
        }
        (self.everything, self.interruption) = (everything, interruption)
    }

    /// A model that is here now, as `fetch --json` prints it.
    package enum Model: Encodable, Sendable {
        case repository(HubDownload.Result)
        case published(PublishedModel.Result)

        package var path: String {
            switch self {
            case .repository(let result): result.path
            case .published(let result): result.path
            }
        }

        /// Files whose hash nobody states, with the hash they have.
        package var unverified: [String] {
            guard case .published(let result) = self else { return [] }
            return result.files.filter { !$0.verified }.map { "\(result.name)/\($0.name) has SHA-256 \($0.sha256)" }
        }

        package func encode(to encoder: any Encoder) throws {
            switch self {
            case .repository(let result): try result.encode(to: encoder)
            case .published(let result): try result.encode(to: encoder)
            }
        }
    }

    /// Fetches one model; what is here already is left alone.
    ///
    /// - Parameter revision: for a name without one of its own.
    package func fetch(_ name: String, revision: String?, progress: (HubDownload.Progress) -> Void) throws -> Model {
        func tell(_ found: HubDownload.Progress) throws {
            progress(found)
            try interruption.check()
        }
        try refuseFolder(name)
        do {
            if let known = PublishedModel.named(name) {
                return .published(
                    try known.fetch(into: ownCache, access: access, tick: interruption.check, progress: tell))
            }
            var repository = try RepositoryName(name)
            if let revision, !name.contains("@") { repository = try RepositoryName("\(name)@\(revision)") }
            let download = HubDownload(cache: cache, access: access)
            let plan = try download.plan(repository, everything: everything, tick: interruption.check)
            return .repository(try download.run(plan, tick: interruption.check, progress: tell))
        } catch let failure as ModelHub.Failure {
            throw UserError(failure)
        }
    }

    /// A folder that is here wins over a repository of its name in every command, so fetching it would do nothing.
    private func refuseFolder(_ name: String) throws {
        let folder = URL(filePath: name)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else {
            throw UserError(
                .settings,
                "\(name) is a file here; fetch takes names of repositories, such as openai/clip-vit-base-patch32")
        }
        let missing = ModelFiles.missing(in: folder)
        let other = ModelHub.canFetch(name) ? "; the repository of that name is \(name)@main" : ""
        guard !missing.isEmpty else {
            throw UserError(
                .settings, "\(name) is a folder with a model already, which every command opens by this path\(other)")
        }
        throw UserError(
            .missing,
            "\(name) is a folder here, but no model: it lacks \(missing.joined(separator: " and ")); "
                + "name a repository, such as openai/clip-vit-base-patch32\(other)")
    }
}

import Foundation
import SynFiles

/// The cache that Hugging Face's tools share: where it is, and what stands in it.
///
/// Layout: `models--ORG--NAME/` with `refs/BRANCH` (a file holding a commit) and `snapshots/COMMIT/` (the files,
/// as links into `blobs/`). This reads it and changes nothing; ``HubDownload`` fills it.
package struct HubCache: Sendable, Equatable {
    package let folder: URL

    package init(folder: URL) { self.folder = folder }

    /// `HF_HUB_CACHE` (or `HUGGINGFACE_HUB_CACHE`), else `$HF_HOME/hub`, else `$XDG_CACHE_HOME/huggingface/hub`, else
    /// `~/.cache/huggingface/hub`. Empty variables count as unset; a leading `~` is the home folder.
    package init(environment: [String: String]) {
        folder =
            UserFolder.path("HF_HUB_CACHE", environment) ?? UserFolder.path("HUGGINGFACE_HUB_CACHE", environment)
            ?? Self.home(environment).appending(path: "hub")
    }

    /// Where Hugging Face's tools keep what is theirs: `HF_HOME`, else `huggingface` in the user's cache.
    static func home(_ environment: [String: String]) -> URL {
        UserFolder.path("HF_HOME", environment) ?? UserFolder.cache(environment).appending(path: "huggingface")
    }

    /// The snapshot folder of a repository, or nil when that revision is not in the cache.
    package func snapshot(of repository: RepositoryName) -> URL? {
        repository.synonyms.lazy.compactMap(oneSnapshot(of:)).first
    }

    private func oneSnapshot(of repository: RepositoryName) -> URL? {
        let model = folder.appending(path: repository.cacheName)
        let snapshots = model.appending(path: "snapshots")
        let reference = model.appending(path: "refs").appending(path: repository.revision)
        let commit = (try? String(contentsOf: reference, encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let names = [commit, repository.revision].compactMap(\.self).filter { !$0.isEmpty && !$0.contains("/") }
        return names.map { snapshots.appending(path: $0) }.first(where: \.isFolder)
    }

    /// Every model in the cache with the snapshot of `main`, or else any one, by name.
    package func models() -> [(name: String, snapshot: URL)] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return entries.sorted().compactMap { entry in
            guard entry.hasPrefix("models--") else { return nil }
            let name = entry.dropFirst("models--".count).replacing("--", with: "/", maxReplacements: 1)
            if let main = (try? RepositoryName(String(name))).flatMap(snapshot(of:)) { return (String(name), main) }
            let snapshots = folder.appending(path: entry).appending(path: "snapshots")
            let commits = (try? FileManager.default.contentsOfDirectory(atPath: snapshots.path)) ?? []
            return commits.sorted().first.map { (String(name), snapshots.appending(path: $0)) }
        }
    }
}

extension URL {
    package var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

import Foundation

/// The folders of the user that other programs agree on.
package enum UserFolder {
    /// `XDG_CACHE_HOME`, else `~/.cache`.
    package static func cache(_ environment: [String: String]) -> URL {
        path("XDG_CACHE_HOME", environment) ?? home(environment).appending(path: ".cache")
    }

    /// What is ours in there: `SYNESTHESIA_CACHE`, else `synesthesia` in the user's cache.
    package static func ownCache(_ environment: [String: String]) -> URL {
        path("SYNESTHESIA_CACHE", environment) ?? cache(environment).appending(path: "synesthesia")
    }

    /// A path that a variable holds, a leading `~` being the home folder; nil when it is unset or empty.
    package static func path(_ variable: String, _ environment: [String: String]) -> URL? {
        guard let value = environment[variable], !value.isEmpty else { return nil }
        if value == "~" || value.hasPrefix("~/") {
            return home(environment).appending(path: String(value.dropFirst(2)))
        }
        return URL(filePath: value)
    }

    private static func home(_ environment: [String: String]) -> URL {
        environment["HOME"].flatMap { $0.isEmpty ? nil : URL(filePath: $0) }
            ?? FileManager.default.homeDirectoryForCurrentUser
    }
}

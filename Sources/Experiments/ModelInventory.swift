import Files
import Foundation
import ModelHub

/// What the paper's experiment needs, whether it is here, and all models at hand: what `synesthesia list` prints.
public struct ModelInventory: Encodable, Sendable {
    public struct Need: Encodable, Sendable {
        public let role: PaperModel.Role
        public let name: String
        /// Nil when it is missing, or not whole.
        public let path: String?
        /// Of its files when it is here, else of its download, about.
        public let bytes: Int
    }

    public let paper: [Need]
    public let models: [ModelFolder]

    /// - Parameters:
    ///   - weights: the folder whose subfolders are models; it need not exist.
    ///   - environment: the variables that name the caches.
    public init(weights: String, environment: [String: String]) {
        let hub = ModelHub(environment: environment)
        paper = PaperModel.all.map { model in
            let folder = try? hub.folder(of: model.name)
            let bytes = folder.map { ModelFolder.size(of: $0) } ?? model.bytes
            return Need(role: model.role, name: model.name, path: folder?.path, bytes: bytes)
        }
        models = ModelShelf(weights: weights, environment: environment).models
    }

    /// What to type to fetch all that the paper needs and that is missing; nil when nothing is.
    public var command: String? {
        var names: [String] = []
        for need in paper where need.path == nil && !names.contains(need.name) { names.append(need.name) }
        return names.isEmpty ? nil : ModelHub.command(fetching: names)
    }

    /// Two tables for people.
    public var text: String {
        func column(_ text: String, _ width: Int) -> String {
            text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
        }
        func size(_ bytes: Int) -> String {
            let text = ByteCount.text(bytes)
            return String(repeating: " ", count: max(0, 8 - text.count)) + text
        }
        let kinds = (models.map(\.kind.count) + [10]).max() ?? 10
        let here = paper.count { $0.path != nil }
        var lines = ["the paper's experiment (\(here) of \(paper.count) here)"]
        for need in paper {
            let state = need.path ?? "missing"
            lines.append("  \(column(need.role.rawValue, kinds)) \(size(need.bytes))  \(column(need.name, 34)) \(state)")
        }
        lines.append(models.isEmpty ? "no other models at hand" : "models at hand")
        for model in models {
            lines.append("  \(column(model.kind, kinds)) \(size(model.bytes))  \(column(model.name, 34)) \(model.path)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

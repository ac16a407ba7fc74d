import Foundation
import SynFiles
import SynModelHub

/// What the paper's experiment needs, whether it is here, and all models at hand: what `synesthesia list` prints.
package struct ModelInventory: Encodable, Sendable {
    package struct Need: Encodable, Sendable {
        package let role: PaperModel.Role
        package let name: String
        /// Nil when it is missing, or not whole.
        package let path: String?
        /// Of its files when it is here, else of its download, about.
        package let bytes: Int
    }

    package let paper: [Need]
    package let models: [ModelFolder]

    /// - Parameters:
    ///   - weights: the folder whose subfolders are models; it need not exist.
    ///   - environment: the variables that name the caches.
    package init(weights: String, environment: [String: String]) {
        let hub = ModelHub(environment: environment)
        paper = PaperModel.all.map { model in
            let folder = try? hub.folder(of: model.name)
            let bytes = folder.map { ModelFolder.size(of: $0) } ?? model.bytes
            return Need(role: model.role, name: model.name, path: folder?.path, bytes: bytes)
        }
        models = ModelLocator(weights: weights, environment: environment).models
    }

    /// What to type to fetch all that the paper needs and that is missing; nil when nothing is.
    package var command: String? {
        var names: [String] = []
        for need in paper where need.path == nil && !names.contains(need.name) { names.append(need.name) }
        return names.isEmpty ? nil : ModelHub.command(fetching: names)
    }

    /// Two tables for people.
    package var text: String {
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
            lines.append(
                "  \(column(need.role.rawValue, kinds)) \(size(need.bytes))  \(column(need.name, 34)) \(state)")
        }
        lines.append(models.isEmpty ? "no other models at hand" : "models at hand")
        for model in models {
            lines.append("  \(column(model.kind, kinds)) \(size(model.bytes))  \(column(model.name, 34)) \(model.path)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

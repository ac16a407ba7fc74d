import Foundation

/// What a folder on disk holds, told from its configuration files alone; no weights are read.
package struct ModelFolder: Sendable, Encodable, Equatable {
    package let name: String
    /// `bert`, `roberta`, `clip`, `gpt2` and so on as `config.json` says; `decoder` for taming's `project.yaml`;
    /// `adapter` for our own `adapter.safetensors`.
    package let kind: String
    /// Of all files, links followed.
    package let bytes: Int
    package let path: String

    /// Nil when the folder holds nothing known.
    package init?(_ folder: URL, name: String) {
        guard let kind = Self.kind(of: folder) else { return nil }
        self.kind = kind
        self.name = name
        path = folder.path
        bytes = Self.size(of: folder)
    }

    /// The models directly below `folder`, by name; none when there is no such folder.
    package static func all(in folder: URL) -> [ModelFolder] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return entries.sorted().compactMap { ModelFolder(folder.appending(path: $0), name: $0) }
    }

    private struct Configuration: Decodable {
        let modelType: String?
        enum CodingKeys: String, CodingKey { case modelType = "model_type" }
    }

    static func kind(of folder: URL) -> String? {
        func contents(_ name: String) -> Data? {
            FileManager.default.contents(atPath: folder.appending(path: name).path)
        }
        if contents("project.yaml") != nil { return "decoder" }
        if contents("adapter.safetensors") != nil { return "adapter" }
        guard let data = contents("config.json") else { return nil }
        return (try? JSONDecoder().decode(Configuration.self, from: data))?.modelType ?? "unknown"
    }

    /// Of all files, links followed.
    package static func size(of folder: URL) -> Int {
        let files = FileManager.default.enumerator(atPath: folder.path)
        var bytes = 0
        while let name = files?.nextObject() as? String {
            let file = folder.appending(path: name).resolvingSymlinksInPath()
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            if attributes?[.type] as? FileAttributeType == .typeRegular {
                bytes += attributes?[.size] as? Int ?? 0
            }
        }
        return bytes
    }
}

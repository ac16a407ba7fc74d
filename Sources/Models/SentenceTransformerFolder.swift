import Foundation

/// What the files of a sentence-transformers folder say: which modules there are, where each stands, and how sentences
/// are read.
struct SentenceTransformerFolder {
    /// The encoder with its tokenizer: the folder itself, or `0_Transformer` in it.
    let transformer: URL
    /// Nil where the first module gives a whole vector: a CLIP's text tower with its projection.
    let pooling: SentencePooling?
    /// What follows the pooling.
    let rest: [Module]
    let limits: SentenceTransformerLimits
    let settings: SentenceTransformerSettings

    enum Module {
        case dense(URL)
        case norm(URL)
        case normalise
    }

    private struct Entry: Decodable {
        let path: String
        let type: String
        /// The class's own name, whatever module of the library it stood in.
        var kind: Substring { type.split(separator: ".").last ?? "" }
        var isOfLibrary: Bool { type.hasPrefix("sentence_transformers.") }
    }

    static let fileName = "modules.json"

    /// Whether a prompt's tokens count in the pooling.
    var poolsPrompt: Bool { pooling?.countsPrompt ?? true }

    /// Nil when there is no `modules.json`.
    init?(_ folder: URL) throws {
        let list = folder.appending(path: Self.fileName)
        guard FileManager.default.fileExists(atPath: list.path) else { return nil }
        let entries = try ConfigurationFile.read([Entry].self, in: folder, named: Self.fileName)
        func place(_ entry: Entry) throws -> URL {
            guard !entry.path.hasPrefix("/"), !entry.path.split(separator: "/").contains("..") else {
                throw ModelError("\(list.path): the path \(entry.path) leads out of the folder.")
            }
            return entry.path.isEmpty ? folder : folder.appending(path: entry.path)
        }
        for entry in entries where !entry.isOfLibrary {
            throw ModelError("\(list.path): the module \(entry.type) is somebody's own code, which is not run.")
        }
        let first = entries.first?.kind
        guard let entry = entries.first, first == "CLIPModel" || first == "Transformer" else {
            throw Self.unexpected(entries, list)
        }
        transformer = try place(entry)
        limits = try SentenceTransformerLimits(folder: transformer)
        settings = try SentenceTransformerSettings(folder: folder)
        var following = entries.dropFirst()
        if first == "CLIPModel" || limits.givesVectors {
            pooling = nil
        } else {
            guard let entry = following.popFirst(), entry.kind == "Pooling" else {
                throw Self.unexpected(entries, list)
            }
            pooling = try SentencePooling(folder: place(entry))
        }
        rest = try following.compactMap { entry in
            switch entry.kind {
            case "Dense": .dense(try place(entry))
            case "LayerNorm": .norm(try place(entry))
            case "Normalize": try Self.normalise(at: place(entry))
            case "Dropout": nil   // silent outside of training
            default:
                throw ModelError(
                    "\(list.path): the module \(entry.type) is not implemented; after the pooling, Dense, LayerNorm, "
                        + "Normalize and Dropout are.")
            }
        }
    }

    private static func unexpected(_ entries: [Entry], _ list: URL) -> ModelError {
        let found = entries.map { String($0.kind) }.joined(separator: ", ")
        return ModelError("\(list.path): a Transformer and a Pooling are expected first, but it lists \(found).")
    }

    private static func normalise(at folder: URL) throws -> Module {
        if FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path) {
            try ConfigurationFile.read(SentenceFeatures.self, in: folder).requireSentences(in: folder)
        }
        return .normalise
    }
}

/// Which of the features that pass from module to module one reads and writes; only sentences' vectors are here.
struct SentenceFeatures: Decodable {
    let input: String?
    let output: String?

    enum CodingKeys: String, CodingKey {
        case input = "module_input_name"
        case output = "module_output_name"
    }

    func requireSentences(in folder: URL) throws {
        for name in [input, output].compactMap(\.self) where name != "sentence_embedding" {
            throw ModelError("\(folder.path)/config.json: a module that works on \(name) is not implemented.")
        }
    }
}

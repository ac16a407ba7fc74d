import Foundation

/// What `modules.json` of a sentence-transformers folder lists, and where each module stands.
struct SentenceTransformerFolder {
    /// The encoder with its tokenizer: the folder itself, or `0_Transformer` in it.
    let transformer: URL
    let pooling: URL
    /// What follows the pooling.
    let rest: [Module]
    let limits: Limits

    enum Module {
        case dense(URL)
        case normalise
    }

    /// `sentence_bert_config.json`.
    struct Limits: Decodable {
        var maximumLength: Int?
        var lowercases: Bool?

        enum CodingKeys: String, CodingKey {
            case maximumLength = "max_seq_length"
            case lowercases = "do_lower_case"
        }
    }

    private struct Entry: Decodable {
        let path: String
        let type: String
        /// The class's own name, whatever module of the library it stood in.
        var kind: Substring { type.split(separator: ".").last ?? "" }
    }

    static let fileName = "modules.json"

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
        guard entries.count >= 2, entries[0].kind == "Transformer", entries[1].kind == "Pooling" else {
            let found = entries.map { String($0.kind) }.joined(separator: ", ")
            throw ModelError("\(list.path): a Transformer and a Pooling are expected first, but it lists \(found).")
        }
        transformer = try place(entries[0])
        pooling = try place(entries[1])
        rest = try entries.dropFirst(2).compactMap { entry in
            switch entry.kind {
            case "Dense": .dense(try place(entry))
            case "Normalize": .normalise
            case "Dropout": nil   // silent outside of training
            default:
                throw ModelError("\(list.path): the module \(entry.type) is not implemented; Dense and Normalize are.")
            }
        }
        let file = "sentence_bert_config.json"
        let hasLimits = FileManager.default.fileExists(atPath: transformer.appending(path: file).path)
        limits = hasLimits ? try ConfigurationFile.read(Limits.self, in: transformer, named: file) : Limits()
        if let length = limits.maximumLength, length < 1 {
            throw ModelError("\(transformer.path)/\(file): max_seq_length is \(length).")
        }
    }
}

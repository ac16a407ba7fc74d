import Foundation
import Tensors

/// Reads `config.json` of a Hugging Face folder, or another file of settings there, into the settings of one model.
enum ConfigurationFile {
    static func read<Settings: Decodable>(
        _: Settings.Type, in folder: URL, named name: String = "config.json"
    ) throws -> Settings {
        let url = folder.appending(path: name)
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw ModelError(
                "\(url.path) can not be read; a model folder has config.json and model.safetensors.", isMissing: true)
        }
        do {
            return try JSONDecoder().decode(Settings.self, from: data)
        } catch let error as DecodingError {
            throw ModelError("\(url.path): \(sentence(for: error))")
        } catch let error as ModelError {
            throw ModelError("\(url.path): \(error.message)")
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + [last].compactMap { $0 }).map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .typeMismatch(let type, let context): return "\(place(context)) is not of type \(type)."
        case .valueNotFound(_, let context): return "\(place(context)) has no value."
        case .keyNotFound(let key, let context): return "\(place(context, key)) is missing."
        case .dataCorrupted(let context) where context.codingPath.isEmpty: return "this is not JSON."
        case .dataCorrupted(let context): return "\(place(context)) can not be used."
        @unknown default: return "it can not be decoded."
        }
    }
}

extension Activation {
    /// By the names of `hidden_act` in Hugging Face's settings.
    init(huggingFace name: String) throws {
        switch name {
        case "gelu", "gelu_python": self = .gelu
        case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": self = .geluTanh
        case "quick_gelu": self = .quickGELU
        case "relu": self = .relu
        case "silu", "swish": self = .silu
        case "tanh": self = .tanh
        default:
            throw ModelError(
                "the activation \(name) is not one that we know: gelu, gelu_new, quick_gelu, relu, silu, tanh.")
        }
    }
}

extension KeyedDecodingContainer {
    /// Replaces a setting when the file has one; null counts as none.
    func update<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }
}

/// Throws unless every number is at least one.
func requirePositive(_ settings: [(name: String, value: Int)]) throws {
    for (name, value) in settings where value < 1 || value > 1 << 30 {
        throw ModelError("\(name) is \(value), which no model can have.")
    }
}

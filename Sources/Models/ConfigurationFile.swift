import Foundation
import SynFiles
import SynTensors

/// Reads `config.json` of a Hugging Face folder, or another file of settings there, into the settings of one model.
enum ConfigurationFile {
    /// `place` is the folder, or a file of weights in it.
    static func read<Settings: Decodable>(
        _: Settings.Type, in place: URL, named name: String = "config.json"
    ) throws -> Settings {
        let url = place.modelFolder.appending(path: name)
        let data: Data
        do {
            data = Data(try WholeFile.read(url, limit: 1 << 26))
        } catch let failure as FileFailure where failure.kind != .missing {
            throw failure
        } catch {
            throw ModelError(
                "\(url.path) cannot be read; a model folder has config.json and model.safetensors.", isMissing: true)
        }
        do {
            let content = try PythonJSON.content(of: data)
            do {
                return try JSONDecoder().decode(Settings.self, from: try PythonJSON.plain(content))
            } catch let error as DecodingError {
                throw ModelError(SettingFault(content: content).sentence(for: error, decoding: Settings.self))
            }
        } catch let error as ModelError {
            throw ModelError("\(url.path): \(error.message)")
        }
    }

    static func exists(in place: URL, named name: String = "config.json") -> Bool {
        FileManager.default.fileExists(atPath: place.modelFolder.appending(path: name).path)
    }
}

extension URL {
    /// Whether there is a folder here, links followed.
    var isFolder: Bool {
        var found: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &found) && found.boolValue
    }

    /// The folder of a model that is named by it or by a file of weights in it.
    package var modelFolder: URL {
        isFolder || hasDirectoryPath || !FileManager.default.fileExists(atPath: path)
            ? self : deletingLastPathComponent()
    }
}

extension Activation {
    /// By the names of `hidden_act` in Hugging Face's settings.
    init(huggingFace name: String) throws {
        switch name {
        case "gelu", "gelu_python": self = .gelu
        case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh": self = .geluTanh
        case "quick_gelu": self = .quickGELU
        case "relu": self = .relu
        case "silu", "swish": self = .silu
        case "tanh": self = .tanh
        case "linear": self = .identity
        default:
            throw ModelError(
                "the activation \(name) is not one that we know: gelu, gelu_new, quick_gelu, relu, silu, tanh, linear.")
        }
    }
}

// MARK: - One setting

extension KeyedDecodingContainer {
    /// Replaces a setting when the file has one. A null where a value is needed is refused, as the library that wrote
    /// the file would.
    func update<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        guard contains(key) else { return }
        if try decodeNil(forKey: key) { throw ModelError("\(key.stringValue) is null, but a value is needed.") }
        value = try decode(Value.self, forKey: key)
    }

    /// The same where null means that the default counts.
    func updateUnlessNull<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }

    /// A length of both sides of a square, given once or twice.
    func updateSquare(_ value: inout Int, _ key: Key) throws {
        guard let sides = try? decode([Int].self, forKey: key) else { return try update(&value, key) }
        guard sides.count == 2, sides[0] == sides[1] else {
            throw ModelError("\(key.stringValue) is \(sides), but only squares are implemented.")
        }
        value = sides[0]
    }

    /// A setting with two names, of which both must say the same where both are there.
    func update<Value: Decodable & Equatable>(_ value: inout Value, _ key: Key, or synonym: Key) throws {
        try update(&value, key)
        guard contains(synonym) else { return }
        let own = contains(key) ? value : nil
        try update(&value, synonym)
        if let own, own != value {
            throw ModelError(
                "\(key.stringValue) is \(own), but \(synonym.stringValue), which means the same, is \(value).")
        }
    }

    /// Throws, naming the key, when one of these asks for what is not implemented: is there and neither null, nor
    /// false, nor empty.
    func refuse(_ keys: [Key], _ reason: String) throws {
        for key in keys {
            guard try decodeIfPresent(Setness.self, forKey: key)?.isSet == true else { continue }
            throw ModelError("\(key.stringValue) is set, but \(reason).")
        }
    }
}

/// Whether a setting of any kind asks for something.
private struct Setness: Decodable {
    let isSet: Bool

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let flag = try? value.decode(Bool.self) {
            isSet = flag
        } else if let text = try? value.decode(String.self) {
            isSet = !text.isEmpty
        } else if let list = try? value.decode([Setness].self) {
            isSet = !list.isEmpty
        } else if let object = try? value.decode([String: Setness].self) {
            isSet = !object.isEmpty
        } else {
            isSet = true
        }
    }
}

extension KeyedDecodingContainer {
    /// The ids of a special token; nil when the file has no such key.
    func tokenIDs(_ key: Key) throws -> [Int32]? {
        contains(key) ? try decode(TokenIDs.self, forKey: key).ids : nil
    }
}

/// The ids of a special token: one, several, or none (null, or -1 as some programs write).
struct TokenIDs: Decodable, Equatable {
    let ids: [Int32]

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let found = value.decodeNil() ? [] : try (try? value.decode([Int32].self)) ?? [value.decode(Int32.self)]
        ids = found.filter { $0 != -1 }
    }
}

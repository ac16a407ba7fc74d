import Foundation

/// What a special token is for, and what the files call it.
enum SpecialRole: String, CaseIterable {
    case beginning = "bos_token"
    case ending = "eos_token"
    case classification = "cls_token"
    case separator = "sep_token"
    case padding = "pad_token"
    case mask = "mask_token"
    case unknown = "unk_token"
}

/// What stands beside the vocabulary: `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the
/// few lines of `config.json` that tell how long a sequence may be.
struct TokenizerSettings {
    private(set) var specials: [SpecialRole: AddedToken] = [:]  // their ids are not known yet: -1
    private(set) var added: [AddedToken] = []
    var lowercases: Bool?
    var stripsAccents: Bool?
    var separatesIdeographs: Bool?
    var addsBlank: Bool?
    var addsStart = false
    var addsEnd = false
    private(set) var maximumLength: Int?

    init(folder: URL) throws {
        func read(_ name: String) throws -> JSONValue? {
            let url = folder.appending(path: name)
            return FileBytes.exists(url) ? try JSONValue.read(url) : nil
        }
        if let settings = try read("tokenizer_config.json") {
            func flag(_ key: String) throws -> Bool? {
                guard let value = settings[key] else { return nil }
                guard let bool = value.bool else {
                    throw TokenizerError("tokenizer_config.json: \"\(key)\" must be true, false or null.")
                }
                return bool
            }
            lowercases = try flag("do_lower_case")
            stripsAccents = try flag("strip_accents")
            separatesIdeographs = try flag("tokenize_chinese_chars")
            addsBlank = try flag("add_prefix_space")
            addsStart = try flag("add_bos_token") ?? false
            addsEnd = try flag("add_eos_token") ?? false
            maximumLength = try Self.limit(settings)
            addSpecials(of: settings)
            for (key, value) in settings["added_tokens_decoder"]?.members ?? [] {
                guard let id = Int32(key), let token = AddedToken(value, id: id) else {
                    throw TokenizerError("tokenizer_config.json: \"added_tokens_decoder\" has a bad entry \"\(key)\".")
                }
                added.append(token)
            }
            if settings["added_tokens_decoder"] != nil { try readLimit(read("config.json")); return }
        }
        if let map = try read("special_tokens_map.json") { addSpecials(of: map) }
        for (content, value) in try read("added_tokens.json")?.members ?? [] {
            guard let id = value.integer, let token = AddedToken(.string(content), id: Int32(id)) else {
                throw TokenizerError("added_tokens.json: the id of \"\(content)\" is no token id.")
            }
            let isSpecial = specials.values.contains { $0.content.utf8.elementsEqual(content.utf8) }
            added.append(token)
            added[added.count - 1].isNormalized = !isSpecial
        }
        try readLimit(read("config.json"))
    }

    private mutating func addSpecials(of settings: JSONValue) {
        for role in SpecialRole.allCases {
            if let value = settings[role.rawValue], let token = AddedToken(value, id: -1) { specials[role] = token }
        }
    }

    /// A special token's own settings, wherever they were stated most fully.
    func token(for role: SpecialRole) -> AddedToken? { specials[role] }

    /// `model_max_length`. For "no limit" Hugging Face writes 10³⁰, and people -1.
    private static func limit(_ settings: JSONValue) throws -> Int? {
        let keys = ["model_max_length", "max_len"]
        guard let key = keys.first(where: { settings[$0] != nil }), let value = settings[key] else { return nil }
        guard let number = value.number, !number.isNaN, number >= 1 || number == -1, number == number.rounded() else {
            throw TokenizerError(
                "tokenizer_config.json: \"\(key)\" is \(value.text); it must be a whole number of at least 1, or -1 or null "
                    + "for no limit.")
        }
        return value.integer.flatMap { $0 >= 1 ? $0 : nil }
    }

    /// The model's own number of positions; one that says nothing is left to the model's reader to complain about.
    private mutating func readLimit(_ config: JSONValue?) throws {
        guard maximumLength == nil, let config else { return }
        let text = config["text_config"] ?? config
        guard let positions = (text["max_position_embeddings"] ?? text["n_positions"])?.integer else { return }
        // RoBERTa counts positions from the padding id + 1.
        let skipsPositions = text["model_type"]?.string.map { $0.hasPrefix("roberta") || $0 == "camembert" } ?? false
        let limit = skipsPositions ? positions - (text["pad_token_id"]?.integer ?? 1) - 1 : positions
        if limit >= 1 { maximumLength = limit }
    }
}

extension AddedToken {
    /// From a string, or from an object with `content` and flags; nil if it is neither or the id is out of range.
    init?(_ value: JSONValue, id: Int32) {
        guard let content = value.string ?? value["content"]?.string, id >= -1, id < Vocabulary.largestID else {
            return nil
        }
        self.init(content: content, id: id)
        isNormalized = value["normalized"]?.bool ?? false
        stripsLeft = value["lstrip"]?.bool ?? false
        stripsRight = value["rstrip"]?.bool ?? false
        isWord = value["single_word"]?.bool ?? false
    }
}

import Foundation

/// What stands beside the vocabulary: `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the
/// few lines of `config.json` that tell which tokenizer it is and how long a sequence may be.
///
/// Where two files say something else, the one counts that `transformers` 5 believes. With `added_tokens_decoder` in
/// `tokenizer_config.json` neither `special_tokens_map.json` nor `added_tokens.json` is read. Without it the map goes
/// before the settings, except that a list of further special tokens in the settings hides the map's
/// `additional_special_tokens`, and is joined by the map's `extra_special_tokens`.
struct TokenizerSettings {
    /// Who reads the folder, and where it stands; nil if no file says.
    let reader: (reader: TokenizerReader, source: String)?
    /// A model type that is known to us for no tokenizer.
    private(set) var unknownModelType: String?

    /// What the files call the special tokens, or that there is none.
    private(set) var roles: [SpecialRole: AddedToken?] = [:]
    /// Special tokens with names of their own (`image_token`), then those without.
    private(set) var named: [AddedToken] = []
    private(set) var extra: [AddedToken] = []
    /// Tokens that have stated ids.
    private(set) var listed: [Int: AddedToken] = [:]
    /// Whether `listed` is the whole truth, whatever `tokenizer.json` lists.
    private(set) var listsAll = false

    private(set) var lowercases: Bool?
    private(set) var stripsAccents: Bool?
    private(set) var separatesIdeographs: Bool?
    private(set) var addsBlank: Bool?
    private(set) var addsStart = false
    private(set) var addsEnd = false
    private(set) var splitsSpecials = false
    private(set) var cutsLeft: Bool?
    private(set) var maximumLength: Int?

    private static let file = "tokenizer_config.json"
    private static let mapFile = "special_tokens_map.json"

    init(folder: URL) throws {
        func read(_ name: String) throws -> JSONValue? {
            let url = folder.appending(path: name)
            return FileBytes.exists(url) ? try JSONValue.read(url) : nil
        }
        let settings = try read(Self.file) ?? .object([])
        let config = try read("config.json")
        reader = try Self.reader(settings, config)
        if reader == nil { unknownModelType = config?["model_type"]?.string }

        func flag(_ key: String) throws -> Bool? {
            guard let value = settings[key] else { return nil }
            guard let bool = value.bool else {
                throw TokenizerError("\(Self.file): \"\(key)\" must be true, false or null.")
            }
            return bool
        }
        lowercases = try flag("do_lower_case")
        stripsAccents = try flag("strip_accents")
        separatesIdeographs = try flag("tokenize_chinese_chars")
        addsBlank = try flag("add_prefix_space")
        addsStart = try flag("add_bos_token") ?? false
        addsEnd = try flag("add_eos_token") ?? false
        splitsSpecials = try flag("split_special_tokens") ?? false
        if let side = settings["truncation_side"] {
            guard let name = side.string, ["left", "right"].contains(name) else {
                throw TokenizerError(
                    "\(Self.file): \"truncation_side\" is \(side.text); it must be \"left\" or \"right\".")
            }
            cutsLeft = name == "left"
        }
        maximumLength = try Self.limit(settings)
        readLimit(config)

        try readSpecials(settings)
        if let list = settings["added_tokens_decoder"]?.members {
            listsAll = true
            for (key, value) in list {
                guard let id = Int(key), let token = AddedToken(value), (0..<1 << 32).contains(id) else {
                    throw TokenizerError(
                        "\(Self.file): \"added_tokens_decoder\" has a bad entry \(JSONValue.string(key).text).")
                }
                listed[id] = token
            }
        } else {
            if let map = try read(Self.mapFile) { try readMap(map, beside: settings) }
            for (content, value) in try read("added_tokens.json")?.members ?? [] {
                guard let id = value.integer, id >= 0 else {
                    throw TokenizerError(
                        "added_tokens.json: the id of \(JSONValue.string(content).text) is no token id.")
                }
                var token = AddedToken(content: content)
                token.isSpecial =
                    roles.values.contains { $0?.isSpelled(like: content) ?? false }
                    || listedExtra.contains { $0.isSpelled(like: content) }
                listed[id] = token
            }
        }
    }

    // MARK: Who reads

    private static func reader(
        _ settings: JSONValue, _ config: JSONValue?
    ) throws -> (reader: TokenizerReader, source: String)? {
        for (values, file) in [(settings, file), (config ?? .null, "config.json")] {
            guard let value = values["tokenizer_class"] else { continue }
            guard let name = value.string, let reader = TokenizerReader(class: name) else {
                let known = TokenizerReader.classes.flatMap(\.names).sorted().joined(separator: ", ")
                throw TokenizerError(
                    "\(file): the tokenizer_class \(value.text) is not implemented; these are, and their Fast forms: "
                        + "\(known)."
                )
            }
            return (reader, "\(name) (\(file))")
        }
        if let value = settings["word_tokenizer_type"], value.string != "basic" {
            throw TokenizerError(
                "\(file): \"word_tokenizer_type\" is \(value.text), as of a BertJapaneseTokenizer, which is not "
                    + "implemented."
            )
        }
        guard let type = config?["model_type"]?.string, let reader = TokenizerReader(modelType: type) else {
            return nil
        }
        return (reader, "the tokenizer of \(type) (config.json)")
    }

    // MARK: Special tokens

    private var listedExtra: [AddedToken] = []   // of the settings alone

    private mutating func readSpecials(_ settings: JSONValue) throws {
        var (own, objects): ([AddedToken], [AddedToken]) = ([], [])
        for (key, value) in settings.members ?? [] where key.hasSuffix("_token") {
            if let role = SpecialRole(rawValue: key) {
                roles[role] = try token(value, key, Self.file)
            } else if let name = value.string {
                own.append(AddedToken(special: name))
            } else if value["__type"]?.string == "AddedToken", let token = AddedToken(value) {
                objects.append(token)
            }
        }
        let isListed = settings["extra_special_tokens"].map { !$0.isNull && !Self.isEmpty($0) } ?? false
        let key = isListed ? "extra_special_tokens" : "additional_special_tokens"
        if let value = settings[key] {
            if value.members != nil {
                own += try tokens(value, key, Self.file)
            } else {
                extra = try tokens(value, key, Self.file)
            }
        }
        if own.isEmpty, let value = settings["model_specific_special_tokens"] {
            own = try tokens(value, "model_specific_special_tokens", Self.file)
        }
        named = objects + own
        listedExtra = extra
    }

    private mutating func readMap(_ map: JSONValue, beside settings: JSONValue) throws {
        let hidesAdditional =
            settings["extra_special_tokens"] != nil || Self.hasContent(settings["additional_special_tokens"])
        for (key, value) in map.members ?? [] {
            if let role = SpecialRole(rawValue: key) {
                roles[role] = try token(value, key, Self.mapFile)
            } else if key == "extra_special_tokens" {
                let found = try tokens(value, key, Self.mapFile)
                if value.members != nil {
                    named += found
                    extra = []
                } else {
                    extra += found.filter { token in !extra.contains { $0.isSpelled(like: token.content) } }
                }
            } else if key == "additional_special_tokens" {
                if !hidesAdditional, map["extra_special_tokens"] == nil {
                    extra += try tokens(value, key, Self.mapFile)
                }
            } else if key.hasSuffix("_token"), let token = try token(value, key, Self.mapFile) {
                named.append(token)
            }
        }
    }

    private static func hasContent(_ value: JSONValue?) -> Bool {
        value?.array.map { !$0.isEmpty } ?? value?.members.map { !$0.isEmpty } ?? false
    }

    /// An empty list or object; a value of another kind is not empty, but wrong.
    private static func isEmpty(_ value: JSONValue) -> Bool {
        value.array?.isEmpty ?? value.members?.isEmpty ?? false
    }

    /// A string or an object with `content`; nil for null.
    private func token(_ value: JSONValue, _ key: String, _ file: String) throws -> AddedToken? {
        if value.isNull { return nil }
        if let name = value.string { return AddedToken(special: name) }
        guard var token = AddedToken(value) else {
            throw TokenizerError(
                "\(file): \"\(key)\" is \(value.text); it must be a token or an object with its content.")
        }
        token.isSpecial = true
        return token
    }

    /// A list of tokens, or an object of names and tokens.
    private func tokens(_ value: JSONValue, _ key: String, _ file: String) throws -> [AddedToken] {
        guard let values = value.array ?? value.members?.map(\.value) else {
            throw TokenizerError("\(file): \"\(key)\" is \(value.text); it must be a list of tokens or an object.")
        }
        return try values.compactMap { value in
            guard value.members != nil, file == Self.file, value["special"]?.bool == false else {
                return try token(value, key, file)
            }
            return AddedToken(value)
        }
    }

    // MARK: Lengths

    /// `model_max_length`. For "no limit" Hugging Face writes 10³⁰, and people -1.
    private static func limit(_ settings: JSONValue) throws -> Int? {
        let keys = ["model_max_length", "max_len"]
        guard let key = keys.first(where: { settings[$0] != nil }), let value = settings[key] else { return nil }
        guard let number = value.number, number >= 1 || number == -1, number == number.rounded() else {
            throw TokenizerError(
                "\(file): \"\(key)\" is \(value.text); it must be a whole number of at least 1, or -1 or null for no "
                    + "limit."
            )
        }
        return value.integer.flatMap { $0 >= 1 ? $0 : nil }
    }

    /// The model's own number of positions; one that says nothing is left to the model's reader to complain about.
    private mutating func readLimit(_ config: JSONValue?) {
        guard maximumLength == nil, let config else { return }
        let text = config["text_config"] ?? config
        guard let positions = (text["max_position_embeddings"] ?? text["n_positions"])?.integer else { return }
        // RoBERTa counts positions from the padding id + 1.
        let skipsPositions = text["model_type"]?.string.map { $0.hasPrefix("roberta") || $0 == "camembert" } ?? false
        let limit = skipsPositions ? positions - (text["pad_token_id"]?.integer ?? 1) - 1 : positions
        if limit >= 1 { maximumLength = limit }
    }
}

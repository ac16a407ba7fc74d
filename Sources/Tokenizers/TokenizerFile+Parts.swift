/// The parts of a tokenizer.json as values.
extension TokenizerFile {
    func readNormalizer(_ value: JSONValue) throws -> Normalizer? {
        if value.isNull { return nil }
        switch try type(of: value, "normalizer") {
        case "BertNormalizer":
            let lowercases = value["lowercase"]?.bool ?? true
            return .bert(
                cleans: value["clean_text"]?.bool ?? true,
                separatesIdeographs: value["handle_chinese_chars"]?.bool ?? true,
                stripsAccents: value["strip_accents"]?.bool ?? lowercases,
                lowercases: lowercases)
        case "NFC": return .composed
        case "NFD": return .decomposed
        case "Lowercase": return .lowercased
        case "Strip":
            return .stripped(left: value["strip_left"]?.bool ?? true, right: value["strip_right"]?.bool ?? true)
        case "Precompiled":
            guard let text = value["precompiled_charsmap"]?.string, let map = CharacterMap(base64: text) else {
                throw TokenizerError("\(file): the \"precompiled_charsmap\" is no table of characters.")
            }
            return .mapped(map)
        case "Replace":
            let content = value["content"]?.string ?? ""
            if let old = value["pattern"]?["String"]?.string {
                guard old.utf8.count <= 1000 else {
                    throw TokenizerError(
                        "\(file): a Replace looks for a text of \(old.utf8.count) bytes; at most 1000.")
                }
                return .replaced(Array(old.unicodeScalars), by: Array(content.unicodeScalars))
            }
            let pattern = value["pattern"]?["Regex"]?.string ?? ""
            guard content.utf8.count <= 1000 else {
                throw unknown("normalizer Replace by", "a text of over 1000 bytes")
            }
            if pattern == " {2,}" { return .blankRunsReplaced(by: Array(content.unicodeScalars)) }
            if let set = CharacterSetPattern(pattern)?.scalars {
                return .replacedAny(of: set, by: Array(content.unicodeScalars))
            }
            guard pattern == #"\s+"#, content == " " else { throw unknown("normalizer Replace of", pattern) }
            return .blanksCollapsed
        case "Sequence":
            return .sequence(try parts(of: value, "normalizers").compactMap(readNormalizer))
        case let type: throw unknown("normalizer", type)
        }
    }

    private static let clipPattern = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#

    func readPreTokenizer(_ value: JSONValue) throws -> PreTokenizer? {
        if value.isNull { return nil }
        switch try type(of: value, "pre-tokenizer") {
        case "BertPreTokenizer": return .bert
        case "Metaspace": return try marks(value)
        case "ByteLevel":
            return .byteLevel(
                addsBlank: value["add_prefix_space"]?.bool ?? true,
                splits: value["use_regex"]?.bool ?? true)
        case "Split":
            let pattern = value["pattern"]?["Regex"]?.string ?? value["pattern"]?["String"]?.string ?? ""
            let specials = #"<\|startoftext\|>|<\|endoftext\|>|"#
            let keepsMatches = value["behavior"]?.string == "Removed" && value["invert"]?.bool == true
            guard keepsMatches, pattern == Self.clipPattern || pattern == specials + Self.clipPattern else {
                throw unknown("pre-tokenizer Split at", pattern)
            }
            return .clip(keepsSpecials: pattern.hasPrefix("<"))
        case "Sequence":
            return .sequence(try parts(of: value, "pretokenizers").compactMap(readPreTokenizer))
        case let type: throw unknown("pre-tokenizer", type)
        }
    }

    /// Older files say `add_prefix_space` in place of `prepend_scheme`.
    private func marks(_ value: JSONValue) throws -> PreTokenizer {
        let text = value["replacement"]?.string ?? "\u{2581}"
        let older = value["add_prefix_space"]?.bool == false ? "never" : "always"
        let scheme = value["prepend_scheme"]?.string ?? older
        let mark = text.unicodeScalars.first
        guard let mark, text.unicodeScalars.count == 1 else { throw unknown("Metaspace replacement", text) }
        guard ["always", "never"].contains(scheme) else { throw unknown("Metaspace prepend_scheme", scheme) }
        return .marks(mark, addsMark: scheme == "always", splits: value["split"]?.bool ?? true)
    }

    /// The ids put before and after a single text.
    func wrap(_ value: JSONValue?) throws -> (before: [Int32], after: [Int32]) {
        guard let value, !value.isNull else { return ([], []) }
        switch try type(of: value, "post-processor") {
        case "ByteLevel": return ([], [])
        case "BertProcessing", "RobertaProcessing":
            func id(_ key: String) throws -> Int32 {
                guard let pair = value[key]?.array, pair.count == 2, let id = pair[1].integer, id >= 0,
                    id < Vocabulary.largestID
                else { throw TokenizerError("\(file): the post-processor's \"\(key)\" is no token with its id.") }
                return Int32(id)
            }
            return ([try id("cls")], [try id("sep")])
        case "TemplateProcessing": return try template(value)
        case "Sequence":
            return try parts(of: value, "processors").map(wrap).reduce(([], [])) {
                ($1.before + $0.before, $0.after + $1.after)
            }
        case let type: throw unknown("post-processor", type)
        }
    }

    private func template(_ value: JSONValue) throws -> (before: [Int32], after: [Int32]) {
        var sides: [[Int32]] = [[]]
        let pieces = value["single"]?.array ?? []
        guard pieces.count <= 100 else { throw unknown("template", "single of \(pieces.count) parts") }
        for piece in pieces {
            if let name = piece["SpecialToken"]?["id"]?.string {
                guard let ids = value["special_tokens"]?[name]?["ids"]?.array else {
                    throw TokenizerError("\(file): the template's token \(name) has no ids.")
                }
                guard ids.count <= 100 else { throw unknown("template", "special token of \(ids.count) ids") }
                for id in ids {
                    guard let id = id.integer, id >= 0, id < Vocabulary.largestID else {
                        throw TokenizerError("\(file): the template's token \(name) has a bad id.")
                    }
                    sides[sides.count - 1].append(Int32(id))
                }
            } else {
                sides.append([])
            }
        }
        guard sides.count == 2 else { throw unknown("template", "single without exactly one text") }
        return (sides[0], sides[1])
    }
}

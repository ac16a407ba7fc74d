import Foundation

/// `tokenizer.json`: the whole pipeline in one file. Parts that are not implemented are errors that name them.
struct TokenizerFile {
    /// Added tokens in the order of the file, with the ids it states.
    private(set) var added: [(id: Int, token: AddedToken)] = []
    /// Whether the file wants long texts cut at their beginning; nil if it says nothing of cutting.
    private(set) var cutsLeft: Bool?
    private var normalizer: JSONValue?
    private var preTokenizer: JSONValue?
    private var postProcessor: JSONValue?
    private var modelSettings: [String: JSONValue] = [:]
    private(set) var vocabulary = Vocabulary()
    private var scored: [(piece: [UInt8], score: Double)] = []   // of a Unigram model
    private var merges: [(left: [UInt8], right: [UInt8])] = []
    let file = "tokenizer.json"

    init(_ url: URL) throws {
        var scanner = try JSONScanner(file: url)
        var hasModel = false
        try scanner.members { scanner, key in
            switch String(decoding: key, as: UTF8.self) {
            case "added_tokens": try readAdded(&scanner)
            case "normalizer": normalizer = try scanner.value()
            case "pre_tokenizer": preTokenizer = try scanner.value()
            case "post_processor": postProcessor = try scanner.value()
            case "model":
                hasModel = true
                try readModel(&scanner)
            case "truncation": cutsLeft = try scanner.value()["direction"]?.string.map { $0 == "Left" }
            default: _ = try scanner.value()   // decoder, padding: not part of encoding
            }
        }
        try scanner.finish()
        guard hasModel else { throw TokenizerError("\(url.path) has no \"model\".") }
    }

    private mutating func readAdded(_ scanner: inout JSONScanner) throws {
        guard case .array(let entries) = try scanner.value() else { return }
        for entry in entries {
            guard let id = entry["id"]?.integer, id >= 0, let token = AddedToken(entry) else {
                throw scanner.problem("an entry of \"added_tokens\" lacks its content, or its id is none.")
            }
            added.append((id, token))
        }
    }

    private mutating func readModel(_ scanner: inout JSONScanner) throws {
        try scanner.members { scanner, key in
            switch String(decoding: key, as: UTF8.self) {
            case "vocab":
                guard scanner.peek() != UInt8(ascii: "[") else { return try readScored(&scanner) }
                vocabulary = try scanner.vocabulary()
            case "merges": try readMerges(&scanner)
            case let name: modelSettings[name] = try scanner.value()
            }
        }
    }

    /// Each piece of a Unigram model is ["piece", log probability].
    private mutating func readScored(_ scanner: inout JSONScanner) throws {
        try scanner.elements { scanner in
            guard scored.count < Vocabulary.largestID else { throw scanner.problem("there are too many pieces.") }
            var (bytes, scores): ([UInt8], [Double]) = ([], [])
            var hasPiece = false
            try scanner.elements { scanner in
                if hasPiece {
                    scores.append(try scanner.number())
                } else {
                    try scanner.string(into: &bytes)
                    hasPiece = true
                }
            }
            guard hasPiece, scores.count == 1 else {
                throw scanner.problem("a piece of a Unigram model is a text and its log probability.")
            }
            scored.append((bytes, scores[0]))
        }
    }

    /// Each merge is "left right" or ["left", "right"].
    private mutating func readMerges(_ scanner: inout JSONScanner) throws {
        try scanner.elements { scanner in
            guard merges.count < Vocabulary.largestID else { throw scanner.problem("there are too many merges.") }
            var bytes: [UInt8] = []
            if scanner.peek() == UInt8(ascii: "[") {
                var parts: [[UInt8]] = []
                try scanner.elements { scanner in
                    try scanner.string(into: &bytes)
                    if parts.count < 3 { parts.append(bytes) }
                }
                guard parts.count == 2 else { throw scanner.problem("a merge joins two pieces.") }
                merges.append((parts[0], parts[1]))
            } else {
                try scanner.string(into: &bytes)
                let parts = bytes.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw scanner.problem("a merge joins two pieces.") }
                merges.append((Array(parts[0]), Array(parts[1])))
            }
        }
    }

    // MARK: The recipe

    private var modelType: String {
        modelSettings["type"]?.string ?? (!scored.isEmpty ? "Unigram" : merges.isEmpty ? "WordPiece" : "BPE")
    }

    /// Everything as the file says it.
    func recipe() throws -> TokenizerRecipe {
        let (before, after) = try around()
        var recipe: TokenizerRecipe
        switch modelType {
        case "WordPiece": recipe = TokenizerRecipe(kind: .wordPiece, model: .wordPiece(try wordPiece()))
        case "BPE":
            let pairs = try bytePairs()
            let wraps = !before.isEmpty && !after.isEmpty
            let kind: Tokenizer.Kind = !pairs.ending.isEmpty ? .clip : wraps ? .roberta : .gpt2
            recipe = TokenizerRecipe(kind: kind, model: .bytePairs(pairs))
        case "Unigram": recipe = TokenizerRecipe(kind: .unigram, model: .unigram(try unigram()))
        case let type: throw unknown("model", type)
        }
        recipe.normalizer = try normalizer.flatMap(readNormalizer)
        recipe.preTokenizer = try preTokenizer.flatMap(readPreTokenizer)
        try check(recipe.normalizer?.work, "normalizers")
        try check(recipe.preTokenizer?.work, "pre-tokenizers")
        (recipe.before, recipe.after) = (before, after)
        return recipe
    }

    /// Refuses a vocabulary that was not made for the class that is to read it.
    func check(isWordPiece: Bool, for reader: String) throws {
        guard modelType == (isWordPiece ? "WordPiece" : "BPE") else {
            throw TokenizerError("\(file) has a \(modelType) model, which is not what \(reader) reads.")
        }
    }

    /// The ids put before and after a text.
    func around() throws -> (before: [Int32], after: [Int32]) { try wrap(postProcessor) }

    /// Teaches a model the merges of the file.
    func learn(_ pairs: inout BytePairs) throws {
        for (rank, merge) in merges.enumerated() where !pairs.learn(merge.left[...], merge.right[...]) {
            throw TokenizerError("\(file): merge \(rank + 1) joins pieces that the vocabulary lacks.")
        }
    }

    private func wordPiece() throws -> WordPiece {
        let name = modelSettings["unk_token"]?.string ?? "[UNK]"
        var model = try WordPiece(vocabulary: vocabulary, unknown: name, in: file)
        if let prefix = modelSettings["continuing_subword_prefix"]?.string { model.continuation = Array(prefix.utf8) }
        if let value = modelSettings["max_input_chars_per_word"] {
            guard let longest = value.number, longest >= 0, longest == longest.rounded() else {
                throw TokenizerError(
                    "\(file): \"max_input_chars_per_word\" is \(value.text); it must be a whole number.")
            }
            model.longestWord = Int(exactly: min(longest, 0x1p62)) ?? .max
        }
        return model
    }

    private func bytePairs() throws -> BytePairs {
        if case .number(let dropout)? = modelSettings["dropout"], dropout != 0 {
            throw TokenizerError("\(file): BPE with dropout draws at random and is not implemented; set it to null.")
        }
        if modelSettings["byte_fallback"]?.bool == true { throw unknown("BPE option", "byte_fallback") }
        var model = BytePairs(vocabulary: vocabulary)
        model.continuation = Array((modelSettings["continuing_subword_prefix"]?.string ?? "").utf8)
        model.ending = Array((modelSettings["end_of_word_suffix"]?.string ?? "").utf8)
        model.fusesUnknown = modelSettings["fuse_unk"]?.bool ?? false
        model.prefersWholeWords = modelSettings["ignore_merges"]?.bool ?? false
        if let name = modelSettings["unk_token"]?.string {
            model.unknown = vocabulary.id(of: name)
            guard model.unknown != nil || added.contains(where: { $0.token.isSpelled(like: name) }) else {
                throw TokenizerError("\(file): the vocabulary lacks the unknown token \(name).")
            }
        }
        try learn(&model)
        return model
    }

    private func unigram() throws -> Unigram {
        var unknown: Int?
        if let value = modelSettings["unk_id"], !value.isNull {
            guard let id = value.integer else {
                throw TokenizerError("\(file): \"unk_id\" is \(value.text); it must be the place of a piece.")
            }
            unknown = id
        }
        return try Unigram(
            scored, unknown: unknown, fallsBackToBytes: modelSettings["byte_fallback"]?.bool ?? false, in: file)
    }

    private func check(_ work: Work?, _ what: String) throws {
        guard let work, !work.isReasonable else { return }
        throw TokenizerError(
            "\(file): its \(what) are out of proportion (\(work.steps) steps that could make a text "
                + "\(work.growth.formatted(.number.precision(.significantDigits(3)))) times longer; at most "
                + "\(Work.mostSteps) and \(Int(Work.largestGrowth))).")
    }

    func unknown(_ what: String, _ type: String) -> TokenizerError {
        TokenizerError("\(file): the \(what) \"\(type)\" is not implemented.")
    }

    func type(of value: JSONValue, _ what: String) throws -> String {
        guard let type = value["type"]?.string else { throw TokenizerError("\(file): a \(what) has no \"type\".") }
        return type
    }

    func parts(of value: JSONValue, _ key: String) throws -> [JSONValue] {
        guard let parts = value[key]?.array else { throw TokenizerError("\(file): a Sequence lacks its \"\(key)\".") }
        return parts
    }
}

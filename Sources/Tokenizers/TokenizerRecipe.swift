import Foundation

/// All parts of a tokenizer, gathered from the files of a folder.
struct TokenizerRecipe {
    enum Special { case start, end, padding, mask, unknown }

    var kind: Tokenizer.Kind
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var model: SpellingModel
    var added: [AddedToken] = []
    var before: [Int32] = []
    var after: [Int32] = []
    var modelMaximumLength: Int?
    private var roles: [SpecialRole: Int32] = [:]

    init(folder: URL) throws {
        let settings = try TokenizerSettings(folder: folder)
        func file(_ name: String) -> URL? {
            let url = folder.appending(path: name)
            return FileBytes.exists(url) ? url : nil
        }
        if let json = file("tokenizer.json") {
            self = try TokenizerFile(json).recipe(settings)
        } else if let pieces = file("vocab.txt") {
            self = try Self.wordPiece(pieces, settings)
        } else if let pieces = file("vocab.json") {
            guard let merges = file("merges.txt") else {
                throw TokenizerError("\(folder.path) has vocab.json but no merges.txt; both are needed.")
            }
            self = try Self.bytePairs(pieces, merges, settings)
        } else if let merges = file(Self.openAIFile) {
            self = try Self.openAI(merges, settings)
        } else if let packed = file(Self.openAIFile + ".gz") {
            throw TokenizerError("\(packed.path) is packed; unpack it with: gunzip -k \(packed.path)")
        } else {
            throw TokenizerError(
                "\(folder.path) has no tokenizer: neither tokenizer.json, nor vocab.txt, nor vocab.json with "
                    + "merges.txt, nor \(Self.openAIFile). Give the folder of a Hugging Face model.")
        }
        modelMaximumLength = settings.maximumLength
    }

    init(kind: Tokenizer.Kind, model: SpellingModel) {
        self.kind = kind
        self.model = model
    }

    func id(of special: Special) -> Int32? {
        switch special {
        case .start: roles[.classification] ?? roles[.beginning]
        case .end: roles[.separator] ?? roles[.ending]
        case .padding: roles[.padding]
        case .mask: roles[.mask]
        case .unknown: roles[.unknown]
        }
    }

    // MARK: Special tokens

    /// What each family calls its special tokens if no file says otherwise.
    private static func usual(_ kind: Tokenizer.Kind) -> [SpecialRole: String] {
        switch kind {
        case .wordPiece:
            [.classification: "[CLS]", .separator: "[SEP]", .padding: "[PAD]", .mask: "[MASK]", .unknown: "[UNK]"]
        case .clip:
            [
                .beginning: "<|startoftext|>", .ending: "<|endoftext|>", .padding: "<|endoftext|>",
                .unknown: "<|endoftext|>",
            ]
        case .roberta:
            [
                .beginning: "<s>", .ending: "</s>", .classification: "<s>", .separator: "</s>", .padding: "<pad>",
                .mask: "<mask>", .unknown: "<unk>",
            ]
        case .gpt2:
            [.beginning: "<|endoftext|>", .ending: "<|endoftext|>", .unknown: "<|endoftext|>"]
        }
    }

    /// The token with this role, as the files or the family name it.
    static func special(
        _ role: SpecialRole, of kind: Tokenizer.Kind, _ settings: TokenizerSettings
    ) -> AddedToken? {
        settings.token(for: role) ?? usual(kind)[role].map { AddedToken(content: $0, id: -1) }
    }

    /// Fills in the added tokens and what the special ones are; those that the vocabulary lacks stay unknown.
    mutating func addSpecials(_ settings: TokenizerSettings) {
        func has(_ content: String) -> AddedToken? { added.first { $0.content.utf8.elementsEqual(content.utf8) } }
        var contents = Set(added.map { Array($0.content.utf8) })
        for token in settings.added where contents.insert(Array(token.content.utf8)).inserted { added.append(token) }
        for role in SpecialRole.allCases {
            guard var token = Self.special(role, of: kind, settings) else { continue }
            if let known = has(token.content) {
                roles[role] = known.id
            } else if let id = model.vocabulary.id(of: token.content) {
                token.id = id
                added.append(token)
                roles[role] = id
            }
        }
    }

    /// The id of a token that must be there.
    func required(_ role: SpecialRole, _ settings: TokenizerSettings, in file: String) throws -> Int32 {
        if let id = roles[role] { return id }
        let name = Self.special(role, of: kind, settings)?.content ?? role.rawValue
        throw TokenizerError("\(file) lacks the token \(name) (\(role.rawValue)).")
    }

    // MARK: Vocabulary files

    private static func wordPiece(_ url: URL, _ settings: TokenizerSettings) throws -> Self {
        var vocabulary = Vocabulary(expecting: 1 << 15)
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            guard number <= Vocabulary.largestID else { throw TokenizerError("\(url.path) has too many lines.") }
            var line = line
            while let last = line.last, last == 0x20 || (0x09...0x0d).contains(last) { line.removeLast() }
            if !line.isEmpty { vocabulary.add(line, id: Int32(number - 1)) }
        }
        let name = special(.unknown, of: .wordPiece, settings)?.content ?? "[UNK]"
        let wordPiece = try WordPiece(vocabulary: vocabulary, unknown: name, in: url.path)
        var recipe = Self(kind: .wordPiece, model: .wordPiece(wordPiece))
        let lowercases = settings.lowercases ?? true
        recipe.normalizer = .bert(
            cleans: true, separatesIdeographs: settings.separatesIdeographs ?? true,
            stripsAccents: settings.stripsAccents ?? lowercases, lowercases: lowercases)
        recipe.preTokenizer = .bert
        recipe.addSpecials(settings)
        recipe.before = [try recipe.required(.classification, settings, in: url.path)]
        recipe.after = [try recipe.required(.separator, settings, in: url.path)]
        return recipe
    }

    private static func bytePairs(_ url: URL, _ mergesURL: URL, _ settings: TokenizerSettings) throws -> Self {
        var scanner = try JSONScanner(file: url)
        let vocabulary = try scanner.vocabulary()
        try scanner.finish()
        // CLIP ends its words with a mark, and so knows every byte with it.
        let endsWords = vocabulary.id(of: "!</w>") != nil && vocabulary.id(of: "a</w>") != nil
        let wraps =
            settings.token(for: .classification) != nil
            || (vocabulary.id(of: "<s>") != nil && vocabulary.id(of: "</s>") != nil)
        let kind: Tokenizer.Kind = endsWords ? .clip : wraps ? .roberta : .gpt2
        var pairs = BytePairs(vocabulary: vocabulary)
        if endsWords { pairs.ending = Array("</w>".utf8) }
        try learn(mergesURL, &pairs)
        if endsWords { pairs.unknown = special(.unknown, of: kind, settings).flatMap { vocabulary.id(of: $0.content) } }

        var recipe = Self(kind: kind, model: .bytePairs(pairs))
        if endsWords {
            try recipe.readAsCLIP(settings, in: url.path)
            return recipe
        }
        recipe.preTokenizer = .byteLevel(addsBlank: settings.addsBlank ?? false, splits: true)
        recipe.addSpecials(settings)
        switch kind {
        case .roberta:
            recipe.before = [try recipe.required(.classification, settings, in: url.path)]
            recipe.after = [try recipe.required(.separator, settings, in: url.path)]
        default:
            try recipe.wrapIfAsked(settings, in: url.path)
        }
        return recipe
    }

    private mutating func readAsCLIP(_ settings: TokenizerSettings, in file: String) throws {
        normalizer = .clip
        preTokenizer = .clipBytes
        addSpecials(settings)
        before = [try required(.beginning, settings, in: file)]
        after = [try required(.ending, settings, in: file)]
    }

    /// What OpenAI's own code ships with its CLIP: merges only, after one line of heading; of their many the first
    /// 48,894 count. The vocabulary follows from them: bytes, bytes that end a word, merged pieces, start and end.
    static let openAIFile = "bpe_simple_vocab_16e6.txt"

    private static func openAI(_ url: URL, _ settings: TokenizerSettings) throws -> Self {
        let ending = Array("</w>".utf8)
        let bytes = ByteAlphabet.numbered.map { Array(String($0).utf8) }
        var pieces: [[UInt8]] = bytes + bytes.map { $0 + ending }
        var merges: [(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)] = []
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            guard number > 1, number <= 1 + 49152 - 256 - 2, !line.isEmpty else { return }
            let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError("\(url.path), line \(number): two pieces with one blank between were expected.")
            }
            merges.append((parts[0], parts[1]))
            pieces.append(Array(parts[0] + parts[1]))
        }
        pieces.append(Array("<|startoftext|>".utf8))
        pieces.append(Array("<|endoftext|>".utf8))
        var vocabulary = Vocabulary(expecting: pieces.count)
        for (id, piece) in pieces.enumerated() { vocabulary.add(piece[...], id: Int32(id)) }
        var pairs = BytePairs(vocabulary: vocabulary)
        pairs.ending = ending
        for (number, merge) in merges.enumerated() where !pairs.learn(merge.left, merge.right) {
            throw TokenizerError("\(url.path): merge \(number + 1) joins a piece that no other line makes.")
        }
        pairs.unknown = vocabulary.id(of: "<|endoftext|>")
        var recipe = Self(kind: .clip, model: .bytePairs(pairs))
        try recipe.readAsCLIP(settings, in: url.path)
        return recipe
    }

    /// `add_bos_token` and `add_eos_token` of families that put nothing around a text by themselves.
    mutating func wrapIfAsked(_ settings: TokenizerSettings, in file: String) throws {
        guard kind == .gpt2 else { return }
        if settings.addsStart { before = [try required(.beginning, settings, in: file)] }
        if settings.addsEnd { after = [try required(.ending, settings, in: file)] }
    }

    private static func learn(_ url: URL, _ pairs: inout BytePairs) throws {
        let name = url.lastPathComponent
        try FileBytes.eachLine(of: FileBytes.read(url)) { number, line in
            let line = line.last == 0x0d ? line.dropLast() : line
            if line.isEmpty || line.starts(with: "#version".utf8) { return }
            let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError("\(name), line \(number): two pieces with one blank between were expected.")
            }
            guard pairs.learn(parts[0], parts[1]) else {
                throw TokenizerError(
                    "\(name), line \(number): \"\(String(decoding: line.prefix(200), as: UTF8.self))\" merges pieces that "
                        + "vocab.json lacks; the two files do not belong together.")
            }
        }
    }
}

extension JSONScanner {
    /// An object of pieces and ids.
    mutating func vocabulary() throws -> Vocabulary {
        var vocabulary = Vocabulary(expecting: 1 << 16)
        try members { scanner, piece in vocabulary.add(piece[...], id: try scanner.id()) }
        return vocabulary
    }
}

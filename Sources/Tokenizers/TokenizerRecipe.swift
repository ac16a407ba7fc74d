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
    var splitsSpecials = false
    var cutsLeft = false
    var modelMaximumLength: Int?
    var roles: [SpecialRole: Int32] = [:]

    init(folder: URL) throws {
        let settings = try TokenizerSettings(folder: folder)
        func file(_ name: String) -> URL? {
            let url = folder.appending(path: name)
            return FileBytes.exists(url) ? url : nil
        }
        let files = Files(
            json: try file("tokenizer.json").map(TokenizerFile.init), pieces: file("vocab.txt"),
            pairs: file("vocab.json"), merges: file("merges.txt"), folder: folder)
        if files.isEmpty, let merges = file(Self.openAIFile) {
            self = try Self.openAI(merges)
        } else if files.isEmpty, let packed = file(Self.openAIFile + ".gz") {
            throw TokenizerError("\(packed.path) is packed; unpack it with: gunzip -k \(packed.path)")
        } else {
            self = try Self.huggingFace(files, settings)
        }
        splitsSpecials = settings.splitsSpecials
        cutsLeft = settings.cutsLeft ?? files.json?.cutsLeft ?? false
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

    /// The files of a folder that hold a vocabulary.
    private struct Files {
        let json: TokenizerFile?
        let pieces, pairs, merges: URL?
        let folder: URL

        var isEmpty: Bool { json == nil && pieces == nil && pairs == nil }

        func lack(_ what: String, _ source: String) -> TokenizerError {
            TokenizerError("\(folder.path) lacks \(what), which \(source) reads.")
        }
    }

    // MARK: Hugging Face's classes

    private static func huggingFace(_ files: Files, _ settings: TokenizerSettings) throws -> Self {
        let (reader, source) = try settings.reader ?? reader(files, settings)
        var recipe: Self
        switch reader {
        case .file:
            guard let json = files.json else { throw files.lack("tokenizer.json", source) }
            recipe = try json.recipe()
        case .bert, .mpnet: recipe = try wordPiece(files, settings, reader, source)
        case .roberta, .gpt2, .clip: recipe = try bytePairs(files, settings, reader, source)
        }
        try recipe.addTokens(settings, files.json, reader)
        let place = files.json == nil ? files.folder.path : files.folder.appending(path: "tokenizer.json").path
        switch reader {
        case .file: break
        case .bert, .mpnet, .roberta:
            recipe.before = [try recipe.required(.classification, place)]
            recipe.after = [try recipe.required(.separator, place)]
        case .clip:
            recipe.before = [try recipe.required(.beginning, place)]
            recipe.after = [try recipe.required(.ending, place)]
        case .gpt2:
            if let json = files.json {
                (recipe.before, recipe.after) = try json.around()
            } else {
                if settings.addsStart { recipe.before = [try recipe.required(.beginning, place)] }
                if settings.addsEnd { recipe.after = [try recipe.required(.ending, place)] }
            }
        }
        let ids = Set(recipe.added.map(\.id))
        for id in recipe.before + recipe.after where !ids.contains(id) {
            guard recipe.model.vocabulary.bytes(of: id) != nil else {
                throw TokenizerError("\(place): the post-processor puts the id \(id), which no token has.")
            }
        }
        return recipe
    }

    /// Who reads a folder that says neither a class nor a model type: the files tell.
    private static func reader(
        _ files: Files, _ settings: TokenizerSettings
    ) throws -> (reader: TokenizerReader, source: String) {
        if files.json != nil { return (.file, "tokenizer.json") }
        if let type = settings.unknownModelType {
            throw TokenizerError(
                "\(files.folder.path)/config.json: how the model type \"\(type)\" cuts its texts is not known here; "
                    + "give a folder with tokenizer.json.")
        }
        if files.pieces != nil { return (.bert, "BertTokenizer (vocab.txt)") }
        guard let url = files.pairs else {
            throw TokenizerError(
                "\(files.folder.path) has no tokenizer: neither tokenizer.json, nor vocab.txt, nor vocab.json with "
                    + "merges.txt, nor \(openAIFile). Give the folder of a Hugging Face model.")
        }
        let vocabulary = try JSONScanner.vocabulary(url)
        // CLIP ends its words with a mark, and so knows every byte with it.
        if vocabulary.id(of: "!</w>") != nil, vocabulary.id(of: "a</w>") != nil { return (.clip, "vocab.json") }
        // RoBERTa's vocabulary holds GPT-2's end of text too, but GPT-2's ends with it.
        let endsWithText = vocabulary.id(of: "<|endoftext|>").map(Int.init) == vocabulary.size - 1
        let wraps =
            settings.roles[.classification] != nil
            || (vocabulary.id(of: "<s>") != nil && vocabulary.id(of: "</s>") != nil && !endsWithText)
        return (wraps ? .roberta : .gpt2, "vocab.json")
    }

    private static func wordPiece(
        _ files: Files, _ settings: TokenizerSettings, _ reader: TokenizerReader, _ source: String
    ) throws -> Self {
        let (vocabulary, place): (Vocabulary, String)
        if let json = files.json {
            try json.check(isWordPiece: true, for: source)
            (vocabulary, place) = (json.vocabulary, "\(files.folder.path)/tokenizer.json")
        } else {
            guard let url = files.pieces else { throw files.lack("vocab.txt or tokenizer.json", source) }
            (vocabulary, place) = (try pieces(url), url.path)
        }
        let unknown = token(.unknown, reader, settings)?.content ?? "[UNK]"
        let model = try WordPiece(vocabulary: vocabulary, unknown: unknown, in: place)
        var recipe = Self(kind: .wordPiece, model: .wordPiece(model))
        let lowercases = settings.lowercases ?? true
        recipe.normalizer = .bert(
            cleans: true, separatesIdeographs: settings.separatesIdeographs ?? true,
            stripsAccents: settings.stripsAccents ?? lowercases, lowercases: lowercases)
        recipe.preTokenizer = .bert
        return recipe
    }

    private static func bytePairs(
        _ files: Files, _ settings: TokenizerSettings, _ reader: TokenizerReader, _ source: String
    ) throws -> Self {
        var pairs: BytePairs
        if let json = files.json {
            try json.check(isWordPiece: false, for: source)
            pairs = BytePairs(vocabulary: json.vocabulary)
            if case .clip = reader { pairs.ending = Array("</w>".utf8) }
            try json.learn(&pairs)
        } else {
            guard let url = files.pairs else {
                throw files.lack("vocab.json with merges.txt, or tokenizer.json", source)
            }
            guard let merges = files.merges else {
                throw TokenizerError("\(files.folder.path) has vocab.json but no merges.txt; both are needed.")
            }
            pairs = BytePairs(vocabulary: try JSONScanner.vocabulary(url))
            if case .clip = reader { pairs.ending = Array("</w>".utf8) }
            try learn(merges, &pairs)
        }
        guard case .clip = reader else {
            let isRoberta = if case .roberta = reader { true } else { false }
            var recipe = Self(kind: isRoberta ? .roberta : .gpt2, model: .bytePairs(pairs))
            recipe.preTokenizer = .byteLevel(addsBlank: settings.addsBlank ?? false, splits: true)
            return recipe
        }
        pairs.unknown = token(.unknown, reader, settings).flatMap { pairs.vocabulary.id(of: $0.content) }
        var recipe = Self(kind: .clip, model: .bytePairs(pairs))
        recipe.normalizer = .clip
        recipe.preTokenizer = .clipBytes
        return recipe
    }

    // MARK: Special tokens

    /// The token with this role, as the files or the class name it.
    private static func token(
        _ role: SpecialRole, _ reader: TokenizerReader, _ settings: TokenizerSettings
    ) -> AddedToken? {
        var token = settings.roles[role] ?? reader.specials[role].map { AddedToken(special: $0) }
        // MPNet's mask takes the white space before it.
        if case .mpnet = reader, role == .mask, token?.hasFlags == false { token?.stripsLeft = true }
        return token
    }

    /// Gives all added tokens their ids, and finds what the special ones are.
    private mutating func addTokens(
        _ settings: TokenizerSettings, _ json: TokenizerFile?, _ reader: TokenizerReader
    ) throws {
        var vocabulary = AddedVocabulary(model.vocabulary)
        var listed = settings.listed
        if let json {
            if case .file = reader { for (_, token) in json.added { try vocabulary.add(token) } }
            if !settings.listsAll { for (id, token) in json.added { listed[id] = token } }
        }
        let named = SpecialRole.allCases.map { ($0, Self.token($0, reader, settings)) }
        let marks = named.compactMap(\.1) + settings.named
        let contents = Set(marks.map { Array($0.content.utf8) })
        for (_, token) in listed.sorted(by: { $0.key < $1.key }) {
            var token = token
            if contents.contains(Array(token.content.utf8)) { token.isSpecial = true }
            try vocabulary.add(token)
        }
        for token in marks + settings.extra where !vocabulary.has(token) { try vocabulary.add(token) }
        added = vocabulary.tokens
        for (role, token) in named { roles[role] = token.flatMap { vocabulary.id(of: $0) } }
    }

    /// The id of a token that must be there.
    private func required(_ role: SpecialRole, _ place: String) throws -> Int32 {
        guard let id = roles[role] else { throw TokenizerError("\(place): no file names a \(role.rawValue).") }
        return id
    }
}

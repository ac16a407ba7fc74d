import Foundation

/// A text as a model sees it.
package struct Encoding: Sendable, Equatable {
    package var ids: [Int32]
    /// The pieces as the vocabulary spells them ("##ing", "Ġa", "cat</w>"), one for each id.
    package var tokens: [String]
    /// Whether the text was too long and its tail is missing.
    package var truncated: Bool

    package init(ids: [Int32], tokens: [String], truncated: Bool) {
        self.ids = ids
        self.tokens = tokens
        self.truncated = truncated
    }
}

/// Text to token ids, equal to Hugging Face's fast tokenizers: WordPiece (BERT), CLIP's byte pairs, byte-level byte
/// pairs (RoBERTa, GPT-2), Unigram (SigLIP).
///
/// The steps are those of `tokenizers`: added tokens such as `[SEP]` are cut out of the text, what lies between is
/// normalised, cut into words, each word spelled with pieces of the vocabulary; then the start and end tokens are put
/// around. A value, safe to use from many threads at once; it keeps nothing between calls.
package struct Tokenizer: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// WordPiece with `##` pieces, as BERT's.
        case wordPiece
        /// Byte pairs with `</w>` at the end of words, as CLIP's.
        case clip
        /// Byte-level byte pairs between start and end token, as RoBERTa's.
        case roberta
        /// Byte-level byte pairs, nothing put around, as GPT-2's.
        case gpt2
        /// Unigram, as SigLIP's.
        case unigram
    }

    package let kind: Kind
    /// The longest sequence its model was made for, with start and end token, at least 1; nil if no file says so.
    package let modelMaximumLength: Int?
    /// `[CLS]`, `<|startoftext|>`, `<s>`: put before a text (GPT-2's is known, but not put there).
    package let startID: Int32?
    /// `[SEP]`, `<|endoftext|>`, `</s>`: put after a text (GPT-2's is known, but not put there).
    package let endID: Int32?
    package let padID: Int32?
    package let maskID: Int32?
    package let unknownID: Int32?

    /// One more than the largest id: the rows an embedding table needs at least.
    package let vocabularySize: Int

    private let normalizer: Normalizer?
    private let preTokenizer: PreTokenizer?
    private let model: SpellingModel
    private let added: AddedTokens
    private let addedByID: [Int32: String]
    private let addedByContent: [[UInt8]: Int32]
    private let cutsLeft: Bool
    private let before: [Int32]
    private let after: [Int32]

    /// Reads a Hugging Face folder as `AutoTokenizer` of `transformers` 5 does.
    ///
    /// `tokenizer_class` of `tokenizer_config.json`, or else of `config.json`, or else `model_type` there, tells the
    /// class. `BertTokenizer`, `MPNetTokenizer`, `RobertaTokenizer`, `GPT2Tokenizer`, `CLIPTokenizer` and their
    /// namesakes take of `tokenizer.json` the vocabulary and the added tokens only; how they normalise and cut, the
    /// flags of `tokenizer_config.json` say, or else the class's defaults: a `BertTokenizer` without `do_lower_case`
    /// lowers case, whatever `tokenizer.json` says. `PreTrainedTokenizerFast`, or no class and no type, means
    /// `tokenizer.json` as it is; so does `SiglipTokenizer`, whose other file, `spiece.model`, is not read.
    /// Other classes are errors that name them. Without `tokenizer.json` the vocabulary is `vocab.txt`, or `vocab.json`
    /// with `merges.txt`; without a class too these tell the kind.
    ///
    /// `add_bos_token` and `add_eos_token` count for GPT-2 without `tokenizer.json`; with it, what it puts around a
    /// text. `truncation_side` and `split_special_tokens` count always.
    ///
    /// A folder with OpenAI's own `bpe_simple_vocab_16e6.txt` alone is read as OpenAI and open_clip do: texts are
    /// cleaned first as `ftfy.fix_text` and `html.unescape` clean them, and made lower case as Python does it.
    ///
    /// - Parameter lowercasing: makes texts lower case before anything else, as sentence-transformers' `do_lower_case`
    ///   does; added tokens that are found before texts are normalised stay as they are.
    package init(folder: URL, lowercasing: Bool = false) throws {
        var recipe = try TokenizerRecipe(folder: folder)
        if lowercasing { recipe.normalizer = .lowercasing(before: recipe.normalizer) }
        self.init(recipe)
    }

    init(_ recipe: TokenizerRecipe) {
        kind = recipe.kind
        modelMaximumLength = recipe.modelMaximumLength
        normalizer = recipe.normalizer
        preTokenizer = recipe.preTokenizer
        model = recipe.model
        added = AddedTokens(recipe.added, normalizer: recipe.normalizer, splitsSpecials: recipe.splitsSpecials)
        cutsLeft = recipe.cutsLeft
        vocabularySize = max(recipe.model.vocabulary.size, recipe.added.map { Int($0.id) + 1 }.max() ?? 0)
        addedByID = Dictionary(recipe.added.map { ($0.id, $0.content) }, uniquingKeysWith: { first, _ in first })
        addedByContent = Dictionary(
            recipe.added.map { (Array($0.content.utf8), $0.id) }, uniquingKeysWith: { first, _ in first })
        before = recipe.before
        after = recipe.after
        startID = recipe.before.first ?? recipe.id(of: .start)
        endID = recipe.after.last ?? recipe.id(of: .end)
        padID = recipe.id(of: .padding)
        maskID = recipe.id(of: .mask)
        unknownID = recipe.model.unknown ?? recipe.id(of: .unknown)
    }

    /// The piece with this id, nil if there is none. Bytes that are no UTF-8 become U+FFFD.
    package func token(_ id: Int32) -> String? {
        addedByID[id] ?? model.vocabulary.bytes(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The id of a piece, byte for byte as the vocabulary spells it.
    package func id(ofToken token: String) -> Int32? {
        addedByContent[Array(token.utf8)] ?? model.vocabulary.id(of: token)
    }

    /// The ids of a text between its start and end token, where this kind has them.
    ///
    /// - Parameter maximumLength: the most ids wanted, start and end token included; nil for no limit. A longer text
    ///   loses its tail (or its beginning, where the files say `truncation_side: left`), never its start and end token,
    ///   and says so in `truncated`. Below the number of start and end tokens only the last of them remain; of 0 and
    ///   less none.
    package func encode(_ text: String, maximumLength: Int?) -> Encoding {
        var ids: [Int32] = []
        let room = maximumLength.map { max($0 - before.count - after.count, 0) } ?? .max
        // What follows a text that is long enough is cut off anyway.
        let enough = cutsLeft ? .max : room
        added.split(Array(text.unicodeScalars), normalizer: normalizer) { piece in
            switch piece {
            case .token(let id): ids.append(id)
            case .text(let text):
                guard let preTokenizer else {
                    model.append(text, to: &ids)
                    break
                }
                preTokenizer.forEachWord(of: text) { word in
                    model.append(word, to: &ids)
                    return ids.count <= enough
                }
            }
            return ids.count <= enough
        }
        var truncated = ids.count > room
        if truncated { ids = Array(cutsLeft ? ids.suffix(room) : ids.prefix(room)) }
        ids = before + ids + after
        if let maximumLength, ids.count > maximumLength {
            truncated = true
            ids = Array(before.prefix(max(maximumLength - after.count, 0)) + after.suffix(max(maximumLength, 0)))
        }
        return Encoding(ids: ids, tokens: ids.map { token($0) ?? "" }, truncated: truncated)
    }
}

/// How a word is spelled: one of the three algorithms.
enum SpellingModel: Sendable {
    case wordPiece(WordPiece)
    case bytePairs(BytePairs)
    case unigram(Unigram)

    var vocabulary: Vocabulary {
        switch self {
        case .wordPiece(let model): model.vocabulary
        case .bytePairs(let model): model.vocabulary
        case .unigram(let model): model.vocabulary
        }
    }

    var unknown: Int32? {
        switch self {
        case .wordPiece(let model): model.unknown
        case .bytePairs(let model): model.unknown
        case .unigram(let model): model.unknown
        }
    }

    func append(_ word: ArraySlice<Unicode.Scalar>, to ids: inout [Int32]) {
        switch self {
        case .wordPiece(let model): model.append(word, to: &ids)
        case .bytePairs(let model): model.append(word, to: &ids)
        case .unigram(let model): model.append(word, to: &ids)
        }
    }
}

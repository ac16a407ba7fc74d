/// Which class of `transformers` 5 reads a folder, and so what happens to a text whatever `tokenizer.json` says.
///
/// The classes of a family take their vocabulary, and added tokens, from the files; normalising, cutting and the tokens
/// put around a text they do in their own way, turned by the flags of `tokenizer_config.json` alone.
enum TokenizerReader: Sendable {
    /// WordPiece on words as BERT cuts them, between `[CLS]` and `[SEP]`.
    case bert
    /// BERT's with the special tokens of RoBERTa.
    case mpnet
    /// Byte-level byte pairs between `<s>` and `</s>`.
    case roberta
    /// Byte-level byte pairs, around which only `add_bos_token`, `add_eos_token` or `tokenizer.json` put something.
    case gpt2
    case clip
    /// What `tokenizer.json` says, and nothing else.
    case file

    var isWordPiece: Bool? {
        switch self {
        case .bert, .mpnet: true
        case .roberta, .gpt2, .clip: false
        case .file: nil
        }
    }

    /// By the name of a class, with or without "Fast"; nil for what is read otherwise.
    init?(class name: String) {
        let name = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
        guard let reader = Self.classes.first(where: { $0.names.contains(name) })?.reader else { return nil }
        self = reader
    }

    static let classes: [(reader: TokenizerReader, names: [String])] = [
        (
            .bert,
            [
                "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "LayoutLMTokenizer",
                "LxmertTokenizer", "MobileBertTokenizer", "SqueezeBertTokenizer",
            ]
        ),
        (.mpnet, ["MPNetTokenizer"]),
        (.roberta, ["RobertaTokenizer", "BartTokenizer", "LEDTokenizer", "LongformerTokenizer", "MvpTokenizer"]),
        (.gpt2, ["GPT2Tokenizer", "CodeGenTokenizer"]),
        (.clip, ["CLIPTokenizer"]),
        (.file, ["PreTrainedTokenizer", "TokenizersBackend", "SiglipTokenizer"]),
    ]

    /// By `model_type` of `config.json`, for folders that name no class; nil for types with other tokenizers.
    init?(modelType: String) {
        guard let reader = Self.modelTypes.first(where: { $0.names.contains(modelType) })?.reader else { return nil }
        self = reader
    }

    private static let modelTypes: [(reader: TokenizerReader, names: [String])] = [
        (
            .bert,
            [
                "align", "bark", "bert", "blip", "bros", "chinese_clip", "convbert", "distilbert", "electra", "ernie",
                "flava", "git", "grounding-dino", "layoutlm", "lxmert", "megatron-bert", "mm-grounding-dino",
                "mobilebert", "nezha", "nomic_bert", "qdqbert", "realm", "retribert", "squeezebert", "tvp", "vilt",
                "visual_bert",
            ]
        ),
        (.mpnet, ["mpnet"]),
        (
            .roberta,
            [
                "bart", "bridgetower", "clap", "data2vec-text", "ibert", "led", "lilt", "longformer", "mega", "mra",
                "mvp",
                "roberta", "roberta-prelayernorm",
            ]
        ),
        (
            .gpt2,
            [
                "blip-2", "codegen", "dbrx", "emu3", "gpt2", "gpt_neo", "gptj", "instructblip", "instructblipvideo",
                "jais2",
                "opt", "phi", "starcoder2",
            ]
        ),
        (
            .clip,
            [
                "aimv2", "clip", "clip_text_model", "clipseg", "groupvit", "omdet-turbo", "oneformer", "owlv2",
                "owlvit",
                "sam3", "sam3_video", "xclip",
            ]
        ),
        (.file, ["siglip", "siglip_text_model"]),
    ]

    /// What the class calls its special tokens if no file says otherwise.
    var specials: [SpecialRole: String] {
        switch self {
        case .bert:
            [.classification: "[CLS]", .separator: "[SEP]", .padding: "[PAD]", .mask: "[MASK]", .unknown: "[UNK]"]
        case .mpnet:
            [
                .beginning: "<s>", .ending: "</s>", .classification: "<s>", .separator: "</s>", .padding: "<pad>",
                .mask: "<mask>", .unknown: "[UNK]",
            ]
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
        case .gpt2: [.beginning: "<|endoftext|>", .ending: "<|endoftext|>", .unknown: "<|endoftext|>"]
        case .file: [:]
        }
    }
}

/// What a special token is for, and what the files call it; in the order in which those that the vocabulary lacks take
/// the next ids.
enum SpecialRole: String, CaseIterable {
    case beginning = "bos_token"
    case ending = "eos_token"
    case unknown = "unk_token"
    case separator = "sep_token"
    case padding = "pad_token"
    case classification = "cls_token"
    case mask = "mask_token"
}

import Foundation

/// `config_sentence_transformers.json` of a whole folder: prompts, and how much of a vector is kept.
struct SentenceTransformerSettings: Decodable {
    /// The default prompt's text; empty where there is none.
    var prompt = ""
    /// How many numbers of a vector are kept; nil for all.
    var dimensions: Int?

    private enum CodingKeys: String, CodingKey {
        case prompts
        case defaultPrompt = "default_prompt_name"
        case dimensions = "truncate_dim"
        case kind = "model_type"
    }

    private static let fileName = "config_sentence_transformers.json"

    init(folder: URL) throws {
        let isThere = FileManager.default.fileExists(atPath: folder.appending(path: Self.fileName).path)
        if isThere { self = try ConfigurationFile.read(Self.self, in: folder, named: Self.fileName) }
    }

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        if let kind = try file.decodeIfPresent(String.self, forKey: .kind), kind != "SentenceTransformer" {
            throw ModelError("a model of type \(kind) gives no sentence vectors; a SentenceTransformer is needed.")
        }
        dimensions = try file.decodeIfPresent(Int.self, forKey: .dimensions)
        if let dimensions, dimensions < 1 { throw ModelError("truncate_dim is \(dimensions), but must be at least 1.") }
        guard let name = try file.decodeIfPresent(String.self, forKey: .defaultPrompt) else { return }
        // The library knows two names before any file does, without a text.
        let known = ["query": "", "document": ""].merging(
            try file.decodeIfPresent([String: String?].self, forKey: .prompts) ?? [:]
        ) { $1 ?? "" }
        guard let prompt = known[name] else {
            let names = known.keys.sorted().joined(separator: ", ")
            throw ModelError("default_prompt_name is \(name), but the prompts are \(names).")
        }
        self.prompt = prompt ?? ""
    }
}

/// What the Transformer module's own file says: `sentence_bert_config.json`, or as older versions called it.
///
/// Only what changes vectors is read. Arguments that it would hand on to transformers are applied where they limit the
/// length, passed over where they change nothing here, and refused otherwise.
struct SentenceTransformerLimits: Decodable {
    var maximumLength: Int?
    var lowercases = false
    /// Whether the model itself gives a text's vector, as a CLIP does, rather than states to be pooled.
    var givesVectors = false

    /// In the order in which the library looks; the first that is not empty counts.
    static let fileNames = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"]
        .map { "sentence_\($0)_config.json" }

    init(folder: URL) throws {
        for name in Self.fileNames where FileManager.default.fileExists(atPath: folder.appending(path: name).path) {
            let isEmpty = try ConfigurationFile.read([String: Passed].self, in: folder, named: name).isEmpty
            if isEmpty { continue }
            self = try ConfigurationFile.read(Self.self, in: folder, named: name)
            return
        }
    }

    private enum CodingKeys: String, CodingKey {
        case maximumLength = "max_seq_length"
        case lowercases = "do_lower_case"
        case tokenizer = "tokenizer_args", processor = "processor_kwargs"
        case model = "model_args", modelNow = "model_kwargs"
        case settings = "config_args", settingsNow = "config_kwargs"
        case processing = "processing_kwargs"
        case task = "transformer_task", output = "module_output_name", modalities = "modality_config"
        case otherTokenizer = "tokenizer_name_or_path"
    }

    /// A value that is only passed on.
    private enum Passed: Decodable {
        case number(Double), text(String), group([String: Passed]), other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else {
                self = (try? value.decode([String: Passed].self)).map(Passed.group) ?? .other
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: CodingKeys.self)
        lowercases = try file.decodeIfPresent(Bool.self, forKey: .lowercases) ?? false
        try limit(file.decodeIfPresent(Double.self, forKey: .maximumLength), "max_seq_length")

        func passed(_ keys: CodingKeys...) throws -> [(name: String, value: Passed)] {
            try keys.flatMap { key in
                (try file.decodeIfPresent([String: Passed].self, forKey: key) ?? [:])
                    .sorted { $0.key < $1.key }.map { ("\(key.rawValue).\($0.key)", $0.value) }
            }
        }
        for (name, value) in try passed(.tokenizer, .processor) {
            switch (name.split(separator: ".").last.map(String.init) ?? "", value) {
            case ("model_max_length", .number(let length)): try limit(length, name)
            case ("use_fast", _), ("padding_side", _), ("trust_remote_code", _), ("cache_dir", _): break
            default: throw Self.unknown(name)
            }
        }
        for (name, value) in try passed(.processing) {
            guard case .group(let group) = value else { throw Self.unknown(name) }
            for (key, value) in group.sorted(by: { $0.key < $1.key }) {
                switch (name, key, value) {
                case ("processing_kwargs.text", "max_length", .number(let length)): try limit(length, "\(name).\(key)")
                case ("processing_kwargs.text", "padding", _): break
                case ("processing_kwargs.text", _, _), ("processing_kwargs.common", _, _),
                    ("processing_kwargs.chat_template", _, _):
                    throw Self.unknown("\(name).\(key)")
                default: break   // of pictures and sounds
                }
            }
        }
        let harmless = [
            "torch_dtype", "dtype", "attn_implementation", "trust_remote_code", "device_map", "use_safetensors",
            "low_cpu_mem_usage", "add_pooling_layer", "cache_dir",
        ]
        for (name, _) in try passed(.model, .modelNow, .settings, .settingsNow) {
            guard harmless.contains(where: { name.hasSuffix("." + $0) }) else { throw Self.unknown(name) }
        }
        if let task = try file.decodeIfPresent(String.self, forKey: .task), task != "feature-extraction" {
            throw ModelError("transformer_task is \(task); only feature-extraction is implemented.")
        }
        switch try file.decodeIfPresent(String.self, forKey: .output) {
        case nil, "token_embeddings": break
        case "sentence_embedding": givesVectors = true
        case let other?: throw ModelError("module_output_name is \(other), which is not implemented.")
        }
        if let other = try file.decodeIfPresent(String.self, forKey: .otherTokenizer) {
            throw ModelError("the tokenizer is to be taken from \(other); put its files beside the encoder's instead.")
        }
        try check(file.decodeIfPresent([String: Passed].self, forKey: .modalities))
    }

    /// Texts pass the model as they are, and its last states are taken, or a CLIP's projected vector.
    private func check(_ modalities: [String: Passed]?) throws {
        guard let modalities else { return }
        guard modalities["message"] == nil else {
            throw ModelError("modality_config has messages; chat templates are not implemented.")
        }
        guard case .group(let text)? = modalities["text"], case .text(let method)? = text["method"] else {
            throw ModelError("modality_config says nothing of texts.")
        }
        var output: String?
        if case .text(let name)? = text["method_output_name"] { output = name }
        switch (givesVectors, method, output) {
        case (false, "forward", "last_hidden_state"), (true, "get_text_features", "pooler_output"),
            (true, "get_text_features", nil):
            break
        default:
            throw ModelError(
                "modality_config takes \(output ?? "the result") of \(method) for texts, which is not implemented.")
        }
    }

    private mutating func limit(_ length: Double?, _ name: String) throws {
        guard let length, length < 1e9 else { return }   // 10³⁰ means none
        guard length >= 1, let whole = Int(exactly: length) else {
            throw ModelError(
                "\(name) is \(length.formatted(.number.grouping(.never))), but must be a whole number from 1.")
        }
        maximumLength = min(maximumLength ?? .max, whole)
    }

    private static func unknown(_ name: String) -> ModelError {
        ModelError("\(name) is set, which may change what the encoder computes and is not implemented.")
    }
}

import SynCheckpoints

/// What kind of model a checkpoint is taken for, by the names of its tensors.
///
/// Each rule is a list of names that must all be there, alone or below a prefix (`bert.`, `model.`). The first rule
/// that fits is taken, so the more particular ones stand first.
struct ModelGuess {
    struct Rule {
        let kind: String
        let names: [String]
        /// The word before a layer's number.
        var layers: String?
        /// The table whose rows are words or codes, and whose columns are the model's width.
        var table: String?
        var rows = "words"
    }

    static let rules = [
        Rule(kind: "adapter", names: ["text2image.0.weight", "text2image.0.bias"]),
        Rule(kind: "adapter", names: ["text2image.weight", "text2image.bias"]),
        Rule(
            kind: "taming transformer with its VQGAN",
            names: ["transformer.tok_emb.weight", "first_stage_model.quantize.embedding.weight"],
            layers: "transformer.blocks",
            table: "transformer.tok_emb.weight", rows: "codes"),
        Rule(
            kind: "taming transformer", names: ["tok_emb.weight", "blocks.0.attn.key.weight"], layers: "blocks",
            table: "tok_emb.weight", rows: "codes"),
        Rule(
            kind: "VQGAN", names: ["quantize.embedding.weight", "decoder.conv_in.weight"],
            table: "quantize.embedding.weight", rows: "codes"),
        Rule(
            kind: "CLIP ViT of OpenAI", names: ["visual.class_embedding", "token_embedding.weight"],
            layers: "transformer.resblocks",
            table: "token_embedding.weight"),
        Rule(
            kind: "CLIP ResNet of OpenAI", names: ["visual.attnpool.positional_embedding", "token_embedding.weight"],
            layers: "transformer.resblocks", table: "token_embedding.weight"),
        Rule(
            kind: "SigLIP", names: ["text_model.embeddings.token_embedding.weight", "vision_model.head.probe"],
            layers: "text_model.encoder.layers", table: "text_model.embeddings.token_embedding.weight"),
        Rule(
            kind: "CLIP",
            names: ["text_model.embeddings.token_embedding.weight", "vision_model.embeddings.class_embedding"],
            layers: "text_model.encoder.layers", table: "text_model.embeddings.token_embedding.weight"),
        Rule(
            kind: "CLIP text tower",
            names: ["embeddings.token_embedding.weight", "encoder.layers.0.self_attn.q_proj.weight"],
            layers: "encoder.layers", table: "embeddings.token_embedding.weight"),
        Rule(
            kind: "CLIP vision tower",
            names: ["embeddings.class_embedding", "encoder.layers.0.self_attn.q_proj.weight"],
            layers: "encoder.layers"),
        Rule(kind: "GPT-2", names: ["wte.weight", "h.0.attn.c_attn.weight"], layers: "h", table: "wte.weight"),
        Rule(
            kind: "Inception v3", names: ["Conv2d_1a_3x3.conv.weight", "Mixed_7c.branch1x1.conv.weight", "fc.weight"]),
        Rule(
            kind: "BERT", names: ["embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.weight"],
            layers: "encoder.layer", table: "embeddings.word_embeddings.weight"),
        Rule(kind: "caption vectors", names: ["embeddings"]),
        Rule(kind: "image tokens", names: ["tokens"]),
        Rule(kind: "training state of an adapter", names: ["first.weight", "second.weight", "weight"]),
    ]

    /// "BERT, 12 layers, width 768, 30522 words", or "unknown".
    let description: String

    /// `settings` is the `model_type` of the folder's `config.json`, if there is one.
    init(_ tensors: [CheckpointContents.Entry], settings: String? = nil) {
        func tensor(_ name: String) -> CheckpointContents.Entry? {
            tensors.first { $0.name == name || $0.name.hasSuffix("." + name) }
        }
        guard let rule = Self.rules.first(where: { $0.names.allSatisfy { tensor($0) != nil } }) else {
            description = "unknown"
            return
        }
        var facts = [rule.kind]
        if rule.kind == "BERT" {
            let types = tensor("embeddings.token_type_embeddings.weight")
            if settings == "roberta" || settings == nil && Self.isRoBERTa(tensors, types: types) { facts = ["RoBERTa"] }
        }
        if let word = rule.layers {
            let numbers = tensors.compactMap { Self.number(after: word, in: $0.name) }
            if let last = numbers.max(), last < tensors.count {
                facts.append("\(last + 1) layer\(last == 0 ? "" : "s")")
            }
        }
        if let shape = rule.table.flatMap(tensor)?.shape, shape.count == 2 {
            facts += ["width \(shape[1])", "\(shape[0]) \(rule.rows)"]
        }
        if rule.kind == "adapter", let shape = tensor(rule.names[0])?.shape, shape.count == 2 {
            facts.append("from \(shape[1]) numbers to \(shape[0])")
        }
        description = facts.joined(separator: ", ")
    }

    /// Both have the same names; RoBERTa knows one type of token, and has another head.
    private static func isRoBERTa(_ tensors: [CheckpointContents.Entry], types: CheckpointContents.Entry?) -> Bool {
        types?.shape.first == 1
            || tensors.contains { $0.name.hasPrefix("roberta.") || $0.name.hasPrefix("lm_head.layer_norm.") }
    }

    private static func number(after word: String, in name: String) -> Int? {
        let rest: Substring
        if name.hasPrefix(word + ".") {
            rest = name.dropFirst(word.count + 1)
        } else if let place = name.firstRange(of: "." + word + ".") {
            rest = name[place.upperBound...]
        } else {
            return nil
        }
        return Int(rest.prefix { $0 != "." })
    }
}
